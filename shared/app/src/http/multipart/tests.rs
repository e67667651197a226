//! Forms as clients send them, and as nobody should.

use super::{Part, read};
use crate::{
    http::body::{Fault, Unreadable},
    model::limits,
};

const TYPE: &str = "multipart/form-data; boundary=b";

fn part<'b>(name: &str, file_name: Option<&str>, content: &'b [u8]) -> Part<'b> {
    let file_name = file_name.map(str::to_owned);
    Part { name: name.to_owned(), file_name, content_type: None, offset: 0, content }
}

/// Parts without what the simple ones do not compare.
fn parts<'b>(content_type: &str, body: &'b [u8]) -> Vec<Part<'b>> {
    let read = read(content_type, body).unwrap_or_else(|error| {
        panic!("{error:?}: {}", String::from_utf8_lossy(body));
    });
    read.into_iter().map(|part| Part { content_type: None, offset: 0, ..part }).collect()
}

/// Where a form is refused, and why.
fn refusal(content_type: &str, body: &[u8]) -> (usize, String) {
    match read(content_type, body) {
        Err(Unreadable::Invalid(Fault { offset, message })) => (offset, message),
        other => panic!("{other:?}: {}", String::from_utf8_lossy(body)),
    }
}

fn one(disposition: &str, content: &str) -> String {
    format!("--b\r\nContent-Disposition: {disposition}\r\n\r\n{content}\r\n--b--\r\n")
}

#[test]
fn a_form_of_texts_and_files_is_read_as_it_was_sent() {
    let body = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
        --b\r\ncontent-disposition:form-data;name=file;filename=x.bin\r\nContent-Type: image/png\r\n\r\n\x00\xff\r\n\r\r\n--c\r\n\
        --b  \r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--b--";
    let expected = [
        part("a", None, b"1"),
        part("file", Some("x.bin"), b"\x00\xff\r\n\r\r\n--c"),
        part("a", None, b""),
    ];
    assert_eq!(parts(TYPE, body), expected);
    let read = read(TYPE, body).unwrap();
    assert_eq!(read[1].content_type.as_deref(), Some("image/png"));
    assert!(body[read[1].offset..].starts_with(b"\x00\xff"));
    // Nothing but the end is a form without fields.
    assert_eq!(parts(TYPE, b"--b--\r\n"), []);
}

#[test]
fn a_name_may_be_written_in_any_way_that_clients_write_it() {
    for (disposition, name, file_name) in [
        ("form-data; name=\"a b;c=d\"", "a b;c=d", None),
        ("form-data; name=\"\"", "", None),
        ("FORM-DATA; NAME=a; ", "a", None),
        ("form-data; name=\"ü\"; filename=\"🍒.txt\"", "ü", Some("🍒.txt")),
        // Escaped as curl, and as a browser, which means it as it stands.
        (r#"form-data; name="a"; filename="say \"hi\" \\o.txt""#, "a", Some(r#"say "hi" \o.txt"#)),
        ("form-data; name=\"a\"; filename=\"say %22hi%22.txt\"", "a", Some("say %22hi%22.txt")),
        (r#"form-data; name="a"; filename="C:\dir\x.txt""#, "a", Some(r"C:\dir\x.txt")),
        ("form-data; name=a; filename=\"\"", "a", Some("")),
        ("form-data; name=a; filename*=utf-8''%e2%82%ac.txt", "a", Some("€.txt")),
        ("form-data; name=a; filename=plain.txt; filename*=UTF-8'en'%41", "a", Some("A")),
        ("form-data; filename=x; other=1; name=a", "a", Some("x")),
    ] {
        let body = one(disposition, "1");
        assert_eq!(parts(TYPE, body.as_bytes()), [part(name, file_name, b"1")], "{disposition}");
    }
}

#[test]
fn what_is_no_name_is_refused_where_its_part_begins() {
    for disposition in [
        "",
        "form-data",
        "form-data; filename=x",
        "attachment; name=a",
        "form-data; name",
        "form-data; name=\"a",
        "form-data; name=\"a\"b",
        "form-data; name=\"a\\\"",
        "form-data; name=a; name=b",
        "form-data; name=a; NAME=b",
        "form-data; name=a; filename=x; filename=y",
        "form-data; name=a; filename*=iso-8859-1''%fc",
        "form-data; name=a; filename*=utf-8''%ff",
        "form-data; name=a; filename*=utf-8''a%00",
        "form-data; name=a; filename*=x",
        "form-data; name=\"a\u{7}\"",
        "form-data; na me=a",
        "form-data; =a",
    ] {
        let (offset, message) = refusal(TYPE, one(disposition, "1").as_bytes());
        assert_eq!(offset, 5, "{disposition}: {message}");
    }
}

#[test]
fn headers_that_readers_differ_in_are_refused() {
    let name = "Content-Disposition: form-data; name=a";
    for headers in [
        format!("{name}\r\n{name}"),
        format!("{name}\r\nContent-Type: a/b\r\ncontent-type: c/d"),
        format!("{name};\r\n filename=x"),
        format!("{name}\r\nX : y"),
        format!("{name}\r\nno colon"),
        format!("{name}\r\n: empty"),
        format!("{name}\nX: bare line feed"),
        format!("{name}\rX: bare carriage return"),
        format!("{name}\0"),
        format!("{name}\r\nContent-Transfer-Encoding: base64"),
        "X: no disposition".to_owned(),
        format!("{name}\r\nX: {}", "x".repeat(9000)),
    ] {
        let body = format!("--b\r\n{headers}\r\n\r\n1\r\n--b--");
        assert_eq!(refusal(TYPE, body.as_bytes()).0, 5, "{headers}");
    }
    let plain = format!("--b\r\n{name}\r\nContent-Transfer-Encoding: Binary\r\n\r\n1\r\n--b--");
    assert_eq!(parts(TYPE, plain.as_bytes()), [part("a", None, b"1")]);
    let not_text =
        [&b"--b\r\nContent-Disposition: form-data; name=\"\xff\""[..], b"\r\n\r\n1\r\n--b--"];
    assert_eq!(refusal(TYPE, &not_text.concat()).0, 5);
}

#[test]
fn a_form_ends_where_its_boundary_says_and_nowhere_else() {
    let whole = one("form-data; name=a", "1");
    // Cut off anywhere, there is no last boundary.
    for length in 0..whole.len() - 4 {
        assert!(read(TYPE, &whole.as_bytes()[..length]).is_err(), "{length}");
    }
    let part = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1";
    for (body, word) in [
        (format!("{part}\r\n--b"), "goes on"),
        (format!("{part}\r\n--bb\r\n"), "goes on"),
        (format!("{part}\r\n--b-\r\n"), "goes on"),
        (format!("{part}\r\n--b\n"), "goes on"),
        (format!("{part}\r\n--b--x"), "after its last"),
        (format!("{part}\r\n--b--\r\n{part}\r\n--b--"), "after its last"),
        (format!("{part}\n--b--"), "without its last"),
        (format!("{part}--b--"), "without its last"),
        (format!("preamble\r\n{part}\r\n--b--"), "begin with"),
        (format!(" {part}\r\n--b--"), "begin with"),
        (format!("\n{part}\r\n--b--"), "begin with"),
        ("--b\r\n\r\n1\r\n--b--".to_owned(), "no end"),
        ("--b\r\n1\r\n--b--".to_owned(), "no end"),
        (String::new(), "begin with"),
        ("a=1&b=2".to_owned(), "begin with"),
    ] {
        let (_, message) = refusal(TYPE, body.as_bytes());
        assert!(message.contains(word), "{body:?}: {message}");
    }
    let after_line = format!("\r\n{part}\r\n--b--");
    assert_eq!(parts(TYPE, after_line.as_bytes()).len(), 1);
}

#[test]
fn a_boundary_is_what_the_header_says() {
    let with = |boundary: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--{boundary}--")
    };
    let longest = "x".repeat(70);
    for (header, boundary) in [
        ("multipart/form-data; boundary=\"a b\"", "a b"),
        ("Multipart/Form-Data; charset=utf-8; Boundary=---x'()+_,-./:=?", "---x'()+_,-./:=?"),
        (&format!("multipart/form-data; boundary={longest}"), &longest),
        ("multipart/form-data; boundary=--", "--"),
    ] {
        assert_eq!(parts(header, with(boundary).as_bytes()), [part("a", None, b"1")], "{header}");
    }
    let too_long = "x".repeat(71);
    for (header, boundary) in [
        ("multipart/form-data", "b"),
        ("multipart/form-data; boundary=", ""),
        ("multipart/form-data; boundary=\"\"", ""),
        ("multipart/form-data; boundary=\"b ", "b "),
        ("multipart/form-data; boundary=\"b \"", "b "),
        ("multipart/form-data; boundary=a; boundary=b", "b"),
        ("multipart/form-data; boundary=ü", "ü"),
        ("multipart/form-data; boundary=\"a\\\"b\"", "a\"b"),
        ("multipart/mixed; boundary=b", "b"),
        (&format!("multipart/form-data; boundary={too_long}"), &too_long),
    ] {
        let (offset, message) = refusal(header, with(boundary).as_bytes());
        assert!(offset == 0 && message.contains("boundary"), "{header}: {message}");
    }
}

#[test]
fn a_form_has_the_length_of_any_body() {
    let frame = one("form-data; name=a; filename=x", "").len();
    let of = |length: usize| one("form-data; name=a; filename=x", &"x".repeat(length - frame));
    assert!(read(TYPE, of(limits::MAX_BODY_BYTES).as_bytes()).is_ok());
    let over = of(limits::MAX_BODY_BYTES + 1);
    assert_eq!(read(TYPE, over.as_bytes()), Err(Unreadable::TooLarge));
    // A body that is all near misses is read once.
    let misses = one("form-data; name=a", &"\r\n--".repeat(1_000_000));
    assert_eq!(parts(TYPE, misses.as_bytes()).len(), 1);
}
