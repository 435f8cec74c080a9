//! What did the attacker do, and which scope does each act touch? (design §4.6)

use std::collections::{BTreeMap, BTreeSet};

use model::{Act, Detail, Micros, Touch, Twins, findings::Operation, rfc3339};

use crate::{clients, folders, identity::Directory, operations};

/// One act on one scope, summed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sum {
    /// Records.
    pub records: u64,
    /// Distinct items.
    pub items: u64,
    /// First instant.
    pub first: Micros,
    /// Last instant.
    pub last: Micros,
}

/// Everything the attacker did: by (account, scope, operation).
#[derive(Clone, Debug, Default)]
pub struct Deeds {
    /// Acts, as the report lists them.
    pub operations: BTreeMap<(String, String, String), Sum>,
    /// Records that touch each scope.
    pub scopes: BTreeMap<String, u64>,
}

impl Deeds {
    fn act(&mut self, account: &str, scope: &str, operation: &str, sum: &Sum) {
        let key = (account.to_owned(), scope.to_owned(), operation.to_owned());
        let it = self.operations.entry(key).or_insert_with(|| Sum {
            first: sum.first,
            last: sum.last,
            ..Sum::default()
        });
        it.records += sum.records;
        it.items += sum.items;
        it.first = it.first.min(sum.first);
        it.last = it.last.max(sum.last);
    }

    fn touch(&mut self, scope: String, records: u64) {
        *self.scopes.entry(scope).or_default() += records;
    }

    /// The operations as findings list them.
    pub fn listed(&self) -> Vec<Operation> {
        let one =
            |((account, scope, operation), sum): (&(String, String, String), &Sum)| Operation {
                account: account.clone(),
                scope: scope.clone(),
                operation: operation.clone(),
                records: sum.records,
                items: sum.items,
                first: rfc3339(sum.first),
                last: rfc3339(sum.last),
            };
        self.operations.iter().map(one).collect()
    }
}

/// The scope id of a folder; calendar and contacts are scopes of their own.
pub fn folder_scope(mailbox: &str, path: &str) -> String {
    match folders::well_known(path) {
        Some(class @ ("contacts" | "calendar")) => format!("{class}:{mailbox}"),
        _ => format!("mailbox:{mailbox}/{}", folders::scope_part(path)),
    }
}

/// What an attacker's session did, as gathered.
pub struct Inputs<'a> {
    /// Folders and items touched by the attacker's sessions.
    pub touches: &'a [Touch],
    /// All acts.
    pub acts: &'a [Act],
    /// Application of a context.
    pub app_of: &'a dyn Fn(&str) -> String,
    /// For a context: the account, if its session is the attacker's and it worked.
    pub attacker: &'a dyn Fn(&str) -> Option<String>,
    /// For a display id: the account.
    pub account_of: &'a dyn Fn(&str) -> Option<String>,
    /// Changes that two logs tell of.
    pub twins: &'a [Twins],
    /// The accounts.
    pub directory: &'a Directory,
}

/// Sums up the attacker's deeds.
pub fn deeds(inputs: &Inputs<'_>) -> Deeds {
    let mut it = Deeds::default();
    for touch in inputs.touches {
        let Some(account) = (inputs.account_of)(&touch.session) else { continue };
        mailbox_touch(&mut it, inputs, touch, &account);
    }
    let again = told_again(inputs);
    for act in inputs.acts {
        let Some(account) = (inputs.attacker)(&act.context) else { continue };
        let again = again.get(&(act.context.as_str(), act.operation.as_str()));
        let mine = again.filter(|_| act.workload == model::ENTRA_AUDIT).copied().unwrap_or(0);
        let act = Act { records: act.records.saturating_sub(mine), ..act.clone() };
        if act.records > 0 {
            it.touch(format!("account:{account}"), act.records);
            other_act(&mut it, inputs, &act, &account);
        }
    }
    it
}

/// Records by context and operation that tell what a counted record of the attacker's tells already.
fn told_again<'a>(inputs: &Inputs<'a>) -> BTreeMap<(&'a str, &'a str), u64> {
    let mut found: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for twins in inputs.twins {
        let who = (inputs.attacker)(&twins.counted);
        if who.is_some() && who == (inputs.attacker)(&twins.again) {
            *found.entry((&twins.again, &twins.operation)).or_default() += twins.records;
        }
    }
    found
}

/// Whether a record of this operation touches the folder it names in this role (design §4.6): as source,
/// or as destination of an explicit move.
pub(crate) fn is_touch(operation: &str, role: &str) -> bool {
    let op = operations::of(operation);
    let moved_here = op.operation == "move" && !operation.starts_with("MoveToDeleted");
    op.touches && (role != "destination" || moved_here)
}

/// Whether a record names no folder.
pub(crate) fn is_nowhere(folder: &str) -> bool {
    folders::scope_part(folder).is_empty() || folder.eq_ignore_ascii_case("Not Available")
}

fn mailbox_touch(it: &mut Deeds, inputs: &Inputs<'_>, touch: &Touch, account: &str) {
    let op = operations::of(&touch.operation);
    if !is_touch(&touch.operation, &touch.role) {
        return;
    }
    let mailbox = if touch.mailbox.is_empty() {
        account.to_owned()
    } else {
        inputs.directory.resolve(&touch.mailbox)
    };
    let nowhere = is_nowhere(&touch.folder);
    if nowhere && touch.own_mail {
        return;
    }
    // A record that names no folder (a sync of old, an attachment) still touched mail: it is not dropped.
    let own =
        folders::well_known(&touch.folder).filter(|it| matches!(*it, "contacts" | "calendar"));
    let scope =
        if nowhere { format!("items:{mailbox}") } else { folder_scope(&mailbox, &touch.folder) };
    let word = if touch.access == "Sync" { "sync" } else { op.operation };
    let sum =
        Sum { records: touch.records, items: touch.items, first: touch.first, last: touch.last };
    it.act(account, &scope, word, &sum);
    it.touch(scope, touch.records);
    // A move names its mail twice, as source and as destination: the mail is touched once.
    if !nowhere && own.is_none() && !touch.own_mail && touch.role != "destination" {
        it.touch(format!("items:{mailbox}"), touch.records);
    }
    if touch.operation == "AttachmentAccess" {
        it.touch(format!("attachments:{mailbox}"), touch.records);
    }
}

fn other_act(it: &mut Deeds, inputs: &Inputs<'_>, act: &Act, account: &str) {
    let op = operations::of(&act.operation);
    let sum = Sum { records: act.records, items: act.records, first: act.first, last: act.last };
    let mailbox = if act.mailbox.is_empty() {
        account.to_owned()
    } else {
        inputs.directory.resolve(&act.mailbox)
    };
    if let Some(service) = service_of(inputs, act, op.operation) {
        it.touch(format!("service:{account}/{service}"), act.records);
    }
    match op.operation {
        "sign_in" => it.act(account, &format!("account:{account}"), "sign_in", &sum),
        "send" => it.act(account, "mail", "send", &sum),
        "rule" | "forward" | "consent" | "permission" | "mfa_change" | "device_change"
        | "config" => {
            let scope = if op.scope == "tenant" {
                "tenant".to_owned()
            } else {
                format!("settings:{mailbox}")
            };
            it.act(account, &scope, op.operation, &sum);
            it.touch(scope, act.records);
        }
        "file_read" | "file_download" | "file_change" => {
            let service = service_of(inputs, act, op.operation).unwrap_or("sharepoint");
            it.act(account, &format!("service:{account}/{service}"), op.operation, &sum);
        }
        // Folder acts are counted with their folders; an act without any is shown for the account.
        word if !op.touches => it.act(account, &format!("account:{account}"), word, &sum),
        _ => {}
    }
}

/// The service of a work record is its workload; of a sign-in, its client application's own.
fn service_of(inputs: &Inputs<'_>, act: &Act, operation: &str) -> Option<&'static str> {
    if operation == "sign_in" {
        return clients::service_of_app(&(inputs.app_of)(&act.context));
    }
    match act.workload.as_str() {
        "Exchange" => Some("outlook"),
        "OneDrive" => Some("onedrive"),
        "SharePoint" => Some("sharepoint"),
        "MicrosoftTeams" => Some("teams"),
        _ => None,
    }
}

/// The operation that stands for a `Set-Mailbox` with a forwarding address (`knowledge/operations/`).
const FORWARDING: &str = "Set-Mailbox (forwarding)";

/// Names the acts that set forwarding: the act is only a count, its content stands in the details.
pub fn name_forwarding(acts: &mut [Act], details: &[Detail]) {
    let sets = |it: &&Detail| it.operation == "Set-Mailbox" && it.detail.contains("\"Forwarding");
    let contexts: BTreeSet<&str> =
        details.iter().filter(sets).map(|it| it.context.as_str()).collect();
    for act in acts
        .iter_mut()
        .filter(|it| it.operation == "Set-Mailbox" && contexts.contains(it.context.as_str()))
    {
        act.operation = FORWARDING.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use model::Case;

    use super::*;

    fn touch(operation: &str, folder: &str, role: &str) -> Touch {
        Touch {
            session: "s".into(),
            mailbox: "a@x".into(),
            operation: operation.into(),
            folder: folder.into(),
            role: role.into(),
            records: 2,
            items: 3,
            ..Touch::default()
        }
    }

    fn run(touches: &[Touch], acts: &[Act]) -> Deeds {
        with_twins(touches, acts, &[])
    }

    fn with_twins(touches: &[Touch], acts: &[Act], twins: &[Twins]) -> Deeds {
        let directory = Directory::new(&[], &[], ["a@x".to_owned()], &Case::default());
        deeds(&Inputs {
            touches,
            acts,
            app_of: &|_| "9199bf20-a13f-4107-85dc-02114787ef48".to_owned(),
            attacker: &|context| context.starts_with('c').then(|| "a@x".to_owned()),
            account_of: &|_| Some("a@x".to_owned()),
            twins,
            directory: &directory,
        })
    }

    #[test]
    fn a_change_that_two_logs_tell_of_is_counted_once() {
        let act = |context: &str, workload: &str, records| Act {
            context: context.into(),
            operation: "Consent to application".into(),
            workload: workload.into(),
            records,
            ..Act::default()
        };
        let twins = |counted: &str| Twins {
            counted: counted.into(),
            again: "c2".into(),
            operation: "Consent to application".into(),
            records: 1,
        };
        let acts = [act("c", "AzureActiveDirectory", 1), act("c2", model::ENTRA_AUDIT, 2)];
        let records = |it: &Deeds| {
            let key = ("a@x".to_owned(), "settings:a@x".to_owned(), "consent".to_owned());
            (it.operations[&key].records, it.scopes["settings:a@x"], it.scopes["account:a@x"])
        };
        assert_eq!(records(&with_twins(&[], &acts, &[twins("c")])), (2, 2, 2));
        // The other log's record is nobody's that is known: this one must speak.
        assert_eq!(records(&with_twins(&[], &acts, &[twins("owner")])), (3, 3, 3));
        assert_eq!(records(&run(&[], &acts)), (3, 3, 3));
    }

    #[test]
    fn only_what_was_touched_is_touched() {
        let mut own = touch("MailItemsAccessed", "\\送信済みアイテム", "source");
        own.own_mail = true;
        let it = run(
            &[
                own,
                touch("MoveToDeletedItems", "\\Deleted Items", "destination"),
                touch("Send", "\\Sent Items", "source"),
                touch("Move", "\\Archive", "destination"),
            ],
            &[],
        );
        let scopes: Vec<&str> = it.scopes.keys().map(String::as_str).collect();
        assert_eq!(scopes, ["mailbox:a@x/archive", "mailbox:a@x/sent"]);
    }

    #[test]
    fn a_record_that_names_no_folder_is_not_dropped() {
        let it = run(
            &[
                touch("MailItemsAccessed", "Not Available", "source"),
                touch("AttachmentAccess", "", "source"),
            ],
            &[],
        );
        let scopes: Vec<&str> = it.scopes.keys().map(String::as_str).collect();
        assert_eq!(scopes, ["attachments:a@x", "items:a@x"]);
    }

    #[test]
    fn a_sync_is_a_sync_and_forwarding_is_forwarding() {
        let mut sync = touch("MailItemsAccessed", "Inbox", "source");
        sync.access = "Sync".into();
        let mut acts = vec![
            Act {
                context: "c".into(),
                operation: "Set-Mailbox".into(),
                workload: "Exchange".into(),
                records: 1,
                ..Act::default()
            },
            Act { context: "owner".into(), operation: "Send".into(), records: 1, ..Act::default() },
        ];
        let set = Detail {
            context: "c".into(),
            operation: "Set-Mailbox".into(),
            detail: r#"{"parameters":{"ForwardingSmtpAddress":"z@e"}}"#.into(),
            ..Detail::default()
        };
        name_forwarding(&mut acts, &[set]);
        let it = run(&[sync], &acts);
        let words: Vec<&str> = it.operations.keys().map(|it| it.2.as_str()).collect();
        assert_eq!(words, ["sync", "forward"]);
        assert!(
            it.scopes.contains_key("settings:a@x") && it.scopes.contains_key("service:a@x/outlook")
        );
    }
}
