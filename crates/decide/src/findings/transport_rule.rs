//! Mail-flow rules of the whole tenant: every mail can be copied, redirected or hidden.
//! Source: MITRE ATT&CK T1114.003, T1564.008; formats §5.4.

use super::{
    Finding, Step,
    seen::{Seen, last_part},
};

pub(super) const FINDING: Finding = Finding {
    kind: "transport_rule",
    operations: &[
        "New-TransportRule",
        "Set-TransportRule",
        "Enable-TransportRule",
        "Disable-TransportRule",
        "Remove-TransportRule",
        "New-JournalRule",
        "Remove-JournalRule",
    ],
    read,
    burst: 0,
};

fn read(it: &Seen<'_>) -> Option<Step> {
    let set = !(it.is("Remove-") || it.is("Disable-"));
    let name = [it.parameter("Name"), it.parameter("Identity")]
        .into_iter()
        .find(|it| !it.is_empty())
        .unwrap_or_default();
    let mut keys = vec![
        name.to_lowercase(),
        it.parameter("Identity").to_lowercase(),
        last_part(&it.detail.object),
    ];
    keys.retain(|key| !key.is_empty());
    let does = it.parameters_but(&[
        "Name",
        "Identity",
        "Mode",
        "SetAuditSeverity",
        "RuleErrorAction",
        "SenderAddressLocation",
        "Comments",
        "StopRuleProcessing",
    ]);
    Some(Step {
        set,
        account: set.then(|| it.detail.actor.clone()),
        keys,
        what: format!("{name}: {does}").trim_end_matches([':', ' ']).to_owned(),
        main: true,
    })
}
