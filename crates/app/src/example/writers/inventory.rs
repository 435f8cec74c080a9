use super::super::clock::iso;
use super::super::people::{Kind, Person};
use super::super::sim::Sim;
use super::Export;
use super::text::{plain_row, quoted_row, with_mark};

/// The directory's users and Exchange's mailboxes, also those no log mentions.
pub(super) fn write(sim: &Sim, out: &mut Export) {
    let mut text = String::new();
    let header = [
        "userPrincipalName",
        "displayName",
        "surname",
        "mail",
        "givenName",
        "id",
        "userType",
        "jobTitle",
        "department",
        "accountEnabled",
        "usageLocation",
        "createdDateTime",
        "onPremisesSyncEnabled",
    ];
    plain_row(&header, "\r\n", &mut text);
    for p in &sim.people {
        plain_row(&user(sim, p).each_ref().map(String::as_str), "\r\n", &mut text);
    }
    out.file("inventory/users.csv", with_mark(&text));

    let mut text = String::new();
    let header = [
        "DisplayName",
        "Alias",
        "UserPrincipalName",
        "PrimarySmtpAddress",
        "EmailAddresses",
        "RecipientTypeDetails",
        "ExternalDirectoryObjectId",
        "ExchangeGuid",
        "ForwardingSmtpAddress",
        "AuditEnabled",
        "DefaultAuditSet",
    ];
    quoted_row(&header, "\r\n", &mut text);
    for p in sim.people.iter().filter(|p| p.has_mailbox()) {
        quoted_row(&mailbox(sim, p).each_ref().map(String::as_str), "\r\n", &mut text);
    }
    out.file("inventory/mailboxes.csv", with_mark(&text));
}

/// Mailboxes behind which nobody signs in, and people who have left.
fn disabled(kind: Kind) -> bool {
    matches!(kind, Kind::Shared | Kind::Room | Kind::Former | Kind::Silent)
}

fn user(sim: &Sim, p: &Person) -> [String; 13] {
    let parts: Vec<&str> = p.name.split(' ').collect();
    let named = p.kind == Kind::Person && parts.len() == 2;
    let (first, last) = if sim.setting.ja { (1, 0) } else { (0, 1) };
    let part = |i: usize| if named { parts[i].to_owned() } else { String::new() };
    let mail = if p.has_mailbox() { p.upn.clone() } else { "partner@example.net".to_owned() };
    [
        p.upn.clone(),
        p.name.clone(),
        part(last),
        mail,
        part(first),
        p.oid.clone(),
        if p.kind == Kind::Guest { "Guest" } else { "Member" }.to_owned(),
        String::new(),
        String::new(),
        if disabled(p.kind) { "False" } else { "True" }.to_owned(),
        if sim.setting.ja { "JP" } else { "GB" }.to_owned(),
        iso(p.created),
        String::new(),
    ]
}

fn mailbox(sim: &Sim, p: &Person) -> [String; 11] {
    let kind = match p.kind {
        Kind::Shared | Kind::Silent => "SharedMailbox",
        Kind::Room => "RoomMailbox",
        _ => "UserMailbox",
    };
    let short = p.alias.replace('.', "");
    let addresses = format!(
        "SMTP:{} smtp:{short}@{} smtp:{}@{}",
        p.upn, sim.setting.domain, p.alias, sim.setting.onmicrosoft
    );
    [
        p.name.clone(),
        p.alias.clone(),
        p.upn.clone(),
        p.upn.clone(),
        addresses,
        kind.to_owned(),
        p.oid.clone(),
        p.mailbox.clone(),
        String::new(),
        "True".to_owned(),
        "Admin, Delegate, Owner".to_owned(),
    ]
}
