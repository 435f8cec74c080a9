//! Inbox rules: `Get-InboxRule`, or the `messageRules` of Microsoft Graph. Neither has a date of
//! creation; hidden rules stand there only if asked for (`-IncludeHidden`).

use model::{Kind, SettingKind};
use serde_json::Value;

use crate::{
    format::Format,
    normal::{
        address, json,
        setting::{self, Draft, Fields, last_part},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "settings_inbox_rules",
    kind: Kind::Settings,
    name: "`Get-InboxRule` as CSV, JSON or CliXML; Microsoft Graph `messageRules`",
    proves: "which inbox rules stand when the export is taken; not since when",
    reference: "Microsoft Learn: Get-InboxRule; Microsoft Graph: messageRule resource type",
    recognises: |head| {
        let cmdlet = setting::has_any(head, &["forwardto", "redirectto"])
            && setting::has_any(
                head,
                &["ruleidentity", "mailboxownerid", "rulename", "deletemessage"],
            );
        cmdlet || setting::has_all(head, &["sequence", "actions", "isenabled"])
    },
    open: |head, options| setting::reader(head, options, &[], read),
};

/// Names under which scripts write the mailbox beside the rule.
const MAILBOX: [&str; 6] =
    ["mailbox", "userprincipalname", "username", "primarysmtpaddress", "mailboxowner", "user"];

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let identity = it.text(&["ruleidentity", "identity", "id"]);
    let name = it.text(&["name", "rulename", "displayname"]);
    if identity.is_empty() && name.is_empty() {
        return Err("neither name nor identity of a rule in this row");
    }
    let mut owner = it.text(&MAILBOX);
    if owner.is_empty() {
        owner = it.user_of_context();
    }
    if owner.is_empty() {
        owner = last_part(&it.text(&["mailboxownerid"]));
    }
    if owner.is_empty() {
        // `Hanako\1234567890`
        let before = identity.rsplit_once('\\').map(|it| it.0.to_owned());
        owner = last_part(&before.unwrap_or_default());
    }
    let on = |names: &[&str]| it.yes(names).filter(|yes| *yes);
    Ok(Draft::new(SettingKind::InboxRule)
        .account(&owner)
        .ids([last_part(&identity), name.clone()])
        .name(name)
        .fact("enabled", it.yes(&["enabled", "isenabled"]))
        .fact("forward", targets(it))
        .fact(
            "delete",
            on(&[
                "deletemessage",
                "softdeletemessage",
                "actions.delete",
                "actions.permanentDelete",
            ]),
        )
        .fact("move", it.text(&["movetofolder"]))
        // Graph names the folder by its id, which says nothing of what it is.
        .fact("move_id", it.text(&["actions.moveToFolder"]))
        .fact("mark_read", on(&["markasread", "actions.markAsRead"])))
}

/// Whom the rule sends mail to: addresses, and what is none as it stands there.
fn targets(it: &Fields<'_>) -> Vec<String> {
    const CMDLET: [&str; 4] =
        ["forwardto", "redirectto", "forwardasattachmentto", "sendtextmessagenotificationto"];
    const GRAPH: [&str; 3] =
        ["actions.forwardTo", "actions.redirectTo", "actions.forwardAsAttachmentTo"];
    let mut found: Vec<String> = Vec::new();
    for name in CMDLET {
        let before = found.len();
        for piece in it.list(&[name]) {
            // `"Name" [SMTP:a@b]`, `"Name" [EX:/o=…/cn=…]`
            found.extend(address::all_in(&piece.replace(['[', ']'], " ")));
            let inside =
                piece.split_once("[EX:").map(|it| it.1.trim_end_matches(']').to_lowercase());
            found.extend(inside);
        }
        if found.len() == before {
            found.extend(Some(it.text(&[name])).filter(|it| !it.is_empty()));
        }
    }
    for name in GRAPH {
        let all = it.value(name).as_array().map(Vec::as_slice).unwrap_or_default();
        let one = |it: &Value| json::text(it, &["emailAddress", "address"]);
        found.extend(all.iter().map(|it| address::normalise(&one(it))).filter(|it| !it.is_empty()));
    }
    found.sort_unstable();
    found.dedup();
    found
}
