//! What may be sent to domains outside: `Get-RemoteDomain`.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_remote_domains",
    kind: Kind::Settings,
    name: "`Get-RemoteDomain` as CSV, JSON or CliXML",
    proves: "whether mail may be forwarded to domains outside, when the export is taken",
    reference: "Microsoft Learn: Get-RemoteDomain",
    recognises: |head| setting::has_all(head, &["domainname", "autoforwardenabled"]),
    open: |head, options| setting::reader(head, options, &["whenchanged", "whencreated"], read),
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let domain = it.text(&["domainname"]);
    if domain.is_empty() {
        return Err("no domain named in this row");
    }
    let name = it.text(&["name", "identity"]);
    Ok(Draft::new(SettingKind::RemoteDomain)
        .ids([name.clone(), it.text(&["guid"])])
        .name(name)
        .times(it.at(&["whencreated"]), it.at(&["whenchanged"]))
        .fact("domain", domain.to_lowercase())
        .fact("forward", it.yes(&["autoforwardenabled"])))
}
