//! How many, and how surely.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Micros, Span,
    findings::{ExposureGroup, ExposureItems, Figure, Is},
};

use super::{Certainty, Exposed, ExposedItem, How, Inputs, MailboxFacts, Side, looks::Looks};

/// What was seen while the items were gathered that keeps a figure from being exact.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// Mailboxes with an item that stood nobody knows where, or since nobody knows when.
    pub(super) blind: BTreeSet<String>,
}

pub(super) struct Judge<'a> {
    inputs: &'a Inputs<'a>,
    looks: &'a Looks,
    doubts: &'a Doubts,
    /// Mailboxes of which any source tells an item.
    sources: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, looks: &'a Looks, doubts: &'a Doubts) -> Judge<'a> {
        let held = inputs.held.iter().filter_map(|it| super::state::owner(inputs, &it.mailbox));
        let known =
            inputs.known.iter().flat_map(|it| std::iter::once(&it.sender).chain(&it.recipients));
        let known = known.map(|it| inputs.directory.resolve(it));
        let sources = held.chain(known).filter(|it| inputs.mailboxes.contains_key(it)).collect();
        Judge { inputs, looks, doubts, sources }
    }
    /// Fills the groups and the totals.
    pub(super) fn fill(&self, exposed: &mut Exposed) {
        let mut places: BTreeSet<(String, How)> =
            exposed.looks.iter().map(|it| (it.scope.clone(), it.how)).collect();
        for it in &exposed.items {
            places.extend(it.hows.iter().map(|how| (it.scope.clone(), *how)));
        }
        let groups: Vec<ExposureGroup> =
            places.iter().map(|(scope, how)| self.group(exposed, scope, *how)).collect();
        let figures = &mut exposed.figures;
        figures.internal = exposed.internal.len() as u64;
        let shown = exposed.addresses.values().filter(|it| it.shown).count() as u64;
        let all = exposed.addresses.len() as u64;
        let held: Vec<&Figure> = groups.iter().map(|it| &it.addresses).collect();
        figures.addresses = self.total(all, &held);
        let held: Vec<&Figure> = groups.iter().map(|it| &it.addresses_shown).collect();
        figures.addresses_shown = self.total(shown, &held);
        figures.groups = groups;
    }

    fn group(&self, exposed: &Exposed, scope: &str, how: How) -> ExposureGroup {
        let items: Vec<&ExposedItem> =
            exposed.items.iter().filter(|it| it.scope == scope && it.hows.contains(&how)).collect();
        let of = |wanted| items.iter().filter(|it| it.certainty == wanted).count() as u64;
        let named = |side: Side, shown: bool| {
            let all = items.iter().flat_map(|it| &it.named);
            let mine = all.filter(|it| it.side == side && (it.shown || !shown));
            mine.map(|it| it.address.as_str()).collect::<BTreeSet<&str>>().len() as u64
        };
        let mailbox = mailbox_of(scope);
        let unresolved = named(Side::Unresolved, false);
        let proof = self.proof(mailbox, scope, how, &items) && unresolved == 0;
        let source = self.sources.contains(mailbox);
        let limits = self.limits(mailbox);
        let held = figure(named(Side::External, false), proof, source, &limits);
        let mut shown = figure(named(Side::External, true), proof, source, &limits);
        // Of a mail with several recipients the trace does not tell which of them the list showed.
        let vague =
            |it: &&ExposedItem| it.from_trace && it.named.iter().filter(|it| it.shown).count() > 1;
        if shown.is == Is::Exact && items.iter().any(vague) {
            shown.is = Is::AtMost;
        }
        let key = (scope.to_owned(), how.word().to_owned());
        let legal = self.inputs.legal.get(&key).map(String::as_str);
        let legal = legal.filter(|it| ["leak", "risk_of_leak", "none"].contains(it));
        ExposureGroup {
            scope: scope.to_owned(),
            kind: how.word().to_owned(),
            items: ExposureItems {
                certain: of(Certainty::Certain),
                possible: of(Certainty::Possible),
                unrecoverable: of(Certainty::Unrecoverable),
            },
            addresses: held,
            addresses_shown: shown,
            unresolved,
            legal_state: legal.unwrap_or("undecided").to_owned(),
        }
    }

    /// Whether nothing can be missing from a group.
    fn proof(&self, mailbox: &str, scope: &str, how: How, items: &[&ExposedItem]) -> bool {
        let Some(facts) = self.inputs.mailboxes.get(mailbox) else { return false };
        let told = |it: &&&ExposedItem| match it.certainty {
            Certainty::Certain => !it.partial && (!it.from_trace || traced(facts, it.at)),
            _ => false,
        };
        let state = matches!(how, How::Listed | How::Synced);
        self.knows_touches(mailbox, facts)
            && items.iter().all(|it| told(&it))
            && !scope.starts_with("items:")
            && (!state || self.knows_state(mailbox, facts))
    }

    fn knows_touches(&self, mailbox: &str, facts: &MailboxFacts) -> bool {
        facts.touches_known
            && !facts.throttled
            && self.inputs.inventory
            && !self.looks.placeless.contains(mailbox)
    }

    /// Whether the state of every folder is known at every touch.
    fn knows_state(&self, mailbox: &str, facts: &MailboxFacts) -> bool {
        let (Some(first), Some(until)) = (self.looks.first(mailbox), facts.collected_at) else {
            return false;
        };
        facts.whole
            && !self.doubts.blind.contains(mailbox)
            && first <= until
            && covered(&facts.moves_heard, first, until)
    }

    fn limits(&self, mailbox: &str) -> BTreeSet<String> {
        let Some(facts) = self.inputs.mailboxes.get(mailbox) else { return BTreeSet::new() };
        let mut found: BTreeSet<String> = facts.limits.iter().cloned().collect();
        if facts.throttled {
            found.insert("throttled".to_owned());
        }
        if !facts.whole || facts.collected_at.is_none() {
            found.insert("no_snapshot".to_owned());
        }
        found
    }

    /// A sum over all groups: as strong as the weakest of them, and as what is known of mailboxes in
    /// which nothing was found.
    fn total(&self, value: u64, groups: &[&Figure]) -> Figure {
        let facts = self.inputs.mailboxes;
        let heard = facts.iter().all(|(name, it)| self.knows_touches(name, it));
        let whole = heard && !facts.is_empty() && groups.iter().all(|it| it.is == Is::Exact);
        let bound = heard
            && !groups.is_empty()
            && groups.iter().all(|it| matches!(it.is, Is::Exact | Is::AtMost));
        let source = groups.iter().any(|it| it.is != Is::Unknown);
        let mut limits: BTreeSet<String> = BTreeSet::new();
        for (name, it) in facts {
            limits.extend(it.limits.iter().cloned());
            // A snapshot is asked for only where something was touched.
            if self.looks.first(name).is_some() || it.throttled {
                limits.extend(self.limits(name));
            }
        }
        match (whole, bound) {
            (true, _) => figure(value, true, true, &limits),
            (false, true) => Figure { is: Is::AtMost, ..figure(value, false, true, &limits) },
            _ => figure(value, false, source, &limits),
        }
    }
}

fn figure(value: u64, exact: bool, source: bool, limits: &BTreeSet<String>) -> Figure {
    // What is exact without a snapshot (the items that records name) asks for none.
    let limits = limits.iter().filter(|it| !exact || *it != "no_snapshot").cloned().collect();
    match (exact, source) {
        (true, _) => Figure { limits, ..Figure::exact(value) },
        (false, true) => Figure { limits, ..Figure::at_least(value) },
        (false, false) => Figure { limits, ..Figure::unknown() },
    }
}

/// The mailbox of a scope id.
fn mailbox_of(scope: &str) -> &str {
    let rest = scope.split_once(':').map(|it| it.1).unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

fn traced(facts: &MailboxFacts, at: Option<Micros>) -> bool {
    at.is_some_and(|at| facts.traced.iter().any(|it| it.contains(at)))
}

/// Whether the spans cover everything from an instant to another, both included in thought: an empty
/// stretch is covered, for in no time nothing can be missed.
pub(super) fn covered(spans: &[Span], from: Micros, to: Micros) -> bool {
    from >= to || spans.iter().any(|it| it.from <= from && to <= it.to)
}

/// Adds up whom the items name.
pub(super) fn trails(exposed: &mut Exposed) {
    let mut sides: BTreeMap<Side, BTreeMap<String, super::Trail>> = BTreeMap::new();
    for (at, it) in exposed.items.iter().enumerate() {
        for one in &it.named {
            let trail = sides.entry(one.side).or_default().entry(one.address.clone()).or_default();
            if trail.items.last() != Some(&at) {
                trail.items.push(at);
            }
            trail.roles.extend(one.role);
            trail.shown |= one.shown;
            trail.hows.extend(&it.hows);
            trail.certain |= it.certainty == Certainty::Certain;
            let text = |it: &String| (!it.is_empty()).then(|| it.clone());
            trail.names.extend(text(&one.name));
            trail.organisations.extend(text(&one.organisation));
        }
    }
    exposed.addresses = sides.remove(&Side::External).unwrap_or_default();
    exposed.internal = sides.remove(&Side::Internal).unwrap_or_default();
    exposed.unresolved = sides.remove(&Side::Unresolved).unwrap_or_default();
}
