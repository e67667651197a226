//! Secrets: rotation, faults, and what they never show.

use super::requests::{BASE64_32, NOW, PAIRS, PUBLIC_HEX, PUBLIC_WHPK, WHSEC, scheme, secret};
use crate::webhook::{Refusal, SecretFault, check_secret, samples, verify};

#[test]
fn while_one_secret_replaces_another_both_verify() {
    for pair in PAIRS {
        let signed = pair.sample(samples(pair.provider).remove(0), NOW);
        let request = signed.request();
        let (right, wrong) = (secret(pair.secret), secret("another-secret"));
        let both = [right.clone(), wrong.clone()];
        let verified = verify(pair.scheme(), &both, &request, NOW).unwrap();
        assert_eq!(verified.secret_index(), 0, "{pair:?}");
        let both = [wrong.clone(), right];
        let verified = verify(pair.scheme(), &both, &request, NOW).unwrap();
        assert_eq!(verified.secret_index(), 1, "{pair:?}");
        assert!(verify(pair.scheme(), &[wrong], &request, NOW).is_err(), "{pair:?}");
    }
}

#[test]
fn without_a_usable_secret_nothing_verifies() {
    for pair in PAIRS {
        let signed = pair.sample(samples(pair.provider).remove(0), NOW);
        let request = signed.request();
        let refused = |secrets: &[_]| verify(pair.scheme(), secrets, &request, NOW).unwrap_err();
        assert_eq!(refused(&[]), Refusal::NoSecret, "{pair:?}");
        for empty in ["", "whsec_", "whpk_"] {
            let outcome = refused(&[secret(empty)]);
            // Where no prefix is known, `whsec_` is a secret like any other.
            let unusable = matches!(outcome, Refusal::UnusableSecret(_));
            assert!(unusable || !empty.is_empty(), "{pair:?} {empty}: {outcome}");
        }
    }
}

#[test]
fn an_empty_key_behind_a_prefix_verifies_nothing() {
    // What a forger computes for whoever left the secret empty.
    for provider in ["standard-webhooks", "svix", "clerk", "gitlab"] {
        let signed = PAIRS
            .into_iter()
            .find(|pair| pair.provider == provider && pair.secret == WHSEC)
            .unwrap()
            .sample(samples(provider).remove(0), NOW);
        let secrets = [secret("whsec_")];
        let outcome = verify(scheme(provider), &secrets, &signed.request(), NOW).unwrap_err();
        assert_eq!(outcome, Refusal::UnusableSecret(SecretFault::Empty), "{provider}");
    }
}

#[test]
fn faulty_secrets_are_refused_when_they_are_configured() {
    let short = |found, least| Err(SecretFault::TooShort { found, least });
    let cases = [
        ("github", "", Err(SecretFault::Empty)),
        ("github", "1234567", short(7, 8)),
        ("github", "12345678", Ok(())),
        ("github", "12345678\n", Err(SecretFault::Surrounded)),
        ("stripe", "whsec_test_secret_1", Ok(())),
        ("standard-webhooks", WHSEC, Ok(())),
        ("standard-webhooks", "whsec_", Err(SecretFault::Empty)),
        ("standard-webhooks", "whsec_YWJj", short(3, 24)),
        ("standard-webhooks", "whsec_***", Err(SecretFault::Encoding("base64"))),
        ("standard-webhooks", PUBLIC_WHPK, Ok(())),
        ("standard-webhooks", "whpk_YWJj", short(3, 32)),
        ("gitlab", "gl-plain-token", Ok(())),
        ("gitlab", "whsec_gl-plain-token", Err(SecretFault::Encoding("base64"))),
        ("teams-outgoing", BASE64_32, Ok(())),
        ("teams-outgoing", "not base64", Err(SecretFault::Encoding("base64"))),
        ("discord", PUBLIC_HEX, Ok(())),
        ("discord", &PUBLIC_HEX.to_uppercase(), Ok(())),
        ("discord", &PUBLIC_HEX[..62], short(31, 32)),
        ("discord", &"0".repeat(64), Err(SecretFault::PublicKey)),
        ("discord", &format!("01{}", "0".repeat(62)), Err(SecretFault::PublicKey)),
        ("discord", &format!("{PUBLIC_HEX}00"), Err(SecretFault::PublicKey)),
        ("discord", "bot-token", Err(SecretFault::Encoding("hex"))),
        ("github", &"a".repeat(1025), Err(SecretFault::TooLong)),
    ];
    for (provider, text, outcome) in cases {
        assert_eq!(check_secret(scheme(provider), &secret(text)), outcome, "{provider} {text}");
    }
}

#[test]
fn no_reason_tells_a_secret_a_signature_or_a_body() {
    for pair in PAIRS {
        let signed = pair.sample(samples(pair.provider).remove(0), NOW);
        let mut changed = signed.clone();
        changed.body.push(b' ');
        let outcomes = [changed.judged(pair, NOW), signed.judged(pair, super::requests::at(1))];
        for refusal in outcomes.into_iter().filter_map(Result::err) {
            let told = format!("{refusal} {refusal:?}");
            assert!(!told.contains(pair.secret), "{told}");
            for value in signed.headers.values().filter_map(|value| value.to_str().ok()) {
                assert!(!told.contains(value), "{told}");
            }
        }
    }
}
