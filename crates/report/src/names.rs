//! Names out of the evidence, and scopes as a reader names them.

use model::{Phrase, Untrusted};

use crate::Language;

/// A name or value that may come out of evidence, fit for a terminal and for HTML text: no control
/// and no direction character is left, and no link that a program would open. HTML escapes it
/// besides.
pub fn safe(text: &str) -> String {
    Untrusted::from(without_links(text)).for_terminal()
}

/// Writes `http://` and `https://`, in any case, as `hxxp`.
pub(crate) fn without_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme_at = rest[..at]
            .rfind(|c: char| !c.is_ascii_alphabetic())
            .map_or(0, |it| it + rest[it..].chars().next().map_or(1, char::len_utf8));
        let scheme = rest[scheme_at..at].to_ascii_lowercase();
        out.push_str(&rest[..scheme_at]);
        out.push_str(&if scheme.ends_with("http") || scheme.ends_with("https") {
            scheme.replace("http", "hxxp")
        } else {
            rest[scheme_at..at].to_owned()
        });
        out.push_str("://");
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
    out
}

/// A link that cannot be clicked, whether or not it was made so before.
pub(crate) fn harmless_link(url: &str) -> String {
    if url.contains("[.]") && !url.to_ascii_lowercase().starts_with("http") {
        return safe(url);
    }
    Untrusted::from(url).defanged()
}

/// Names a scope id in words: `mailbox:a@b/sent` is «Sent Items of a@b».
pub fn scope_name(scope: &str, language: Language) -> String {
    let (kind, rest) = scope.split_once(':').unwrap_or((scope, ""));
    let (owner, part) = rest.split_once('/').unwrap_or((rest, ""));
    let phrase = match kind {
        "account" => Phrase::new("report.scope_account", "account {owner}"),
        "accounts" => Phrase::new("report.scope_accounts", "all other accounts"),
        "mailbox" => Phrase::new("report.scope_mailbox", "{part} of {owner}"),
        "items" => {
            Phrase::new("report.scope_items", "mails of {owner} other than the fraudulent ones")
        }
        "attachments" => Phrase::new("report.scope_attachments", "attachments of {owner}"),
        "contacts" => Phrase::new("report.scope_contacts", "contacts of {owner}"),
        "calendar" => Phrase::new("report.scope_calendar", "calendar of {owner}"),
        "settings" => Phrase::new(
            "report.scope_settings",
            "settings of {owner} (rules, forwarding, consents, authentication)",
        ),
        "service" => Phrase::new("report.scope_service", "{part} of {owner}"),
        "tenant" => Phrase::new("report.scope_tenant", "configuration of the tenant"),
        "device" => Phrase::new("report.scope_device", "device {owner}"),
        "system" => Phrase::new("report.scope_system", "system {owner}"),
        "network" => Phrase::new("report.scope_network", "network {owner}"),
        "mail" if owner.is_empty() => Phrase::new("report.scope_mails", "outgoing mail"),
        "mail" => Phrase::new("report.scope_mail", "mail sent from {owner}"),
        _ => return safe(scope),
    };
    let part = if kind == "mailbox" { folder(part, language) } else { service(part) };
    language.say(phrase, &[("owner", &safe(owner)), ("part", &part)])
}

/// As [`scope_name`], without the account where the reader knows whose it is: «Sent Items».
pub(crate) fn place_name(scope: &str, language: Language) -> String {
    match scope.strip_prefix("mailbox:").and_then(|it| it.split_once('/')) {
        Some((_, part)) => folder(part, language),
        None => scope_name(scope, language),
    }
}

fn folder(name: &str, language: Language) -> String {
    let phrase = match name {
        "inbox" => Phrase::new("report.folder_inbox", "Inbox"),
        "sent" => Phrase::new("report.folder_sent", "Sent Items"),
        "drafts" => Phrase::new("report.folder_drafts", "Drafts"),
        "deleted" => Phrase::new("report.folder_deleted", "Deleted Items"),
        "recoverable" => Phrase::new("report.folder_recoverable", "Recoverable Items"),
        "archive" => Phrase::new("report.folder_archive", "Archive"),
        "junk" => Phrase::new("report.folder_junk", "Junk Email"),
        _ => return safe(name),
    };
    language.word(phrase)
}

fn service(name: &str) -> String {
    match name {
        "outlook" => "Outlook".to_owned(),
        "teams" => "Teams".to_owned(),
        "onedrive" => "OneDrive".to_owned(),
        "sharepoint" => "SharePoint".to_owned(),
        other => safe(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EN, JA};

    #[test]
    fn scopes_are_named_in_words() {
        assert_eq!(scope_name("mailbox:a@b/sent", EN), "Sent Items of a@b");
        assert_eq!(scope_name("mailbox:a@b/sent", JA), "a@b の送信済みアイテム");
        assert_eq!(scope_name("mail", JA), "送信メール");
        assert_eq!(scope_name("accounts:others", EN), "all other accounts");
        assert_eq!(scope_name("strange\u{202e}", EN), "strange\\u{202e}");
    }

    #[test]
    fn no_link_can_be_clicked() {
        assert_eq!(safe("、HTTPS://a.b x http://c"), "、hxxps://a.b x hxxp://c");
        assert_eq!(harmless_link("https://a.b/c.d"), "hxxps://a[.]b/c.d");
        assert_eq!(harmless_link("hxxps://a[.]b/c.d"), "hxxps://a[.]b/c.d");
    }
}
