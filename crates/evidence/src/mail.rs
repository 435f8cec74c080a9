//! Telling files of mail: by their header fields, the lines between mails, or the streams of a message.

use std::collections::BTreeSet;

use crate::{
    format::{Head, Shape},
    formats, limits,
    normal::mime,
    rows::{mails, xls},
    source::Source,
};

/// Fields of which a mail has at least two, one of them among [`PROOF`].
const FIELDS: [&str; 26] = [
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "sender",
    "reply-to",
    "message-id",
    "in-reply-to",
    "references",
    "received",
    "return-path",
    "delivered-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "date",
    "x-mailer",
    "x-originating-ip",
    "resent-from",
    "dkim-signature",
    "authentication-results",
    "received-spf",
    "thread-topic",
    "user-agent",
    "x-ms-has-attach",
];

/// Fields that a saved web answer, which also has a date and a type, does not have.
const PROOF: [&str; 11] = [
    "from",
    "to",
    "subject",
    "message-id",
    "received",
    "return-path",
    "delivered-to",
    "mime-version",
    "bcc",
    "dkim-signature",
    "thread-topic",
];

/// What can be seen of a file of mail; `None` if it is none.
pub(crate) fn head(source: &Source, bytes: u64, first: &[u8]) -> Option<Head> {
    if first.starts_with(xls::COMPOUND) {
        return message_head(source, bytes);
    }
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let start = first.trim_ascii_start();
    let (shape, mail) = if mails::is_beginning(start) {
        let line = memchr::memchr(b'\n', start).map_or(start.len(), |it| it + 1);
        (Shape::Mails, &start[line..])
    } else if is_mail(start) {
        (Shape::Mail, start)
    } else {
        return None;
    };
    // A text by which the language of those it is about can be told.
    let words = mime::read(mail).map(|it| vec![it.item.subject, it.item.begins]);
    Some(Head { shape, rows: words.into_iter().collect(), ..Head::default() })
}

/// Whether a text begins with the header fields of a mail.
fn is_mail(text: &[u8]) -> bool {
    let (mut known, mut proof, mut sound, mut other) = (BTreeSet::new(), false, 0_usize, 0_usize);
    let mut multipart = false;
    for line in text.split(|it| *it == b'\n').take(2000) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        if !mails::is_field(line) {
            other += 1;
            // What begins with something else has no header.
            if other > 3 || sound == 0 && other > 1 {
                return false;
            }
            continue;
        }
        sound += 1;
        let colon = memchr::memchr(b':', line).unwrap_or(0);
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        if let Some(it) = FIELDS.iter().find(|it| **it == name) {
            known.insert(*it);
            proof |= PROOF.contains(it);
            let value = line[colon + 1..].trim_ascii_start();
            multipart |= *it == "content-type"
                && ["multipart/", "message/"].iter().any(|it| {
                    value.get(..it.len()).is_some_and(|v| v.eq_ignore_ascii_case(it.as_bytes()))
                });
        }
    }
    let alone = sound == 1 && other == 0;
    other <= 3 && ((proof && (known.len() >= 2 || alone)) || (multipart && other == 0))
}

fn message_head(source: &Source, bytes: u64) -> Option<Head> {
    let packed = source.packed().ok()?;
    if !formats::is_message(packed) {
        return None;
    }
    let mut rows = Vec::new();
    if bytes <= limits::MESSAGE as u64 {
        let mut content = Vec::new();
        source.open(&mut |reader| reader.read_to_end(&mut content).map(drop)).ok()?;
        rows.extend(formats::message(&content).map(|it| vec![it.0.subject, it.0.begins]));
    }
    Some(Head { shape: Shape::Message, rows, ..Head::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_fields_make_a_mail_and_other_text_does_not() {
        for mail in [
            "From: a@b.jp\nTo: c@d.jp\n\nx",
            "Received: from x\n\tby y\nX-Own: 1\nSubject: =?utf-8?B?5pel?=\n\n",
            "Content-Type: multipart/mixed; boundary=x\n\n--x--",
            "Subject: x",
            "Fro :x\nTo: a@b.jp\nSubject: x\n\n",
        ] {
            assert!(is_mail(mail.as_bytes()), "{mail}");
        }
        for other in [
            "",
            "From,To,Subject\na,b,c",
            "Content-Type: text/html\nDate: x\nServer: y\n\n",
            "HTTP/1.1 200 OK\nDate: x\nContent-Type: multipart/x\n",
            "Subject    : x\nTo         : y\n\n",
            "dn: cn=x\nmail: a@b.jp\n",
            "Dear all,\n\nFrom: now on",
            "line one\nline two\nSubject: x\nFrom: y\n",
            "date=2025-10-21 time=09:00:00 srcip=1.2.3.4 to: x",
        ] {
            assert!(!is_mail(other.as_bytes()), "{other}");
        }
    }
}
