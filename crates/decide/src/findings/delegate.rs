//! Rights on a mailbox given to somebody else: reading goes on without the owner's account.
//! Source: MITRE ATT&CK T1098.002; formats §5.4.

use super::{
    Finding, Step,
    seen::{Seen, last_part},
};

pub(super) const FINDING: Finding = Finding {
    kind: "delegate",
    operations: &[
        "Add-MailboxPermission",
        "Add-RecipientPermission",
        "Add-MailboxFolderPermission",
        "Remove-MailboxPermission",
        "Remove-RecipientPermission",
        "Remove-MailboxFolderPermission",
    ],
    read,
    burst: 0,
};

fn read(it: &Seen<'_>) -> Option<Step> {
    let to = [it.parameter("User"), it.parameter("Trustee")]
        .into_iter()
        .find(|it| !it.is_empty())
        .unwrap_or_default();
    let identity = it.parameter("Identity");
    let mailbox = identity.split(':').next().unwrap_or_default();
    let right = it.parameter("AccessRights");
    let account = it.account_of(&[mailbox, &it.detail.mailbox, &last_part(&it.detail.object)]);
    // One mailbox may get several delegates, one delegate several mailboxes.
    let keys = vec![format!("{}|{}", last_part(mailbox), last_part(&to))];
    Some(Step {
        set: it.is("Add-"),
        account: Some(account),
        keys,
        what: format!("{to}: {right} {identity}").trim().to_owned(),
        main: true,
    })
}
