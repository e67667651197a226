//! Any body that nobody signed: JSON and forms are read without a panic.
//!
//! The input's first byte chooses the decoder, the rest is the body.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some((choice, body)) = data.split_first() {
        fuzz::decode(*choice, body);
    }
});
