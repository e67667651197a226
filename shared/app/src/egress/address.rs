//! Which addresses are public. Knows neither names nor URLs.
//!
//! Sources: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates), RFC 4291 §2.4,
//! and the endpoint of the EC2 instance metadata service over IPv6. IPv6 is denied by default: only `2000::/3` is global
//! unicast, so whatever lies outside it needs no entry of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy)]
struct Range<A> {
    network: A,
    prefix: u32,
    name: &'static str,
    /// Whether a local stack may open it: loopback and private networks, never a cloud's metadata.
    private: bool,
}

const fn v4(network: [u8; 4], prefix: u32, name: &'static str) -> Range<Ipv4Addr> {
    let [a, b, c, d] = network;
    Range { network: Ipv4Addr::new(a, b, c, d), prefix, name, private: false }
}

const fn v6(first: [u16; 2], prefix: u32, name: &'static str) -> Range<Ipv6Addr> {
    let [a, b] = first;
    Range { network: Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix, name, private: false }
}

const fn private<A: Copy>(range: Range<A>) -> Range<A> {
    Range { private: true, ..range }
}

const DENIED_V4: [Range<Ipv4Addr>; 16] = [
    v4([0, 0, 0, 0], 8, "0.0.0.0/8 (this network)"),
    private(v4([10, 0, 0, 0], 8, "10.0.0.0/8 (private)")),
    v4([100, 64, 0, 0], 10, "100.64.0.0/10 (carrier-grade NAT)"),
    private(v4([127, 0, 0, 0], 8, "127.0.0.0/8 (loopback)")),
    v4([169, 254, 0, 0], 16, "169.254.0.0/16 (link-local)"),
    private(v4([172, 16, 0, 0], 12, "172.16.0.0/12 (private)")),
    v4([192, 0, 0, 0], 24, "192.0.0.0/24 (protocol assignments)"),
    v4([192, 0, 2, 0], 24, "192.0.2.0/24 (documentation)"),
    v4([192, 88, 99, 0], 24, "192.88.99.0/24 (6to4 relay)"),
    private(v4([192, 168, 0, 0], 16, "192.168.0.0/16 (private)")),
    v4([198, 18, 0, 0], 15, "198.18.0.0/15 (benchmarking)"),
    v4([198, 51, 100, 0], 24, "198.51.100.0/24 (documentation)"),
    v4([203, 0, 113, 0], 24, "203.0.113.0/24 (documentation)"),
    v4([224, 0, 0, 0], 4, "224.0.0.0/4 (multicast)"),
    v4([255, 255, 255, 255], 32, "255.255.255.255/32 (broadcast)"),
    v4([240, 0, 0, 0], 4, "240.0.0.0/4 (reserved)"),
];

/// The first match counts, so the metadata service stands before the private range around it.
const DENIED_V6: [Range<Ipv6Addr>; 9] = [
    v6([0, 0], 128, "::/128 (unspecified)"),
    Range { network: Ipv6Addr::LOCALHOST, prefix: 128, name: "::1/128 (loopback)", private: true },
    v6([0xfd00, 0x0ec2], 32, "fd00:ec2::/32 (metadata service)"),
    private(v6([0xfc00, 0], 7, "fc00::/7 (private)")),
    v6([0xfe80, 0], 10, "fe80::/10 (link-local)"),
    v6([0xff00, 0], 8, "ff00::/8 (multicast)"),
    v6([0x2001, 0], 23, "2001::/23 (protocol assignments)"),
    v6([0x2001, 0x0db8], 32, "2001:db8::/32 (documentation)"),
    v6([0x3fff, 0], 20, "3fff::/20 (documentation)"),
];

const GLOBAL_UNICAST: Range<Ipv6Addr> = v6([0x2000, 0], 3, "2000::/3");

/// The IPv6 ranges whose addresses stand for an IPv4 address, and where in the address it is.
const EMBEDDED_V4: [(Range<Ipv6Addr>, u32); 3] = [
    (
        Range {
            network: Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0),
            prefix: 96,
            name: "::ffff:0:0/96 (IPv4-mapped)",
            private: false,
        },
        0,
    ),
    (v6([0x0064, 0xff9b], 96, "64:ff9b::/96 (NAT64)"), 0),
    (v6([0x2002, 0], 16, "2002::/16 (6to4)"), 80),
];

impl Range<Ipv4Addr> {
    fn contains(&self, address: Ipv4Addr) -> bool {
        let differing = u32::from(address) ^ u32::from(self.network);
        differing.leading_zeros() >= self.prefix
    }
}

impl Range<Ipv6Addr> {
    fn contains(&self, address: Ipv6Addr) -> bool {
        let differing = u128::from(address) ^ u128::from(self.network);
        differing.leading_zeros() >= self.prefix
    }
}

/// The range that forbids the address, or nothing where it may be a target.
pub(super) fn denied(address: IpAddr, allow_private: bool) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => denied_v4(address, allow_private),
        IpAddr::V6(address) => denied_v6(address, allow_private),
    }
}

fn denied_v4(address: Ipv4Addr, allow_private: bool) -> Option<&'static str> {
    let range = DENIED_V4.iter().find(|range| range.contains(address))?;
    (!(range.private && allow_private)).then_some(range.name)
}

fn denied_v6(address: Ipv6Addr, allow_private: bool) -> Option<&'static str> {
    for (range, shift) in &EMBEDDED_V4 {
        if range.contains(address) {
            let [.., a, b, c, d] = (u128::from(address) >> shift).to_be_bytes();
            return denied_v4(Ipv4Addr::new(a, b, c, d), allow_private);
        }
    }
    match DENIED_V6.iter().find(|range| range.contains(address)) {
        Some(range) => (!(range.private && allow_private)).then_some(range.name),
        None => {
            (!GLOBAL_UNICAST.contains(address)).then_some("the space outside 2000::/3 (not global)")
        }
    }
}
