//! Single-bit flips: of everything signed, and of the signature.

use super::requests::{NOW, PAIRS, Pair, deciding, is_token};
use crate::webhook::{Signed, samples};

/// The pair's samples, signed.
fn deliveries(pair: Pair) -> Vec<(String, Signed)> {
    let samples = samples(pair.provider);
    assert!(!samples.is_empty(), "{pair:?}");
    samples.into_iter().map(|sample| (sample.event.clone(), pair.sample(sample, NOW))).collect()
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

#[test]
fn no_bit_of_a_deciding_header_can_be_flipped() {
    for pair in PAIRS {
        for (event, signed) in deliveries(pair) {
            for header in deciding(pair) {
                let value = signed.headers[&header].as_bytes();
                for (bit, flipped) in flips(value) {
                    // What is no header's value never gets as far as this.
                    let Some(changed) = signed.with(&header, &flipped) else { continue };
                    assert!(changed.judged(pair, NOW).is_err(), "{pair:?} {event}: {header} {bit}");
                }
            }
        }
    }
}

#[test]
fn no_bit_of_a_body_can_be_flipped() {
    for pair in PAIRS.into_iter().filter(|pair| !is_token(*pair)) {
        for (event, signed) in deliveries(pair) {
            for (bit, body) in flips(&signed.body) {
                let changed = Signed { body, ..signed.clone() };
                assert!(changed.judged(pair, NOW).is_err(), "{pair:?} {event}: bit {bit}");
            }
        }
    }
}

#[test]
fn no_bit_of_a_signed_url_or_method_can_be_flipped() {
    for pair in PAIRS.into_iter().filter(|pair| ["hubspot", "twilio"].contains(&pair.provider)) {
        for (event, signed) in deliveries(pair) {
            for (bit, url) in flips(signed.url.as_bytes()) {
                let Ok(url) = String::from_utf8(url) else { continue };
                let changed = Signed { url, ..signed.clone() };
                assert!(changed.judged(pair, NOW).is_err(), "{pair:?} {event}: bit {bit}");
            }
        }
        if pair.provider == "hubspot" {
            for (event, signed) in deliveries(pair) {
                let changed = Signed { method: "PUT".to_owned(), ..signed };
                assert!(changed.judged(pair, NOW).is_err(), "{event}");
            }
        }
    }
}

#[test]
fn a_body_cut_off_or_continued_is_refused() {
    for pair in PAIRS.into_iter().filter(|pair| !is_token(*pair)) {
        for (event, signed) in deliveries(pair) {
            let longer = [&signed.body[..], b" "].concat();
            for body in [longer, signed.body[1..].to_vec(), Vec::new()] {
                let changed = Signed { body, ..signed.clone() };
                assert!(changed.judged(pair, NOW).is_err(), "{pair:?} {event}");
            }
        }
    }
}
