//! Every denied range: its first address, its last, and the neighbours on both sides.

use std::net::IpAddr;

use crate::egress::address::denied;

fn public(address: &str) -> Option<&'static str> {
    denied(address.parse::<IpAddr>().unwrap(), false)
}

fn local(address: &str) -> Option<&'static str> {
    denied(address.parse::<IpAddr>().unwrap(), true)
}

/// Range, first and last address, and the addresses before and after it with the range that holds them ("" is public).
type Row =
    (&'static str, [&'static str; 2], (&'static str, &'static str), (&'static str, &'static str));

const NOT_GLOBAL: &str = "the space outside 2000::/3";

const RANGES: [Row; 27] = [
    (
        "0.0.0.0/8",
        ["0.0.0.0", "0.255.255.255"],
        ("255.255.255.255", "255.255.255.255/32"),
        ("1.0.0.0", ""),
    ),
    ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ("9.255.255.255", ""), ("11.0.0.0", "")),
    (
        "100.64.0.0/10",
        ["100.64.0.0", "100.127.255.255"],
        ("100.63.255.255", ""),
        ("100.128.0.0", ""),
    ),
    ("127.0.0.0/8", ["127.0.0.0", "127.255.255.255"], ("126.255.255.255", ""), ("128.0.0.0", "")),
    (
        "169.254.0.0/16",
        ["169.254.0.0", "169.254.255.255"],
        ("169.253.255.255", ""),
        ("169.255.0.0", ""),
    ),
    ("172.16.0.0/12", ["172.16.0.0", "172.31.255.255"], ("172.15.255.255", ""), ("172.32.0.0", "")),
    ("192.0.0.0/24", ["192.0.0.0", "192.0.0.255"], ("191.255.255.255", ""), ("192.0.1.0", "")),
    ("192.0.2.0/24", ["192.0.2.0", "192.0.2.255"], ("192.0.1.255", ""), ("192.0.3.0", "")),
    (
        "192.88.99.0/24",
        ["192.88.99.0", "192.88.99.255"],
        ("192.88.98.255", ""),
        ("192.88.100.0", ""),
    ),
    (
        "192.168.0.0/16",
        ["192.168.0.0", "192.168.255.255"],
        ("192.167.255.255", ""),
        ("192.169.0.0", ""),
    ),
    ("198.18.0.0/15", ["198.18.0.0", "198.19.255.255"], ("198.17.255.255", ""), ("198.20.0.0", "")),
    (
        "198.51.100.0/24",
        ["198.51.100.0", "198.51.100.255"],
        ("198.51.99.255", ""),
        ("198.51.101.0", ""),
    ),
    (
        "203.0.113.0/24",
        ["203.0.113.0", "203.0.113.255"],
        ("203.0.112.255", ""),
        ("203.0.114.0", ""),
    ),
    (
        "224.0.0.0/4",
        ["224.0.0.0", "239.255.255.255"],
        ("223.255.255.255", ""),
        ("240.0.0.0", "240.0.0.0/4"),
    ),
    (
        "240.0.0.0/4",
        ["240.0.0.0", "255.255.255.254"],
        ("239.255.255.255", "224.0.0.0/4"),
        ("255.255.255.255", "255.255.255.255/32"),
    ),
    (
        "::/128",
        ["::", "::"],
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ff00::/8"),
        ("::1", "::1/128"),
    ),
    ("::1/128", ["::1", "::1"], ("::", "::/128"), ("::2", NOT_GLOBAL)),
    (
        "fc00::/7",
        ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOT_GLOBAL),
        ("fe00::", NOT_GLOBAL),
    ),
    (
        "fd00:ec2::/32",
        ["fd00:ec2::", "fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("fd00:ec1:ffff:ffff:ffff:ffff:ffff:ffff", "fc00::/7"),
        ("fd00:ec3::", "fc00::/7"),
    ),
    (
        "fe80::/10",
        ["fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOT_GLOBAL),
        ("fec0::", NOT_GLOBAL),
    ),
    (
        "ff00::/8",
        ["ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOT_GLOBAL),
        ("::", "::/128"),
    ),
    (
        "2001::/23",
        ["2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
        ("2001:200::", ""),
    ),
    (
        "2001:db8::/32",
        ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", ""),
        ("2001:db9::", ""),
    ),
    (
        "3fff::/20",
        ["3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
        ("3fff:1000::", ""),
    ),
    (
        NOT_GLOBAL,
        ["::2", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("::1", "::1/128"),
        ("2000::", ""),
    ),
    (
        NOT_GLOBAL,
        ["4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
        ("fc00::", "fc00::/7"),
    ),
    // The local-use half of NAT64 (RFC 8215) lies outside 2000::/3, and no IPv4 address is read from it.
    (
        NOT_GLOBAL,
        ["64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:808:808"],
        ("64:ff9b::808:808", ""),
        ("64:ff9b:2::", NOT_GLOBAL),
    ),
];

#[test]
fn every_range_is_denied_from_its_first_address_to_its_last() {
    for (range, ends, ..) in RANGES {
        for address in ends {
            let found = public(address).unwrap_or("");
            assert!(found.starts_with(range), "{address} is in {found:?}, not {range}");
        }
    }
}

#[test]
fn no_range_reaches_beyond_its_ends() {
    for (range, _, before, after) in RANGES {
        for (address, expected) in [before, after] {
            let found = public(address).unwrap_or("");
            assert!(
                found.starts_with(expected) && found.is_empty() == expected.is_empty(),
                "{address}, a neighbour of {range}, is in {found:?}, not {expected:?}"
            );
        }
    }
}

#[test]
fn an_ipv6_address_that_stands_for_an_ipv4_address_is_judged_as_it() {
    let rows = [
        ("::ffff:127.0.0.1", "127.0.0.0/8"),
        ("::ffff:0.0.0.0", "0.0.0.0/8"),
        ("::ffff:255.255.255.255", "255.255.255.255/32"),
        ("::ffff:169.254.169.254", "169.254.0.0/16"),
        ("::ffff:8.8.8.8", ""),
        ("::fffe:8.8.8.8", NOT_GLOBAL),
        ("::1:0:8.8.8.8", NOT_GLOBAL),
        ("64:ff9b::", "0.0.0.0/8"),
        ("64:ff9b::10.0.0.1", "10.0.0.0/8"),
        ("64:ff9b::169.254.169.254", "169.254.0.0/16"),
        ("64:ff9b::255.255.255.255", "255.255.255.255/32"),
        ("64:ff9b::8.8.8.8", ""),
        ("64:ff9b::1:8.8.8.8", NOT_GLOBAL),
        ("2002::", "0.0.0.0/8"),
        ("2002:7f00:1::", "127.0.0.0/8"),
        ("2002:a9fe:a9fe::1", "169.254.0.0/16"),
        ("2002:c0a8:101::8.8.8.8", "192.168.0.0/16"),
        ("2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "255.255.255.255/32"),
        ("2002:808:808::127.0.0.1", ""),
        ("2003::", ""),
        // IPv4-compatible (RFC 4291 §2.5.5.1, deprecated) and Teredo (RFC 4380).
        ("::127.0.0.1", NOT_GLOBAL),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::/23"),
    ];
    for (address, expected) in rows {
        let found = public(address).unwrap_or("");
        assert!(
            found.starts_with(expected) && found.is_empty() == expected.is_empty(),
            "{address} is in {found:?}, not {expected:?}"
        );
    }
}

#[test]
fn ordinary_public_addresses_are_allowed() {
    for address in ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450::1"] {
        assert_eq!(public(address), None, "{address}");
    }
}

#[test]
fn a_local_stack_reaches_loopback_and_private_networks() {
    let opened = [
        "127.0.0.1",
        "127.255.255.255",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "::1",
        "fd12::1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
    ];
    for address in opened {
        assert!(public(address).is_some(), "{address}");
        assert_eq!(local(address), None, "{address}");
    }
}

#[test]
fn a_local_stack_reaches_no_metadata_service_and_no_other_special_range() {
    let closed = [
        "169.254.169.254",
        "169.254.170.2",
        "fd00:ec2::254",
        "fe80::1",
        "::ffff:169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.0.192",
    ];
    for address in closed {
        assert!(local(address).is_some(), "{address}");
    }
}
