//! Signing as the provider does, or nearly.

use shared::{
    model::{Secret, Timestamp},
    webhook::{
        self, HeaderName, HeaderValue, KeyPair, Scheme, Signed, SigningKey, Unsignable, Unsigned,
        scheme::TimestampRule,
    },
};

use crate::error::Error;

/// How much older than allowed a stale delivery is, in seconds: clocks differ.
const STALE_BY_S: u64 = 60;

/// What to sign with.
pub(super) enum Key {
    /// The secret that the receiver holds, too.
    Shared(Secret),
    /// The private half of the key that the receiver holds.
    Pair(KeyPair),
}

/// Signs.
pub(super) fn sign(
    scheme: &Scheme,
    key: &Key,
    unsigned: Unsigned,
    now: Timestamp,
) -> Result<Signed, Error> {
    let key = match key {
        Key::Shared(secret) => SigningKey::Shared(secret),
        Key::Pair(pair) => SigningKey::Ed25519(pair.seed()),
    };
    webhook::sign(scheme, key, unsigned, now).map_err(|error| {
        let provider = &scheme.provider;
        Error::Usage(match (&error, key) {
            (Unsignable::KindOfKey, SigningKey::Shared(_)) => format!(
                "`{provider}` signs with a private key, and its receivers hold the public half only: make a pair of \
                 your own with `webhook key-pair`, let the trigger have its public half as another secret, and say \
                 --signing-key FILE"
            ),
            (Unsignable::KindOfKey, SigningKey::Ed25519(_)) => {
                format!("`{provider}` does not sign with Ed25519: --signing-key is not for it")
            }
            _ => error.to_string(),
        })
    })
}

/// A time of signing that is past what the provider's receivers take.
pub(super) fn too_long_ago(scheme: &Scheme, now: Timestamp) -> Result<Timestamp, Error> {
    let tolerance = |rule: &TimestampRule| Some(rule.tolerance?.past_s);
    let past_s = scheme.methods.iter().find_map(|method| tolerance(method.timestamp.as_ref()?));
    let past_s = past_s.ok_or_else(|| {
        let provider = &scheme.provider;
        Error::Usage(format!(
            "nothing from `{provider}` is ever too old: it signs no time that has a limit"
        ))
    })?;
    let age_ms = (u64::from(past_s) + STALE_BY_S) * 1000;
    Ok(Timestamp::from_millis(now.as_millis().saturating_sub(age_ms)))
}

/// Changes one digit of the signature: its form stays what it was.
pub(super) fn spoil(scheme: &Scheme, signed: &mut Signed) -> Result<(), Error> {
    let names = scheme.methods.iter().map(|method| method.signature.header.name());
    let spoilt = names.into_iter().find_map(|name| {
        let value = signed.headers.get(name)?.to_str().ok()?;
        Some((name.clone(), HeaderValue::try_from(with_another_digit(value)).ok()?))
    });
    let (name, value): (HeaderName, HeaderValue) =
        spoilt.ok_or_else(|| Error::Usage("nothing is signed that could be spoilt".to_owned()))?;
    signed.headers.insert(name, value);
    Ok(())
}

/// Another digit in place of the last character but seven: behind it stand a padding and bits without a meaning.
fn with_another_digit(text: &str) -> String {
    let place = text.char_indices().rev().nth(7).map_or(0, |(place, _)| place);
    text.char_indices()
        .map(|(index, letter)| match letter {
            _ if index != place => letter,
            '0' => '1',
            _ => '0',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_digit_changes() {
        for (text, spoilt) in [
            ("sha256=0123456789abcdef", "sha256=0123456709abcdef"),
            ("v1,AAAAAAAAAAA=", "v1,AAAA0AAAAAA="),
            ("short", "0hort"),
        ] {
            assert_eq!(with_another_digit(text), spoilt);
        }
        assert_eq!(with_another_digit("0000000000"), "0010000000");
    }
}
