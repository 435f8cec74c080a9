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
        "deliver"
        | "send"
        | "sendexternal"
        | "sent"
        | "配信済み"
        | "配信されました"
        | "配信"
        | "配達済み" => return "Delivered".to_owned(),
        "fail" | "drop" | "失敗" | "失敗しました" => return "Failed".to_owned(),
        "defer" | "保留中" | "保留" => return "Pending".to_owned(),
        "expand" | "展開済み" | "展開" => return "Expanded".to_owned(),
        "quarantine" | "検疫済み" | "検疫" => return "Quarantined".to_owned(),
        "スパムとしてフィルター処理済み" | "スパムとしてフィルター" | "スパム" =>
        {
            return "FilteredAsSpam".to_owned();
        }
        "resolve" | "解決済み" => return "Resolved".to_owned(),
        "状態の取得" | "状態を取得中" | "状態を取得しています" => {
            return "GettingStatus".to_owned();
        }
        _ => {}
    }
    let known = KNOWN.iter().find(|it| it.to_lowercase() == plain);
    known.map_or_else(|| last.to_owned(), |it| (*it).to_owned())
}

/// Returns `outbound`, `inbound`, `internal`, or nothing.
pub(crate) fn direction(text: &str) -> &'static str {
    match text.trim().to_lowercase().as_str() {
        "originating" | "2" | "outbound" | "outgoing" | "送信" => "outbound",
        "incoming" | "1" | "inbound" | "受信" => "inbound",
        "intra-org" | "internal" | "intraorg" | "組織内" => "internal",
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

/// Tells whether a status is the end of the matter. What a mail was on its way (`Receive`,
/// `Pending`) says nothing against what became of it later.
pub(crate) fn is_final(status: &str) -> bool {
    !matches!(status, "" | "Receive" | "Pending" | "GettingStatus" | "Resolved")
}

/// Returns a network message id as Defender writes it: summary reports leave the dashes out.
pub(crate) fn network_id(text: &str) -> String {
    let id = signin::id(text);
    if id.len() != 32 || !id.bytes().all(|it| it.is_ascii_hexdigit()) {
        return id;
    }
    let parts = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
    parts.join("-")
}

/// The whole second of an instant: the finest time that every export of a trace gives.
fn second(at: Micros) -> Micros {
    at.div_euclid(1_000_000) * 1_000_000
}

/// What two exports of one mail must agree on. Left out is what they measure at different places
/// or times: decimals of the second, the size, a status that was not yet the last, and that a mail
/// stayed inside, which some call outbound.
pub(crate) fn canonical(mail: &Mail) -> Value {
    let status = |it: &str| if is_final(it) { it.to_owned() } else { String::new() };
    let mut recipients: Vec<[String; 2]> = std::iter::once((&mail.recipient, &mail.status))
        .chain(mail.more.iter().map(|(address, it)| (address, it)))
        .map(|(address, it)| [address.clone(), status(it)])
        .collect();
    recipients.sort_unstable();
    let plain = Mail {
        at: mail.at.map(second),
        recipient: String::new(),
        status: String::new(),
        more: Vec::new(),
        size: -1,
        direction: mail.direction.replace("internal", ""),
        ..mail.clone()
    };
    let mut value = signin::typed(&plain);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("recipients".to_owned(), serde_json::json!(recipients));
    }
    canonical::form(&value).unwrap_or_default()
}

/// Adds to a mail what another export of it tells besides. Which of the two comes first makes no
/// difference.
pub(crate) fn add(it: &mut Mail, other: &Mail) {
    it.at = it.at.max(other.at);
    it.size = it.size.max(other.size);
    longer(&mut it.subject, &other.subject);
    for (mine, theirs) in [
        (&mut it.message_id, &other.message_id),
        (&mut it.network_message_id, &other.network_message_id),
        (&mut it.sender, &other.sender),
        (&mut it.ip, &other.ip),
        (&mut it.direction, &other.direction),
    ] {
        if mine.is_empty() || (!theirs.is_empty() && theirs < mine) {
            mine.clone_from(theirs);
        }
    }
    let mine = std::iter::once((&it.recipient, &mut it.status))
        .chain(it.more.iter_mut().map(|(address, status)| (&*address, status)));
    for (address, status) in mine {
        let theirs = std::iter::once((&other.recipient, &other.status))
            .chain(other.more.iter().map(|(address, status)| (address, status)))
            .find(|it| it.0 == address);
        if let Some((_, theirs)) = theirs
            && (is_final(theirs), theirs) > (is_final(status), &*status)
        {
            status.clone_from(theirs);
        }
    }
}

/// Subjects are cut at 256 characters by some exports.
fn longer(mine: &mut String, theirs: &str) {
    if (theirs.len(), theirs) > (mine.len(), mine.as_str()) {
        theirs.clone_into(mine);
    }
}

/// Makes the record of a mail: its key is message id + recipients + time to the second (design
/// §4.1), or that of the whole row where there is no message id. `time` is the instant's text as
/// recorded, used where the file's dates are ambiguous.
pub(crate) fn record(mail: Mail, time: &str, losses: u32, row: impl FnOnce() -> Value) -> Content {
    let key = if mail.message_id.is_empty() {
        canonical::key_of_row(&row())
    } else {
        let at = mail.at.map_or_else(|| time.trim().to_owned(), |it| second(it).to_string());
        let mut recipients: Vec<&str> = vec![&mail.recipient];
        recipients.extend(mail.more.iter().map(|(address, _)| address.as_str()));
        recipients.sort_unstable();
        let parts = ["mail", &mail.message_id, &recipients.join(";"), &at];
        hex(&Sha256::digest(parts.join("\n")))
    };
    let body = canonical::body_of(&signin::typed(&mail));
    Content::Record(Box::new(Record { key, body, losses, what: What::Mail(mail) }))
}

/// Makes the record of one event on a mail's way: each row of a report of events is a record of its
/// own, and what it tells joins by message id and recipient.
pub(crate) fn event(mail: Mail, losses: u32, row: &Value) -> Content {
    let (key, body) = (canonical::key_of_row(row), canonical::body_of(row));
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
