//! Which events stand in the way of a `no_trace`: suspected ones, and unknown ones that could have shown
//! the act. They are grouped, and each group comes with one decision that would settle it.

use std::collections::BTreeMap;

use model::{
    Act, Span, Touch,
    findings::{Blocking, Proposed, SessionVerdict},
    rfc3339,
};

use super::Inputs;
use crate::{clients, folders, network, operations, session::Draft};

/// What one decision can settle: account, network, client, and whether suspected.
type Alike<'a> = (&'a str, String, &'a str, bool);

/// Sessions in doubt, by the thing they may have touched.
pub(super) struct Doubts<'a> {
    drafts: &'a [Draft],
    verdicts: Vec<SessionVerdict>,
    /// Thing → session → records.
    things: BTreeMap<String, BTreeMap<usize, u64>>,
    /// Whether folders are known session by session.
    by_folder: bool,
}

impl<'a> Doubts<'a> {
    pub(super) fn new(inputs: &Inputs<'a>) -> Doubts<'a> {
        let mut it = Doubts {
            drafts: &inputs.built.drafts,
            verdicts: inputs.judged.iter().map(|one| one.verdict).collect(),
            things: BTreeMap::new(),
            by_folder: inputs.doubtful.is_some(),
        };
        let suspected = |n: &usize| it.verdicts.get(*n) == Some(&SessionVerdict::Suspected);
        let all: Vec<usize> = (0..it.drafts.len()).filter(suspected).collect();
        for n in all {
            let (account, records) = (it.drafts[n].account.clone(), it.drafts[n].records);
            *it.things.entry(format!("all:{account}")).or_default().entry(n).or_default() +=
                records;
        }
        it.acts(inputs);
        let drafts = it.drafts;
        let by_id: BTreeMap<&str, usize> =
            drafts.iter().enumerate().map(|(n, one)| (one.id.as_str(), n)).collect();
        for touch in inputs.doubtful.into_iter().flatten() {
            if let Some(n) = by_id.get(touch.session.as_str()) {
                it.touch(inputs, touch, *n);
            }
        }
        it
    }

    fn add(&mut self, thing: String, n: usize, records: u64) {
        *self.things.entry(thing).or_default().entry(n).or_default() += records;
    }

    fn acts(&mut self, inputs: &Inputs<'a>) {
        let index: BTreeMap<&str, usize> =
            inputs.contexts.iter().enumerate().map(|(i, it)| (it.id.as_str(), i)).collect();
        for act in inputs.acts {
            let Some(i) = index.get(act.context.as_str()).copied() else { continue };
            let n = inputs.built.of_context[i];
            let verdict = self.verdicts.get(n).copied().unwrap_or_default();
            let draft = &self.drafts[n];
            let noise = draft.service || clients::is_noise(&draft.family);
            if noise || !inputs.contexts[i].worked {
                continue;
            }
            match verdict {
                SessionVerdict::Suspected => self.suspected(inputs, act, n),
                SessionVerdict::Unknown if within(inputs.window.span, act) => {
                    self.unknown(inputs, act, n, &inputs.contexts[i].app);
                }
                _ => {}
            }
        }
    }

    fn suspected(&mut self, inputs: &Inputs<'a>, act: &Act, n: usize) {
        let mailbox = inputs.directory.resolve(&act.mailbox);
        if !mailbox.is_empty() && mailbox != self.drafts[n].account {
            self.add(format!("all:{mailbox}"), n, act.records);
        }
        if operations::of(&act.operation).scope == "tenant" {
            self.add("tenant".to_owned(), n, act.records);
        }
    }

    fn unknown(&mut self, inputs: &Inputs<'a>, act: &Act, n: usize, app: &str) {
        let op = operations::of(&act.operation);
        let account = self.drafts[n].account.clone();
        let mailbox = if act.mailbox.is_empty() {
            account.clone()
        } else {
            inputs.directory.resolve(&act.mailbox)
        };
        self.add(format!("account:{account}"), n, act.records);
        if op.touches {
            self.add(format!("mail:{mailbox}"), n, act.records);
            if matches!(op.act, "read" | "sync") {
                self.add(format!("read:{mailbox}"), n, act.records);
            }
        }
        if op.act == "config" && op.scope == "settings" {
            self.add(format!("settings:{mailbox}"), n, act.records);
            if mailbox != account {
                self.add(format!("settings:{account}"), n, act.records);
            }
        }
        if op.scope == "tenant" {
            self.add("tenant".to_owned(), n, act.records);
        }
        let service = match act.workload.as_str() {
            _ if op.operation == "sign_in" => clients::service_of_app(app),
            "Exchange" => Some("outlook"),
            "OneDrive" => Some("onedrive"),
            "SharePoint" => Some("sharepoint"),
            "MicrosoftTeams" => Some("teams"),
            _ => None,
        };
        if let Some(service) = service {
            self.add(format!("service:{account}/{service}"), n, act.records);
        }
    }

    fn touch(&mut self, inputs: &Inputs<'a>, touch: &Touch, n: usize) {
        if self.verdicts.get(n) != Some(&SessionVerdict::Unknown) {
            return;
        }
        let inside =
            inputs.window.span.is_some_and(|it| touch.last >= it.from && touch.first < it.to);
        if !inside || !operations::of(&touch.operation).touches {
            return;
        }
        let account = self.drafts[n].account.clone();
        let mailbox = if touch.mailbox.is_empty() {
            account
        } else {
            inputs.directory.resolve(&touch.mailbox)
        };
        let part = folders::scope_part(&touch.folder);
        let nowhere = part.is_empty() || touch.folder.eq_ignore_ascii_case("Not Available");
        let thing = if nowhere {
            format!("nowhere:{mailbox}")
        } else {
            format!("mailbox:{mailbox}/{part}")
        };
        self.add(thing, n, touch.records);
    }

    /// What stands in the way of a scope.
    pub(super) fn of(&self, scope: &str) -> Vec<Blocking> {
        let (class, rest) = scope.split_once(':').unwrap_or((scope, ""));
        let owner = rest.split('/').next().unwrap_or_default();
        let mut things = vec![format!("all:{owner}")];
        match class {
            "mailbox" if self.by_folder => {
                things.extend([scope.to_owned(), format!("nowhere:{owner}")]);
            }
            "contacts" | "calendar" if self.by_folder => {
                things.extend([format!("mailbox:{owner}/{class}"), format!("nowhere:{owner}")]);
            }
            "mailbox" | "contacts" | "calendar" => things.push(format!("mail:{owner}")),
            "items" | "attachments" => things.push(format!("read:{owner}")),
            _ => things.push(scope.to_owned()),
        }
        let mut found: BTreeMap<usize, u64> = BTreeMap::new();
        for (n, records) in things.iter().filter_map(|it| self.things.get(it)).flatten() {
            let sum = found.entry(*n).or_default();
            *sum = (*sum).max(*records);
        }
        self.grouped(&found)
    }

    /// Sessions that one decision would settle: same account, network, client and doubt.
    fn grouped(&self, found: &BTreeMap<usize, u64>) -> Vec<Blocking> {
        let mut groups: BTreeMap<Alike<'_>, Vec<(usize, u64)>> = BTreeMap::new();
        for (n, records) in found {
            let draft = &self.drafts[*n];
            let near = draft.ips.iter().next().map(|it| network::prefix(it)).unwrap_or_default();
            let suspected = self.verdicts[*n] == SessionVerdict::Suspected;
            let key = (draft.account.as_str(), near, draft.family.as_str(), suspected);
            groups.entry(key).or_default().push((*n, *records));
        }
        groups.into_iter().map(|(key, members)| self.proposed(&key, &members)).collect()
    }

    fn proposed(&self, key: &Alike<'_>, members: &[(usize, u64)]) -> Blocking {
        let (account, near, family, suspected) = key;
        let mut selector = format!("account={account}");
        if near.is_empty() {
            // Nothing but the time tells these apart.
            let first =
                members.iter().map(|(n, _)| self.drafts[*n].first).min().unwrap_or_default();
            let last = members.iter().map(|(n, _)| self.drafts[*n].last).max().unwrap_or_default();
            selector.push_str(&format!(",from={},to={}", rfc3339(first), rfc3339(last + 1)));
        } else {
            selector.push_str(&format!(",address={near}"));
        }
        selector.push_str(&format!(",client={family}"));
        Blocking {
            sessions: members.iter().map(|(n, _)| self.drafts[*n].id.clone()).collect(),
            records: members.iter().map(|(_, records)| records).sum(),
            decide: Proposed {
                what: "session".into(),
                selector,
                // What most such sessions are; the person who knows decides.
                is: if *suspected { "attacker" } else { "owner" }.into(),
            },
        }
    }
}

fn within(window: Option<Span>, act: &Act) -> bool {
    window.is_some_and(|it| act.last >= it.from && act.first < it.to)
}
