//! Whether the tenant records at all: `Get-AdminAuditLogConfig`, `Get-OrganizationConfig`.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_audit_config",
    kind: Kind::Settings,
    name: "`Get-AdminAuditLogConfig`, `Get-OrganizationConfig` as CSV, JSON or CliXML",
    proves: "whether the audit log takes records, and whether mailboxes are audited by default, when the export is taken",
    reference: "Microsoft Learn: Get-AdminAuditLogConfig; Get-OrganizationConfig",
    recognises: |head| {
        setting::has_any(head, &["unifiedauditlogingestionenabled", "auditdisabled"])
    },
    open: |head, options| setting::reader(head, options, &[], read),
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let ingestion = it.yes(&["unifiedauditlogingestionenabled"]);
    let off = it.yes(&["auditdisabled"]);
    if ingestion.is_none() && off.is_none() {
        return Err("neither UnifiedAuditLogIngestionEnabled nor AuditDisabled is True or False");
    }
    Ok(Draft::new(SettingKind::AuditConfig)
        .name(it.text(&["name", "identity"]))
        .fact("ingestion", ingestion)
        .fact("mailbox_audit_off", off))
}
