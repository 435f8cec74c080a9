//! Is there proof that the log was listening? (design §4.5, positive control)
//!
//! The owner's own reading is the control: where nobody's reading was ever recorded, the attacker's
//! would not have been either.

use std::collections::{BTreeMap, BTreeSet};

use model::{Act, Context, DAY, Detail, HOUR, Kind, Micros, Span};

use crate::{
    coverage::spans,
    identity::Directory,
    observability::{self, Control},
};

/// Stands for every mailbox, where the organisation's own switch is meant.
const MAILBOXES: &str = "*";
/// A record must stand this near, before and after.
const NEAR: Micros = 7 * DAY;

/// All time.
const ALWAYS: Span = Span { from: Micros::MIN / 2, to: Micros::MAX / 2 };

/// Cmdlets that switch auditing off or on; their records must be gathered with the details.
pub const OPERATIONS: [&str; 4] = [
    "Set-AdminAuditLogConfig",
    "Set-MailboxAuditBypassAssociation",
    "Set-Mailbox",
    "Set-OrganizationConfig",
];

/// When each control was heard.
#[derive(Clone, Debug, Default)]
pub struct Controls {
    /// By row of `knowledge/observability/`: spans in which any account's record stands near enough.
    tenant: Vec<Vec<Span>>,
    /// By row and mailbox.
    mailbox: BTreeMap<(usize, String), Vec<Span>>,
    /// Auditing was off for everybody.
    off: Vec<Span>,
    /// Auditing was off for one mailbox or one person's acts.
    /// With whether it is a person who was bypassed.
    off_for: BTreeMap<(String, bool), Vec<Span>>,
    /// By row and mailbox (empty: one that cannot be placed): its own set of actions leaves the act out.
    left_out: BTreeMap<(usize, String), Vec<Span>>,
    /// What configuration exports say.
    stated: Stated,
    /// When a mailbox's auditing was last changed, as far as the log tells: what an export says does not
    /// hold before.
    changed: BTreeMap<String, Micros>,
}

/// What configuration exports say of auditing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Stated {
    /// By mailbox.
    pub mailboxes: BTreeMap<String, Audited>,
    /// Whose acts in mailboxes are not recorded.
    pub bypassed: BTreeSet<String>,
    /// The audit log takes no records.
    pub ingestion_off: bool,
    /// Mailboxes are not audited at all.
    pub mailboxes_off: bool,
}

/// What is recorded of one mailbox.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Audited {
    /// Auditing is on.
    pub on: bool,
    /// Actions of the owner that are recorded, in lower case.
    pub acts: BTreeSet<String>,
    /// When the export was taken; nobody stated it: `None`, and «on» proves nothing.
    pub until: Option<Micros>,
}

impl Audited {
    /// Keeps what another export says too.
    pub fn narrow(&mut self, other: &Audited) {
        self.on &= other.on;
        self.acts.retain(|it| other.acts.contains(it));
        self.until = self.until.min(other.until);
    }

    /// Whether the acts of a row are recorded: all of its operations that are recorded by default.
    fn shows(&self, row: &observability::Row) -> bool {
        let default = observability::default_actions();
        let mut usual = row
            .operations
            .iter()
            .filter(|it| default.iter().any(|one| one.eq_ignore_ascii_case(it)))
            .peekable();
        usual.peek().is_some() && usual.all(|it| self.acts.contains(&it.to_lowercase()))
    }
}

impl Controls {
    /// Gathers the controls. `stated` is what configuration exports say of auditing.
    pub fn new(
        contexts: &[Context],
        acts: &[Act],
        details: &[Detail],
        stated: &Stated,
        directory: &Directory,
    ) -> Controls {
        let (tenant, mailbox) = heard(contexts, acts, directory);
        let mut it = Controls { stated: stated.clone(), ..Controls::default() };
        it.tenant = tenant.into_iter().map(near).collect();
        // Rows that share their proofs share the work: a mailbox's instants are few.
        it.mailbox = mailbox.into_iter().map(|(key, at)| (key, near(at))).collect();
        it.switches(details, directory);
        for name in &stated.bypassed {
            it.off_for.insert((name.clone(), true), vec![ALWAYS]);
        }
        it
    }

    /// Over which time a configuration export proves that the acts of a row were recorded.
    fn proven_by_export(&self, name: &str, row: &observability::Row) -> Vec<Span> {
        let mine = self.stated.mailboxes.get(name).filter(|it| it.on && it.shows(row));
        let Some(until) = mine.and_then(|it| it.until) else { return Vec::new() };
        // A change that cannot be placed may be of any mailbox.
        let changed = self.changed.get(name).max(self.changed.get(""));
        let from = changed.copied().unwrap_or(ALWAYS.from);
        spans::unite(vec![Span { from: from.min(until), to: until }])
    }

    /// Where the act of this row was heard. `mailbox` is the mailbox whose auditing matters, `who` the
    /// person whose acts do; where that is anybody, a person whose acts are bypassed silences all.
    pub fn listening(&self, row: usize, mailbox: Option<&str>, who: Option<&str>) -> Vec<Span> {
        let Some(knowledge) = observability::rows().get(row) else { return Vec::new() };
        let name = mailbox.or(who).unwrap_or_default();
        // A mailbox's setting says nothing of sign-ins or files.
        let exchange = knowledge.workloads.iter().any(|one| one == "Exchange");
        let off = self.stated.mailboxes.get(name).is_some_and(|it| !it.on);
        let of_mailboxes = exchange && knowledge.act != "config";
        if (exchange && off)
            || (of_mailboxes && self.stated.mailboxes_off)
            || (knowledge.kind == Some(Kind::Ual) && self.stated.ingestion_off)
        {
            return Vec::new();
        }
        let none: &[Span] = &[];
        let mut found = match knowledge.control {
            Control::Mailbox => {
                let key = (row, mailbox.unwrap_or_default().to_owned());
                let heard = self.mailbox.get(&key).map_or(none, Vec::as_slice);
                spans::unite([heard.to_vec(), self.proven_by_export(name, knowledge)].concat())
            }
            Control::Tenant => self.tenant.get(row).map_or(none, Vec::as_slice).to_vec(),
        };
        if knowledge.kind == Some(Kind::Ual) {
            found = spans::minus(&found, &self.off);
            // These switches are about mailbox records: sign-ins and files go on being recorded. A mailbox
            // that is switched off loses what is done in it, by whomever; a person who is bypassed, what he
            // does, wherever.
            let silenced = self.off_for.iter().filter(|((one, bypassed), _)| {
                exchange && (*one == name || one == MAILBOXES || (*bypassed && who.is_none()))
            });
            for (_, off) in silenced {
                found = spans::minus(&found, off);
            }
            for owner in [name, ""] {
                let gone = self.left_out.get(&(row, owner.to_owned())).cloned().unwrap_or_default();
                found = spans::minus(&found, &spans::unite(gone));
            }
        }
        found
    }

    /// `Set-Mailbox -AuditOwner` names what is recorded from then on: what it leaves out is not.
    fn narrowed(&mut self, detail: &Detail, name: &str) {
        let Some(actions) = audited_actions(detail).filter(|_| detail.operation == "Set-Mailbox")
        else {
            return;
        };
        let span = Span { from: detail.at, to: ALWAYS.to };
        let default = observability::default_actions();
        for (n, row) in observability::rows().iter().enumerate() {
            let mut usual = row.operations.iter().filter(|it| {
                row.control == Control::Mailbox
                    && default.iter().any(|one| one.eq_ignore_ascii_case(it))
            });
            if usual.any(|it| !actions.contains(&it.to_lowercase())) {
                self.left_out.entry((n, name.to_owned())).or_default().push(span);
            }
        }
    }

    fn switches(&mut self, details: &[Detail], directory: &Directory) {
        let mut sorted: Vec<&Detail> = details
            .iter()
            .filter(|it| it.succeeded != Some(false) && OPERATIONS.contains(&it.operation.as_str()))
            .collect();
        sorted.sort_by(|a, b| (a.at, &a.record).cmp(&(b.at, &b.record)));
        let mut since: BTreeMap<(String, bool), Micros> = BTreeMap::new();
        let mut ended: Vec<((String, bool), Span)> = Vec::new();
        for it in sorted {
            let name = target(it, directory);
            if it.operation == "Set-Mailbox" && sets_auditing(it) {
                self.changed.insert(name.clone(), it.at);
            }
            self.narrowed(it, &name);
            let Some(on) = switched(it) else { continue };
            let bypassed = it.operation == "Set-MailboxAuditBypassAssociation";
            let name = (name, bypassed);
            match (on, since.get(&name).copied()) {
                (false, None) => drop(since.insert(name, it.at)),
                (true, Some(from)) => {
                    since.remove(&name);
                    ended.push((name, Span { from, to: it.at }));
                }
                _ => {}
            }
        }
        let open = since.into_iter().map(|(name, from)| (name, Span { from, to: Micros::MAX / 2 }));
        for (name, span) in ended.into_iter().chain(open) {
            if name.0.is_empty() { &mut self.off } else { self.off_for.entry(name).or_default() }
                .push(span);
        }
        self.off = spans::unite(std::mem::take(&mut self.off));
        self.off_for.values_mut().for_each(|it| *it = spans::unite(std::mem::take(it)));
    }
}

/// The actions of the owner that a cmdlet leaves recorded, in lower case; `None` if it says nothing of
/// them. `@{Remove=…}` or `-…` names what goes: then nobody knows what stays, and nothing counts.
fn audited_actions(detail: &Detail) -> Option<BTreeSet<String>> {
    let value: serde_json::Value = serde_json::from_str(&detail.detail).ok()?;
    let said = value["parameters"]["AuditOwner"].as_str()?.to_lowercase();
    if said.contains("remove") || said.contains("add") || said.contains(['@', '-', '+']) {
        return Some(BTreeSet::new());
    }
    let words = said.split([';', ',', ' ', '"', '{', '}']).map(str::trim);
    Some(words.filter(|it| !it.is_empty()).map(str::to_owned).collect())
}

/// Whom a cmdlet switched; empty: everybody, also where its object cannot be placed.
fn target(detail: &Detail, directory: &Directory) -> String {
    if detail.operation == "Set-OrganizationConfig" {
        return MAILBOXES.to_owned();
    }
    let name = directory.resolve(&detail.object);
    let known = directory.accounts().contains_key(&name);
    if known && detail.operation != "Set-AdminAuditLogConfig" { name } else { String::new() }
}

/// Whether a record switches auditing on (`true`) or off; `None` if it says nothing of it.
fn switched(detail: &Detail) -> Option<bool> {
    let value: serde_json::Value = serde_json::from_str(&detail.detail).ok()?;
    let parameters = value.get("parameters")?;
    let said = |name: &str| {
        let it = parameters.get(name)?;
        it.as_bool().or_else(|| {
            match it.as_str()?.trim_start_matches('$').to_lowercase().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            }
        })
    };
    match detail.operation.as_str() {
        "Set-AdminAuditLogConfig" => said("UnifiedAuditLogIngestionEnabled"),
        "Set-OrganizationConfig" => said("AuditDisabled").map(|it| !it),
        "Set-MailboxAuditBypassAssociation" => said("AuditBypassEnabled").map(|it| !it),
        _ => said("AuditEnabled"),
    }
}

/// Whether a record changes what of a mailbox is recorded.
fn sets_auditing(detail: &Detail) -> bool {
    let value: serde_json::Value = serde_json::from_str(&detail.detail).unwrap_or_default();
    let all = value["parameters"].as_object();
    all.is_some_and(|it| it.keys().any(|key| key.starts_with("Audit") || key == "DefaultAuditSet"))
}

type Instants = Vec<Micros>;

fn heard(
    contexts: &[Context],
    acts: &[Act],
    directory: &Directory,
) -> (Vec<Instants>, BTreeMap<(usize, String), Instants>) {
    let rows = observability::rows();
    let signin: BTreeMap<&str, bool> =
        contexts.iter().map(|it| (it.id.as_str(), it.signin)).collect();
    let mut tenant: Vec<Instants> = vec![Vec::new(); rows.len()];
    let mut mailbox: BTreeMap<(usize, String), Instants> = BTreeMap::new();
    let mut proofs: BTreeMap<(bool, &str, &str), Vec<usize>> = BTreeMap::new();
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for act in acts {
        let from_signins = signin.get(act.context.as_str()).copied().unwrap_or(false);
        let Some(kind) = observability::kind_of(from_signins, &act.workload) else { continue };
        let proven =
            proofs.entry((from_signins, &act.workload, &act.operation)).or_insert_with(|| {
                let all = rows.iter().enumerate();
                all.filter(|(_, it)| it.is_proof(kind, &act.workload, &act.operation))
                    .map(|(n, _)| n)
                    .collect()
            });
        for n in proven.iter() {
            let into = match rows[*n].control {
                Control::Tenant => &mut tenant[*n],
                Control::Mailbox if act.mailbox.is_empty() => continue,
                Control::Mailbox => {
                    let name = names
                        .entry(&act.mailbox)
                        .or_insert_with(|| directory.resolve(&act.mailbox));
                    mailbox.entry((*n, name.clone())).or_default()
                }
            };
            // Acts of a thousand people in one hour are one control.
            if into.last().is_none_or(|it| it.div_euclid(HOUR) != act.first.div_euclid(HOUR)) {
                into.push(act.first);
            }
            into.push(act.last);
        }
    }
    (tenant, mailbox)
}

/// The instants that have a control within seven days before and after.
fn near(mut at: Instants) -> Vec<Span> {
    at.sort_unstable();
    at.dedup();
    let pairs = at.windows(2).map(|it| (it[0], it[1]));
    let mut found: Vec<Span> =
        pairs.map(|(a, b)| Span { from: a.max(b - NEAR), to: b.min(a + NEAR) }).collect();
    found.extend(at.iter().map(|it| Span { from: *it, to: it + 1 }));
    spans::unite(found)
}

#[cfg(test)]
mod tests {
    use model::Case;

    use super::*;

    #[test]
    fn a_control_stands_before_and_after() {
        let day = |n: i64| n * DAY;
        assert_eq!(near(vec![0, day(7)]), [Span { from: 0, to: day(7) + 1 }]);
        let it = near(vec![0, day(10)]);
        assert!(
            it.iter().any(|it| it.contains(day(5))) && !it.iter().any(|it| it.contains(day(2)))
        );
        assert_eq!(spans::length(&near(vec![0, day(15)])), 2);
    }

    #[test]
    fn auditing_switched_off_silences_from_there_on() {
        let directory = Directory::new(&[], &[], ["a@x".to_owned()], &Case::default());
        let set = |at, operation: &str, object: &str, detail: &str| Detail {
            at,
            operation: operation.into(),
            object: object.into(),
            detail: detail.into(),
            ..Detail::default()
        };
        let mut it = Controls::default();
        it.switches(
            &[
                set(
                    5,
                    "Set-AdminAuditLogConfig",
                    "",
                    r#"{"parameters":{"UnifiedAuditLogIngestionEnabled":"False"}}"#,
                ),
                set(
                    9,
                    "Set-AdminAuditLogConfig",
                    "",
                    r#"{"parameters":{"UnifiedAuditLogIngestionEnabled":"True"}}"#,
                ),
                set(
                    7,
                    "Set-AdminAuditLogConfig",
                    "",
                    r#"{"parameters":{"AdminAuditLogEnabled":"True"}}"#,
                ),
                set(
                    3,
                    "Set-MailboxAuditBypassAssociation",
                    "A@x",
                    r#"{"parameters":{"AuditBypassEnabled":"True"}}"#,
                ),
            ],
            &directory,
        );
        assert_eq!(it.off, [Span { from: 5, to: 9 }]);
        assert_eq!(it.off_for[&("a@x".to_owned(), true)][0].from, 3);
    }
}
