//! Mail-flow rules of the tenant: `Get-TransportRule`.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_transport_rules",
    kind: Kind::Settings,
    name: "`Get-TransportRule` as CSV, JSON or CliXML",
    proves: "which mail-flow rules stand when the export is taken, and when each was last changed",
    reference: "Microsoft Learn: Get-TransportRule",
    recognises: |head| {
        setting::has_all(head, &["name", "state"])
            && setting::has_any(
                head,
                &["blindcopyto", "redirectmessageto", "ruleversion", "setscl"],
            )
    },
    open: |head, options| setting::reader(head, options, &["whenchanged", "whencreated"], read),
};

/// What a rule can do with mail that an intruder wants.
const ACTIONS: [(&str, &str); 7] = [
    ("blindcopyto", "BlindCopyTo"),
    ("copyto", "CopyTo"),
    ("redirectmessageto", "RedirectMessageTo"),
    ("addtorecipients", "AddToRecipients"),
    ("deletemessage", "DeleteMessage"),
    ("routemessageoutboundconnector", "RouteMessageOutboundConnector"),
    ("setscl", "SetSCL"),
];

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let name = it.text(&["name", "identity"]);
    if name.is_empty() {
        return Err("no name of a rule in this row");
    }
    let does: Vec<String> = ACTIONS
        .iter()
        .map(|(field, said)| (said, it.text(&[field])))
        .filter(|(_, value)| !value.is_empty() && !value.eq_ignore_ascii_case("false"))
        .map(|(said, value)| format!("{said}={value}"))
        .collect();
    let off = it.text(&["state"]).eq_ignore_ascii_case("Disabled");
    Ok(Draft::new(SettingKind::TransportRule)
        .ids([name.clone(), it.text(&["guid", "immutableid"])])
        .name(name)
        .times(it.at(&["whencreated"]), it.at(&["whenchanged"]))
        .fact("enabled", !off)
        .fact("does", does))
}
