//! The words of message traces.
//!
//! Sources: `Get-MessageTraceV2` (Exchange PowerShell), «Message trace in the modern EAC»
//! (enhanced summary report), Microsoft Graph `exchangeMessageTrace`.

use model::{Content, Mail, Micros, Record, Reject, What};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{address, name, signin};
use crate::canonical;

/// Returns the last status in one spelling. The enhanced summary lists the acts on a recipient in
/// order (`Receive, Send`): the last one counts.
pub(crate) fn status(text: &str) -> String {
    const KNOWN: [&str; 9] = [
        "Delivered",
        "Expanded",
        "Failed",
        "Pending",
        "Quarantined",
        "FilteredAsSpam",
        "GettingStatus",
        "Resolved",
        "Recalled",
    ];
    let last = text.split(',').map(str::trim).rfind(|it| !it.is_empty()).unwrap_or_default();
    let plain: String =
        last.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    match plain.as_str() {
        "deliver" | "send" | "sendexternal" | "sent" | "配信済み" | "配信されました" => {
            return "Delivered".to_owned();
        }
        "fail" | "drop" | "失敗" | "失敗しました" => return "Failed".to_owned(),
        "defer" | "保留中" => return "Pending".to_owned(),
        "expand" | "展開済み" => return "Expanded".to_owned(),
        "quarantine" | "検疫済み" => return "Quarantined".to_owned(),
        _ => {}
    }
    let known = KNOWN.iter().find(|it| it.to_lowercase() == plain);
    known.map_or_else(|| last.to_owned(), |it| (*it).to_owned())
}

/// Returns `outbound`, `inbound`, `internal`, or nothing.
pub(crate) fn direction(text: &str) -> &'static str {
    match text.trim().to_lowercase().as_str() {
        "originating" | "2" | "outbound" | "送信" => "outbound",
        "incoming" | "1" | "inbound" | "受信" => "inbound",
        "intra-org" | "internal" | "intraorg" => "internal",
        _ => "",
    }
}

/// Returns a sender or recipient: normalised, or as written in lower case where it is no address
/// (an X.500 path, a name). The null sender `<>` of bounces is empty.
pub(crate) fn party(text: &str) -> String {
    let found = address::normalise(text);
    if found.is_empty() {
        text.trim().trim_matches(['<', '>', '"']).trim().to_lowercase()
    } else {
        found
    }
}

/// Makes the record of a mail: its key is message id + recipients + time (design §4.1), or that of
/// the whole row where there is no message id. `time` is the instant's text as recorded, used where
/// the file's dates are ambiguous.
pub(crate) fn record(mail: Mail, time: &str, losses: u32, row: impl FnOnce() -> Value) -> Content {
    let key = if mail.message_id.is_empty() {
        canonical::key_of_row(&row())
    } else {
        let at = mail.at.map_or_else(|| time.trim().to_owned(), |it| it.to_string());
        let mut recipients: Vec<&str> = vec![&mail.recipient];
        recipients.extend(mail.more.iter().map(|(address, _)| address.as_str()));
        recipients.sort_unstable();
        let parts = ["mail", &mail.message_id, &recipients.join(";"), &at];
        hex(&Sha256::digest(parts.join("\n")))
    };
    let body = canonical::body_of(&signin::typed(&mail));
    Content::Record(Box::new(Record { key, body, losses, what: What::Mail(mail) }))
}

/// Makes the reject of a row that is no mail, with what it still tells.
pub(crate) fn reject(reason: &str, at: Option<Micros>, sender: &str) -> Reject {
    Reject {
        reason: reason.to_owned(),
        at,
        operation: "MessageTrace".to_owned(),
        account: party(sender),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// Returns a message id; ids such as `<>` are none.
pub(crate) fn message_id(text: &str) -> String {
    name::message_id(signin::said(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_status_counts() {
        assert_eq!(status("Receive, Deliver"), "Delivered");
        assert_eq!(status("Receive, Send"), "Delivered");
        assert_eq!(status("Receive, Fail"), "Failed");
        assert_eq!(status("Receive, Defer, Fail"), "Failed");
        assert_eq!(status("filteredAsSpam"), "FilteredAsSpam");
        assert_eq!(status("Filtered as spam"), "FilteredAsSpam");
        assert_eq!(status("Receive"), "Receive");
        assert_eq!(status(""), "");
    }

    #[test]
    fn parties_that_are_no_addresses_stay() {
        assert_eq!(party("<>"), "");
        assert_eq!(party("Taro@Example.JP"), "taro@example.jp");
        assert_eq!(party("/O=Ex/CN=Taro"), "/o=ex/cn=taro");
        assert_eq!(direction("Originating"), "outbound");
        assert_eq!(direction("1"), "inbound");
    }
}
