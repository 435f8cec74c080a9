//! Connectors, and doors opened for forwarding: mail of the whole tenant leaves, or comes in unchecked.
//! Source: formats §5.4; Microsoft, «Responding to a compromised connector».

use super::{
    Finding, Step,
    seen::{Seen, last_part},
};

pub(super) const FINDING: Finding = Finding {
    kind: "connector",
    operations: &[
        "New-InboundConnector",
        "Set-InboundConnector",
        "Remove-InboundConnector",
        "New-OutboundConnector",
        "Set-OutboundConnector",
        "Remove-OutboundConnector",
        "Set-RemoteDomain",
        "Set-HostedOutboundSpamFilterPolicy",
    ],
    read,
    burst: 0,
};

fn read(it: &Seen<'_>) -> Option<Step> {
    let name = [it.parameter("Name"), it.parameter("Identity")]
        .into_iter()
        .find(|it| !it.is_empty())
        .unwrap_or_default();
    let set = match it.detail.operation.as_str() {
        "Set-RemoteDomain" if it.has_parameter("AutoForwardEnabled") => {
            it.parameter("AutoForwardEnabled").eq_ignore_ascii_case("true")
        }
        "Set-HostedOutboundSpamFilterPolicy" if it.has_parameter("AutoForwardingMode") => {
            it.parameter("AutoForwardingMode").eq_ignore_ascii_case("on")
        }
        "Set-RemoteDomain" | "Set-HostedOutboundSpamFilterPolicy" => return None,
        operation => {
            !operation.starts_with("Remove-")
                && !it.parameter("Enabled").eq_ignore_ascii_case("false")
        }
    };
    let mut keys = vec![
        name.to_lowercase(),
        it.parameter("Identity").to_lowercase(),
        last_part(&it.detail.object),
    ];
    keys.retain(|key| !key.is_empty());
    Some(Step {
        set,
        account: set.then(|| it.detail.actor.clone()),
        keys,
        what: format!("{name}: {}", it.parameters_but(&["Name", "Identity", "Confirm"])),
        main: true,
    })
}
