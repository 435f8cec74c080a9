//! Whose acts leave no mailbox records: `Get-MailboxAuditBypassAssociation`.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields, last_part},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_audit_bypass",
    kind: Kind::Settings,
    name: "`Get-MailboxAuditBypassAssociation` as CSV, JSON or CliXML",
    proves: "whose acts in mailboxes are not recorded, when the export is taken",
    reference: "Microsoft Learn: Get-MailboxAuditBypassAssociation",
    recognises: |head| setting::has_all(head, &["auditbypassenabled"]),
    open: |head, options| setting::reader(head, options, &["whencreated", "whenchanged"], read),
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let account =
        it.text(&["userprincipalname", "primarysmtpaddress", "identity", "name", "objectid"]);
    if account.is_empty() {
        return Err("nobody named in this row");
    }
    let Some(bypass) = it.yes(&["auditbypassenabled"]) else {
        return Err("AuditBypassEnabled is neither True nor False");
    };
    let ids = ["name", "identity", "objectid", "guid", "distinguishedname"];
    Ok(Draft::new(SettingKind::AuditBypass)
        .account(&last_part(&account))
        .ids(ids.iter().map(|name| it.text(&[name])))
        .times(it.at(&["whencreated"]), it.at(&["whenchanged"]))
        .fact("bypass", bypass))
}
