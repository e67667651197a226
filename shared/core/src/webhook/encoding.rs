//! Bytes as text and back, each in one form only.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::scheme::Encoding;

impl Encoding {
    /// The bytes, where `text` is exactly what [`Encoding::encode`] makes of them.
    pub(super) fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => decode_hex(text, b'a'),
            Self::HexUpper => decode_hex(text, b'A'),
            Self::Base64 => STANDARD.decode(text).ok(),
            Self::Base64Url => URL_SAFE_NO_PAD.decode(text).ok(),
        }
    }

    /// The text.
    pub(super) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => encode_hex(bytes, b'a'),
            Self::HexUpper => encode_hex(bytes, b'A'),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        }
    }
}

/// The bytes of hex in either case, as people paste keys.
pub(super) fn hex_of_any_case(text: &str) -> Option<Vec<u8>> {
    decode_hex(&text.to_ascii_lowercase(), b'a')
}

fn decode_hex(text: &str, ten: u8) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        letter if (ten..ten + 6).contains(&letter) => Some(letter - ten + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

fn encode_hex(bytes: &[u8], ten: u8) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { ten + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 4] =
        [Encoding::Hex, Encoding::HexUpper, Encoding::Base64, Encoding::Base64Url];

    #[test]
    fn every_encoding_reads_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        for encoding in ALL {
            for length in [0, 1, 2, 3, 32, 256] {
                let bytes = &bytes[..length];
                assert_eq!(encoding.decode(&encoding.encode(bytes)).as_deref(), Some(bytes));
            }
        }
    }

    #[test]
    fn another_text_of_the_same_bytes_is_refused() {
        for (encoding, text) in [
            (Encoding::Hex, "AB"),
            (Encoding::HexUpper, "ab"),
            (Encoding::Hex, "abc"),
            (Encoding::Hex, " ab"),
            (Encoding::Base64, "YWI"),
            (Encoding::Base64, "YWJ="),
            (Encoding::Base64, "YWI=\n"),
            (Encoding::Base64, "-_-_"),
            (Encoding::Base64Url, "YWI="),
            (Encoding::Base64Url, "+/+/"),
        ] {
            assert_eq!(encoding.decode(text), None, "{text}");
        }
    }
}
