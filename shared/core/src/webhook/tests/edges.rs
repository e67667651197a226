//! Headers that are missing, empty, repeated, oversized; clocks at the edge; downgrades.

use http::HeaderValue;

use super::requests::{NOW, PAIRS, Pair, WHSEC, at, deciding, headers, scheme, secret, unsigned};
use crate::webhook::{Refusal, Request, Signed, SigningKey, samples, sign, verify};

fn first(pair: Pair) -> Signed {
    pair.sample(samples(pair.provider).remove(0), NOW)
}

fn pair(provider: &str) -> Pair {
    PAIRS.into_iter().find(|pair| pair.provider == provider).unwrap()
}

#[test]
fn a_deciding_header_is_needed_once_and_with_a_text() {
    for pair in PAIRS {
        for header in deciding(pair) {
            let signed = first(pair);
            let refused = |change: &dyn Fn(&mut Signed)| {
                let mut changed = signed.clone();
                change(&mut changed);
                changed.judged(pair, NOW).unwrap_err().name()
            };
            let own = signed.headers[&header].clone();
            let twice = refused(&|signed| {
                signed.headers.append(&header, own.clone());
            });
            assert_eq!(twice, "repeated_header", "{pair:?} {header}");
            let insert = |value: &'static [u8]| {
                refused(&|signed| {
                    signed.headers.insert(&header, HeaderValue::from_bytes(value).unwrap());
                })
            };
            // Others of the provider's methods look for their own headers; this one came farther.
            assert_eq!(insert(b""), "empty_header", "{pair:?} {header}");
            assert_eq!(insert(b"\xff"), "unreadable_header", "{pair:?} {header}");
            assert_eq!(insert(&[b'a'; 5000]), "oversized_header", "{pair:?} {header}");
            let missing = refused(&|signed| {
                signed.headers.remove(&header);
            });
            assert_eq!(missing, "missing_header", "{pair:?} {header}");
        }
    }
}

#[test]
fn a_signature_of_another_form_is_no_signature() {
    let cases = [
        ("github", "sha1=9f5b6f", "no_signature"),
        ("github", "SHA256=aa", "no_signature"),
        ("github", "sha256=", "wrong_encoding"),
        ("github", "sha256=zz", "wrong_encoding"),
        ("jira", "sha1=9f5b6f", "no_signature"),
        ("jira", "md5=9f5b6f", "no_signature"),
        ("stripe", "t=1790000000", "no_signature"),
        ("stripe", "t=1790000000,v0=aa", "no_signature"),
        ("stripe", "v1=aa", "wrong_encoding"),
        ("shopify", "YcG6", "wrong_encoding"),
        ("teams-outgoing", "Bearer abc", "no_signature"),
        ("standard-webhooks", "v1a,aa", "no_signature"),
        ("linear", "sha256=aa", "wrong_encoding"),
        ("discord", "aa", "wrong_encoding"),
    ];
    for (provider, text, name) in cases {
        let pair = pair(provider);
        let header = deciding(pair).remove(0);
        let changed = first(pair).with(&header, text.as_bytes()).unwrap();
        assert_eq!(changed.judged(pair, NOW).unwrap_err().name(), name, "{provider} {text}");
    }
}

#[test]
fn one_good_signature_among_others_is_enough() {
    for (provider, separator) in [("stripe", ","), ("pagerduty", ", "), ("standard-webhooks", " ")]
    {
        let pair = pair(provider);
        let header = deciding(pair).remove(0);
        let signed = first(pair);
        let good = signed.headers[&header].to_str().unwrap();
        let other = if separator == " " { "v1,AAAA" } else { "v1=00" };
        for text in
            [format!("{other}{separator}{good}"), format!("{good}{separator}{other}{separator}x")]
        {
            let changed = signed.with(&header, text.as_bytes()).unwrap();
            assert_eq!(changed.judged(pair, NOW), Ok(()), "{provider} {text}");
        }
        let many = format!("{good}{}", format!("{separator}{other}").repeat(16));
        let changed = signed.with(&header, many.as_bytes()).unwrap();
        assert_eq!(changed.judged(pair, NOW).unwrap_err().name(), "too_many_signatures");
    }
}

#[test]
fn two_timestamps_in_one_signature_are_refused() {
    let pair = pair("stripe");
    let header = deciding(pair).remove(0);
    let signed = first(pair);
    let text = format!("t=1,{}", signed.headers[&header].to_str().unwrap());
    let changed = signed.with(&header, text.as_bytes()).unwrap();
    assert_eq!(changed.judged(pair, NOW).unwrap_err().name(), "repeated_timestamp");
}

#[test]
fn the_clock_may_differ_by_the_tolerance_and_not_more() {
    let tolerances = [
        ("clerk", 300),
        ("hubspot", 300),
        ("linear", 60),
        ("openai", 300),
        ("resend", 300),
        ("slack", 300),
        ("standard-webhooks", 300),
        ("stripe", 300),
        ("svix", 300),
        ("zoom", 300),
    ];
    for pair in PAIRS {
        let sent = first(pair);
        let tolerance = tolerances.iter().find(|(provider, _)| *provider == pair.provider);
        let gitlab = pair.provider == "gitlab" && pair.secret == WHSEC;
        let tolerance = tolerance.map(|(_, seconds)| *seconds).or(gitlab.then_some(300));
        let sent_s = NOW.as_secs();
        let Some(tolerance) = tolerance else {
            for now in [at(0), at(sent_s * 2)] {
                assert_eq!(sent.judged(pair, now), Ok(()), "{pair:?}");
            }
            continue;
        };
        for now in [sent_s - tolerance, sent_s, sent_s + tolerance] {
            assert_eq!(sent.judged(pair, at(now)), Ok(()), "{pair:?}");
        }
        let (past_s, future_s) =
            (u32::try_from(tolerance).unwrap(), u32::try_from(tolerance).unwrap());
        let late = sent.judged(pair, at(sent_s + tolerance + 1));
        assert_eq!(late, Err(Refusal::TooOld { age_s: tolerance + 1, past_s }), "{pair:?}");
        let early = sent.judged(pair, at(sent_s - tolerance - 1));
        assert_eq!(early, Err(Refusal::TooNew { ahead_s: tolerance + 1, future_s }), "{pair:?}");
    }
}

#[test]
fn no_digit_moves_between_timestamp_and_body() {
    for provider in ["discord", "hubspot"] {
        let pair = pair(provider);
        let header = deciding(pair).remove(1);
        let signed = first(pair);
        let sent = signed.headers[&header].to_str().unwrap().to_owned();
        for length in 1..sent.len() {
            let (kept, moved) = if provider == "discord" {
                sent.split_at(length)
            } else {
                let (moved, kept) = sent.split_at(length);
                (kept, moved)
            };
            let mut changed = signed.with(&header, kept.as_bytes()).unwrap();
            changed.body = if provider == "discord" {
                [moved.as_bytes(), &signed.body].concat()
            } else {
                [&signed.body, moved.as_bytes()].concat()
            };
            let name = changed.judged(pair, NOW).unwrap_err().name();
            assert_eq!(name, "malformed_timestamp", "{provider} {length}");
        }
    }
}

#[test]
fn a_timestamp_that_is_no_number_is_refused_even_when_signed() {
    let pair = pair("slack");
    for text in ["-1", "+1790000000", "1.79e9", "1790000000 ", "99999999999999999999", "0x1", "٣"]
    {
        let mut request = first(pair);
        let header = "X-Slack-Request-Timestamp".parse::<http::HeaderName>().unwrap();
        request.headers.insert(&header, HeaderValue::from_bytes(text.as_bytes()).unwrap());
        let secret = secret(pair.secret);
        let key = crate::webhook::secret::Key::new(
            crate::webhook::scheme::Algorithm::HmacSha256,
            secret.expose().as_bytes(),
        )
        .ok()
        .unwrap();
        let message: [&[u8]; 4] = [b"v0:", text.as_bytes(), b":", &request.body];
        let signature = key.sign(&message).unwrap();
        let signature = crate::webhook::scheme::Encoding::Hex.encode(&signature);
        let value = format!("v0={signature}").parse().unwrap();
        request.headers.insert("X-Slack-Signature".parse::<http::HeaderName>().unwrap(), value);
        assert_eq!(request.judged(pair, NOW).unwrap_err().name(), "malformed_timestamp", "{text}");
    }
}

#[test]
fn a_body_over_the_limit_is_refused_unread() {
    let headers = headers(&[]);
    let body = vec![b' '; crate::model::limits::MAX_BODY_BYTES + 1];
    let request = Request { method: "POST", url: "", headers: &headers, body: &body };
    let secrets = [secret("12345678")];
    let refusal = verify(scheme("github"), &secrets, &request, NOW).unwrap_err();
    assert_eq!(refusal, Refusal::BodyTooLarge);
}

#[test]
fn twilio_signs_forms_or_names_the_digest_of_the_body() {
    let pair = pair("twilio");
    // The form's content type decides what is signed: without it nothing covers the body.
    let mut plain = first(pair);
    plain.headers.insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(plain.judged(pair, NOW), Err(Refusal::BodyNotSigned));
    let sample = samples("twilio").remove(1);
    let signed = pair.sample(sample, NOW);
    assert!(signed.url.contains("?a=1&bodySHA256="), "{}", signed.url);
    assert_eq!(signed.judged(pair, NOW), Ok(()));
    let other = Signed { body: b"{}".to_vec(), ..signed };
    assert_eq!(other.judged(pair, NOW), Err(Refusal::BodyNotSigned));
    let mut emptied = Signed { body: Vec::new(), ..other };
    assert_eq!(emptied.judged(pair, NOW), Err(Refusal::BodyNotSigned));
    let form = "application/x-www-form-urlencoded".parse().unwrap();
    emptied.headers.insert("content-type", form);
    assert_eq!(emptied.judged(pair, NOW), Err(Refusal::BodyNotSigned));
}

#[test]
fn twilio_may_sign_the_port_or_leave_it_out() {
    let pair = pair("twilio");
    let secret = secret(pair.secret);
    for (signed_url, called_url) in [
        ("https://a.example:443/p", "https://a.example/p"),
        ("https://a.example/p", "https://a.example:443/p"),
        ("http://a.example:80/p?q", "http://a.example/p?q"),
    ] {
        let mut unsigned = unsigned(samples("twilio").remove(0));
        unsigned.url = signed_url.to_owned();
        let mut signed = sign(pair.scheme(), SigningKey::Shared(&secret), unsigned, NOW).unwrap();
        signed.url = called_url.to_owned();
        assert_eq!(signed.judged(pair, NOW), Ok(()), "{signed_url}");
        signed.url = "https://b.example/p".to_owned();
        assert_eq!(signed.judged(pair, NOW), Err(Refusal::Mismatch), "{signed_url}");
    }
}

#[test]
fn hubspot_may_sign_the_url_decoded() {
    let pair = pair("hubspot");
    let mut request = unsigned(samples("hubspot").remove(0));
    request.url = "https://a.example/p?x=a:b/c@d".to_owned();
    let mut signed = pair.signed(request, NOW);
    signed.url = "https://a.example/p?x=a%3Ab%2Fc%40d".to_owned();
    assert_eq!(signed.judged(pair, NOW), Ok(()));
}
