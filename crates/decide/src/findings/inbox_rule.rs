//! Inbox rules. Outlook on the web, shells and Graph leave `New-InboxRule` and its kin, Outlook for
//! desktop leaves `UpdateInboxRules`; neither tells of the other's rules.
//! Source: MITRE ATT&CK T1564.008; formats §5.4.

use super::{
    Finding, Step,
    seen::{Seen, last_part},
};

pub(super) const FINDING: Finding = Finding {
    kind: "inbox_rule",
    operations: &[
        "New-InboxRule",
        "Set-InboxRule",
        "Enable-InboxRule",
        "Disable-InboxRule",
        "Remove-InboxRule",
        "UpdateInboxRules",
    ],
    read,
    burst: 0,
};

fn read(it: &Seen<'_>) -> Option<Step> {
    if it.detail.operation == "UpdateInboxRules" {
        return outlook(it);
    }
    let mut keys = vec![
        it.parameter("Name").to_lowercase(),
        last_part(&it.parameter("Identity")),
        last_part(&it.detail.object),
    ];
    keys.retain(|key| !key.is_empty());
    keys.sort();
    keys.dedup();
    let does = it.parameters_but(&[
        "Name",
        "Identity",
        "Mailbox",
        "Force",
        "AlwaysDeleteOutlookRulesBlob",
        "Confirm",
    ]);
    let name = if it.parameter("Name").is_empty() {
        last_part(&it.detail.object)
    } else {
        it.parameter("Name")
    };
    Some(Step {
        set: !(it.is("Remove-") || it.is("Disable-")),
        account: Some(it.account_of(&[&it.parameter("Mailbox"), &it.detail.mailbox])),
        keys,
        what: if does.is_empty() { name } else { format!("{name}: {does}") },
        main: true,
    })
}

fn outlook(it: &Seen<'_>) -> Option<Step> {
    let (name, id) = (it.property("RuleName"), it.property("RuleId"));
    let mut keys = vec![name.to_lowercase(), id];
    keys.retain(|key| !key.is_empty());
    Some(Step {
        set: it.property("RuleOperation") != "RemoveMailboxRule",
        account: Some(it.account_of(&[&it.detail.mailbox])),
        keys,
        what: format!("{name}: {} {}", it.property("RuleCondition"), it.property("RuleActions"))
            .trim()
            .to_owned(),
        main: true,
    })
}
