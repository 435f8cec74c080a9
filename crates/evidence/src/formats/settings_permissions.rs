//! Rights on mailboxes: `Get-MailboxPermission`, `Get-RecipientPermission`,
//! `Get-MailboxFolderPermission`.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields, account, last_part},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_permissions",
    kind: Kind::Settings,
    name: "`Get-MailboxPermission`, `Get-RecipientPermission`, `Get-MailboxFolderPermission` as CSV, JSON or CliXML",
    proves: "who may open a mailbox or send as it, when the export is taken; not since when",
    reference: "Microsoft Learn: Get-MailboxPermission; Get-RecipientPermission; Get-MailboxFolderPermission",
    recognises: |head| {
        setting::has_all(head, &["accessrights"])
            && setting::has_any(head, &["user", "trustee"])
            && setting::has_any(head, &["identity", "mailbox", "userprincipalname"])
    },
    open: |head, options| setting::reader(head, options, &[], read),
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let owner = it.text(&["mailbox", "userprincipalname", "primarysmtpaddress", "identity"]);
    let to = it.text(&["user", "trustee"]);
    if owner.is_empty() || to.is_empty() {
        return Err("no mailbox or nobody who has the right in this row");
    }
    let what = if it.has("trustee") {
        "recipient"
    } else if it.has("foldername") {
        "folder"
    } else {
        "mailbox"
    };
    let denied = it.yes(&["deny"]) == Some(true)
        || it.text(&["accesscontroltype"]).eq_ignore_ascii_case("deny");
    let rights = it.words(&["accessrights"]);
    // `hanako:\Calendar`
    let owner = owner.split(":\\").next().unwrap_or_default();
    Ok(Draft::new(SettingKind::Permission)
        .account(&last_part(owner))
        .name(to.clone())
        .fact("to", account(&last_part(&to)))
        .fact("of", what)
        .fact("rights", rights)
        .fact("folder", it.text(&["foldername"]))
        .fact("denied", denied.then_some(true))
        .fact("inherited", it.yes(&["isinherited"]).filter(|yes| *yes))
        // `NT AUTHORITY\SELF` and the like are no persons: the path tells.
        .fact("system", system(&to).then_some(true)))
}

fn system(to: &str) -> bool {
    let to = to.to_lowercase();
    let built_in = to.starts_with("s-1-5-") && !to.starts_with("s-1-5-21-");
    built_in || ["nt authority\\", "nt service\\"].iter().any(|it| to.starts_with(it))
}
