//! Forwarding and auditing of mailboxes where only those columns were exported:
//! `Get-Mailbox | Select-Object UserPrincipalName,Forwarding*,Audit*`.

use model::Kind;

use crate::{
    format::Format,
    normal::{mailbox, setting},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_mailboxes",
    kind: Kind::Settings,
    name: "`Get-Mailbox`, only forwarding or audit columns, as CSV, JSON or CliXML",
    proves: "how mailboxes forward and what of them is audited, when the export was taken",
    reference: "Microsoft Learn: Get-Mailbox; Manage mailbox auditing",
    recognises: |head| {
        let named = ["userprincipalname", "primarysmtpaddress", "identity", "name"];
        setting::has_any(head, &mailbox::SETTINGS) && setting::has_any(head, &named)
    },
    open: |head, options| setting::reader(head, options, &[], mailbox::setting),
};
