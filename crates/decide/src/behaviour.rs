//! What did each session do that an owner seldom does?

use std::collections::{BTreeMap, BTreeSet};

use model::{Act, Decision, Detail, SessionSends};
use serde_json::Value;

use crate::{rules::Behaviour, session::Built};

/// Operations whose content `behaviours` looks at.
pub const OPERATIONS: [&str; 12] = [
    "New-InboxRule",
    "Set-InboxRule",
    "Enable-InboxRule",
    "UpdateInboxRules",
    "Set-Mailbox",
    "Consent to application",
    "Add OAuth2PermissionGrant",
    "Add delegated permission grant",
    "User registered security info",
    "User registered all required security info",
    "Add registered owner to device",
    "Update user",
];

/// Sums up the sessions' behaviour, in the order of the sessions, and lists consents as
/// (session, text that names the application).
pub fn behaviours(
    built: &Built,
    index_of: &BTreeMap<String, usize>,
    acts: &[Act],
    details: &[Detail],
    sends: &[SessionSends],
) -> (Vec<Behaviour>, Vec<(usize, String)>) {
    let mut found: Vec<Behaviour> = vec![Behaviour::default(); built.drafts.len()];
    let by_id: BTreeMap<&str, usize> =
        built.drafts.iter().enumerate().map(|(i, it)| (it.id.as_str(), i)).collect();
    for it in sends {
        let Some(i) = by_id.get(it.session.as_str()) else { continue };
        let did = &mut found[*i];
        (did.messages, did.recipients, did.known, did.peak) =
            (it.messages, it.recipients, it.known, it.peak);
    }
    let session = |context: &str| index_of.get(context).map(|i| built.of_context[*i]);
    for act in acts {
        let delete =
            matches!(act.operation.as_str(), "SoftDelete" | "HardDelete" | "MoveToDeletedItems");
        if let Some(i) = session(&act.context).filter(|_| delete) {
            found[i].deletions += act.records;
        }
    }
    let mut consents = Vec::new();
    for detail in details.iter().filter(|it| it.succeeded != Some(false)) {
        let Some(i) = session(&detail.context) else { continue };
        let did = &mut found[i];
        match detail.operation.as_str() {
            "New-InboxRule" | "Set-InboxRule" | "UpdateInboxRules" => {
                did.hiding_rules += u64::from(hides(detail))
            }
            "Set-Mailbox" => did.forwardings += u64::from(forwards_outside(detail)),
            it if CONSENTS.contains(&it) => {
                did.consents += 1;
                consents.push((i, format!("{} {}", detail.object, detail.detail)));
            }
            "User registered security info" | "Add registered owner to device" => did.methods += 1,
            _ => {}
        }
    }
    (found, consents)
}

/// Operations by which an application gets rights to somebody's data.
const CONSENTS: [&str; 3] =
    ["Consent to application", "Add OAuth2PermissionGrant", "Add delegated permission grant"];

/// Applications of these that somebody consented to, or decided about: third parties, whatever the
/// client string says.
pub fn third_parties<'a>(
    apps: impl Iterator<Item = &'a str>,
    details: &[Detail],
    decisions: &[Decision],
) -> BTreeSet<String> {
    let consents: Vec<String> = details
        .iter()
        .filter(|it| CONSENTS.contains(&it.operation.as_str()) && it.succeeded != Some(false))
        .map(|it| format!("{} {}", it.object, it.detail).to_lowercase())
        .collect();
    let decided: BTreeSet<&str> =
        decisions.iter().filter_map(|it| it.selector.app.as_deref()).collect();
    let known = |app: &&str| {
        !app.is_empty()
            && (decided.contains(app) || consents.iter().any(|text| text.contains(*app)))
    };
    let distinct: BTreeSet<&str> = apps.collect();
    distinct.into_iter().filter(known).map(str::to_owned).collect()
}

fn parsed(detail: &Detail) -> Value {
    serde_json::from_str(&detail.detail).unwrap_or(Value::Null)
}

fn parameter(detail: &Value, name: &str) -> String {
    let value = &detail["parameters"][name];
    value
        .as_str()
        .map(str::to_owned)
        .unwrap_or_else(|| if value.is_null() { String::new() } else { value.to_string() })
}

/// A rule that deletes, forwards, or moves mail to where nobody looks. An ordinary filing rule is
/// no behaviour of an intruder (ATT&CK T1564.008).
fn hides(detail: &Detail) -> bool {
    let it = parsed(detail);
    let on = |name: &str| parameter(&it, name).eq_ignore_ascii_case("true");
    let set = |name: &str| !parameter(&it, name).is_empty();
    // Outlook's own form: UpdateInboxRules carries the actions as text.
    let actions = it["properties"]["RuleActions"].as_str().unwrap_or_default().to_lowercase();
    let outlook = ["forward", "redirect", "\"delete", "permanentdelete", "move"]
        .iter()
        .any(|word| actions.contains(word))
        && it["properties"]["RuleOperation"].as_str() != Some("RemoveMailboxRule");
    on("DeleteMessage")
        || on("SoftDeleteMessage")
        || set("ForwardTo")
        || set("RedirectTo")
        || set("ForwardAsAttachmentTo")
        || is_dark(&parameter(&it, "MoveToFolder"))
        || outlook
}

/// Whether nobody looks into a folder of this name.
pub(crate) fn is_dark(folder: &str) -> bool {
    const DARK: [&str; 12] = [
        "rss",
        "conversation history",
        "会話の履歴",
        "archive",
        "アーカイブ",
        "junk",
        "迷惑",
        "deleted",
        "削除済み",
        "notes",
        "メモ",
        "同期",
    ];
    let folder = folder.to_lowercase();
    DARK.iter().any(|word| folder.contains(word))
}

fn forwards_outside(detail: &Detail) -> bool {
    let it = parsed(detail);
    let address = parameter(&it, "ForwardingSmtpAddress");
    let address = address.trim_start_matches("smtp:").to_lowercase();
    let domain = |text: &str| text.rsplit_once('@').map(|it| it.1.to_owned()).unwrap_or_default();
    let own = domain(if detail.mailbox.is_empty() { &detail.actor } else { &detail.mailbox });
    !address.is_empty() && domain(&address) != own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filing_newsletters_is_not_hiding() {
        let rule = |text: &str| Detail { detail: text.into(), ..Detail::default() };
        assert!(!hides(&rule(r#"{"parameters":{"MoveToFolder":"a@x:\\Newsletter"}}"#)));
        assert!(hides(&rule(r#"{"parameters":{"MoveToFolder":"a@x:\\RSS フィード"}}"#)));
        assert!(hides(&rule(r#"{"parameters":{"DeleteMessage":"True"}}"#)));
        let forward = Detail {
            actor: "a@x.jp".into(),
            detail: r#"{"parameters":{"ForwardingSmtpAddress":"smtp:z@evil.example"}}"#.into(),
            ..Detail::default()
        };
        assert!(forwards_outside(&forward));
    }
}
