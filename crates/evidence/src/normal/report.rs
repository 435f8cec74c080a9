//! Reports of what became of a mail: the fields of RFC 3464 and RFC 8098, and the words that servers
//! write where there are none.

use model::Outcome;

use super::{address, name};

/// Most outcomes kept of one report.
const OUTCOMES: usize = 20_000;
/// Lines below a recipient in which its status is looked for.
const BELOW: usize = 12;

/// What the fields of a report say (`message/delivery-status`, `message/disposition-notification`):
/// the outcomes, and the id of the mail they speak of, if it is named.
pub(crate) fn of_fields(text: &str) -> (Vec<Outcome>, String) {
    let (mut found, mut original): (Vec<Outcome>, String) = (Vec::new(), String::new());
    let mut now = Group::default();
    for line in unfolded(text) {
        let Some((field, value)) = line.split_once(':') else {
            now.close(&mut found);
            continue;
        };
        let value = value.trim();
        match field.trim().to_ascii_lowercase().as_str() {
            // The address as the sender wrote it, which forwarding changes.
            "original-recipient" => now.original = mailbox(value),
            "final-recipient" => {
                // Some servers leave out the blank line between two recipients.
                if !now.last.is_empty() {
                    now.close(&mut found);
                }
                now.last = mailbox(value);
            }
            "action" => now.action = word(value),
            "status" => now.status = status_in(value).unwrap_or_default(),
            "diagnostic-code" => now.diagnostic = status_in(value),
            "disposition" => {
                let kind = value.split_once(';').map_or(value, |it| it.1);
                now.action = word(kind.split('/').next().unwrap_or_default());
            }
            "original-message-id" => original = name::message_id(value),
            _ => {}
        }
    }
    now.close(&mut found);
    (found, original)
}

/// Fields about one recipient.
#[derive(Default)]
struct Group {
    original: String,
    last: String,
    action: String,
    status: String,
    diagnostic: Option<String>,
}

impl Group {
    fn close(&mut self, found: &mut Vec<Outcome>) {
        let it = std::mem::take(self);
        let recipient = if it.original.is_empty() { it.last } else { it.original };
        if recipient.is_empty() || found.len() == OUTCOMES {
            return;
        }
        // `5.0.0` says nothing that the diagnosis does not say better.
        let vague = it.status.is_empty() || it.status.ends_with(".0.0");
        let status = if vague { it.diagnostic.unwrap_or(it.status) } else { it.status };
        let outcome = Outcome { recipient, action: it.action, status };
        if !found.contains(&outcome) {
            found.push(outcome);
        }
    }
}

/// `rfc822; a@b`, also with the address in `<>`.
fn mailbox(value: &str) -> String {
    let text = value.split_once(';').map_or(value, |it| it.1);
    address::normalise(text)
}

fn word(value: &str) -> String {
    let value = value.trim();
    let end = value.find(|c: char| c.is_whitespace() || matches!(c, '(' | ';'));
    value[..end.unwrap_or(value.len())].to_ascii_lowercase()
}

/// Lines with their folded continuations joined.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) && !last.is_empty() => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines
}

/// What a report in words says: each line that is about one address, and the status on it or below.
/// So Exchange, Postfix, qmail, Exim and Sendmail write.
pub(crate) fn of_text(text: &str) -> Vec<Outcome> {
    let mut found: Vec<Outcome> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut below = 0;
    for line in text.lines() {
        let line = line.trim();
        if is_end(line) {
            break;
        }
        let about = about(line);
        if let Some(recipient) = about {
            if below > 0 {
                open.clear();
            }
            below = 0;
            let known = found.iter().position(|it| it.recipient == recipient);
            let at = known.unwrap_or(found.len());
            if known.is_none() && found.len() < OUTCOMES {
                found.push(Outcome { recipient, ..Outcome::default() });
            }
            if at < found.len() {
                open.push(at);
            }
        } else if !line.is_empty() {
            below += 1;
        }
        if let Some(status) = status_in(line).filter(|_| below <= BELOW) {
            for at in open.drain(..) {
                if found[at].status.is_empty() {
                    found[at].action = action(&status).to_owned();
                    found[at].status.clone_from(&status);
                }
            }
        }
    }
    found
}

fn action(status: &str) -> &'static str {
    match status.as_bytes().first() {
        Some(b'5') => "failed",
        Some(b'4') => "delayed",
        _ => "delivered",
    }
}

/// From here on the returned mail itself is quoted.
fn is_end(line: &str) -> bool {
    let line = line.to_lowercase();
    [
        "original message headers",
        "----- original message",
        "--- below this line is a copy",
        "------ this is a copy",
        "元のメッセージ ヘッダー",
        "received: from",
    ]
    .iter()
    .any(|it| line.starts_with(it))
}

/// The recipient a line speaks of: an address at its beginning, or in brackets at its end.
fn about(line: &str) -> Option<String> {
    if !line.contains('@') || line.len() > 400 {
        return None;
    }
    let first = line.split(|c: char| c.is_whitespace()).next()?;
    let first = address::normalise(first.trim_end_matches([':', ',']));
    let last = || {
        let inner = line.trim_end_matches(['.', ':']);
        let open = inner.rfind(['(', '<', '（'])?;
        let inside = inner.get(open..)?.trim_matches(['(', ')', '<', '>', '（', '）']);
        let inside = inside.split('<').next().unwrap_or(inside);
        Some(address::normalise(inside)).filter(|it| !it.is_empty())
    };
    let found = if first.is_empty() { last()? } else { first };
    let local = found.split('@').next().unwrap_or_default();
    (!matches!(local, "postmaster" | "mailer-daemon")).then_some(found)
}

/// The first enhanced status code in a text (RFC 3463): `5.1.1`.
pub(crate) fn status_in(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'.', bytes) {
        let class = at.checked_sub(1).map(|it| bytes[it]).filter(|it| b"245".contains(it));
        let before = at.checked_sub(2).map(|it| bytes[it]);
        if class.is_none() || before.is_some_and(|it| it.is_ascii_alphanumeric() || it == b'.') {
            continue;
        }
        let rest = &text[at + 1..];
        let figures = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let subject = figures(rest);
        let detail = rest.get(subject..).and_then(|it| it.strip_prefix('.'));
        let Some(detail) = detail.filter(|_| (1..=3).contains(&subject)) else { continue };
        let length = figures(detail);
        let after = detail.as_bytes().get(length);
        let ends = after.is_none_or(|it| !it.is_ascii_alphanumeric());
        // A fourth number makes it an address of the network.
        let more = after == Some(&b'.')
            && detail.as_bytes().get(length + 1).is_some_and(u8::is_ascii_digit);
        if (1..=3).contains(&length) && ends && !more {
            return text.get(at - 1..at + 1 + subject + 1 + length).map(str::to_owned);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(recipient: &str, action: &str, status: &str) -> Outcome {
        Outcome { recipient: recipient.into(), action: action.into(), status: status.into() }
    }

    #[test]
    fn fields_tell_each_recipient() {
        let (found, original) = of_fields(concat!(
            "Reporting-MTA: dns; mx.example.com\r\nOriginal-Envelope-Id: x\r\n\r\n",
            "Original-Recipient: rfc822; <A@Example.com>\r\nFinal-Recipient: RFC822;other@example.com\r\n",
            "Action: failed (gone)\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550\r\n 5.1.10 not found\r\n\r\n",
            "Final-Recipient: rfc822; b@example.com\r\nAction: delayed\r\nStatus: 4.4.7\r\n"
        ));
        let wanted = [
            outcome("a@example.com", "failed", "5.1.10"),
            outcome("b@example.com", "delayed", "4.4.7"),
        ];
        assert_eq!((found.as_slice(), original.as_str()), (&wanted[..], ""));
        let (found, original) = of_fields(
            "Final-Recipient: rfc822;c@x.jp\nOriginal-Message-ID: <m@y>\nDisposition: manual-action/MDN-sent-manually; displayed\n",
        );
        assert_eq!((found, original.as_str()), (vec![outcome("c@x.jp", "displayed", "")], "m@y"));
    }

    #[test]
    fn words_tell_each_recipient() {
        let exchange = "次の受信者またはグループへの配信に失敗しました:\n\n山田 (taro@example.com)\n入力した電子メール アドレスが見つかりませんでした。\n\n管理者向けの診断情報:\n\nGenerating server: X.PROD.OUTLOOK.COM\n\ntaro@example.com\nRemote server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n\n元のメッセージ ヘッダー:\nFrom: x@y.com";
        assert_eq!(of_text(exchange), [outcome("taro@example.com", "failed", "5.1.10")]);
        let postfix = "This is the mail system at host mx1.example.net.\n\n<a@example.com>: host mx.example.com[192.0.2.1] said: 550\n    5.1.1 unknown\n\n<b@example.com>: host x said: 452 4.2.2 full";
        assert_eq!(
            of_text(postfix),
            [
                outcome("a@example.com", "failed", "5.1.1"),
                outcome("b@example.com", "delayed", "4.2.2")
            ]
        );
        let qmail = "Hi. This is the qmail-send program at x.\n\n<c@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n<d@example.com>: no";
        assert_eq!(of_text(qmail), [outcome("c@example.com", "failed", "5.1.1")]);
        assert_eq!(of_text("Please write to help@example.com for more."), []);
    }

    #[test]
    fn a_status_is_no_address_of_the_network() {
        assert_eq!(status_in("from 5.1.1.7 #5.7.26 smtp;"), Some("5.7.26".into()));
        for none in ["5.1", "1.5.1.1", "v5.1.1x", "5.1.", "…5.é.1"] {
            assert_eq!(status_in(none), None, "{none}");
        }
    }
}
