//! Accounts, their sessions, what was done and what was left behind.

use std::net::IpAddr;

use maud::{Markup, html};
use model::{
    Phrase,
    findings::{Account, AccountVerdict, Session, SessionVerdict},
};

use super::page::{Page, Row, cell, lines, name_cell};
use crate::{
    claims,
    figures::limits,
    names::{safe, scope_name},
    words::written,
};

const ACCOUNT: Phrase = Phrase::new("report.account", "Account");
const PERIOD: Phrase = Phrase::new("report.first_last", "First and last");
const RECORDS: Phrase = Phrase::new("report.records", "Records");

/// Most addresses and clients named for one session; `konseki show sessions` names all.
const MOST: usize = 5;

/// Every account with its verdict.
pub(super) fn accounts(page: &Page) -> Markup {
    let head = [
        ACCOUNT,
        Phrase::new("report.verdict", "Verdict"),
        Phrase::new("report.type", "Type"),
        Phrase::new("report.first_access", "First access"),
        Phrase::new("report.last_access", "Last access"),
        Phrase::new("report.attacker_sessions", "Intruder's sessions"),
        Phrase::new("report.attempts", "Failed attempts"),
    ];
    let concerns = |it: &&Account| {
        matches!(it.verdict, AccountVerdict::Compromised | AccountVerdict::Suspected)
    };
    let all = &page.findings.accounts;
    let taken: Vec<_> = all.iter().filter(concerns).map(|it| account(page, it)).collect();
    let others: Vec<_> =
        all.iter().filter(|it| !concerns(it)).map(|it| account(page, it)).collect();
    let count = others.len();
    let caption = Phrase::new(
        "report.accounts_rest",
        "Every other account of the inventory, and every other one seen in the records",
    );
    let rest = page.table(caption, &head, others, "accounts");
    let caption = Phrase::new("report.accounts_table", "Accounts compromised or suspected");
    html! {
        (page.table(caption, &head, taken, "accounts"))
        (page.folded(rest, count, (21..=200).contains(&count)))
    }
}

fn account(page: &Page, it: &Account) -> Row {
    let bound = it.first_access_is.as_deref().map(|is| page.word("first_access_is", is));
    let claim = claims::account(&it.account);
    let cells = vec![
        cell(&it.account),
        page.chip("account_verdict", &written(it.verdict)),
        cell(&page.word("account_type", &written(it.kind))),
        html! { @if let Some(bound) = bound { span.note { (bound) } " " } (page.maybe_time(it.first_access.as_ref())) },
        page.maybe_time(it.last_access.as_ref()),
        page.count(&claim, it.attacker_sessions),
        page.count(&claim, it.attempts),
    ];
    let silent = it.reasons.is_empty() && it.how.is_empty() && it.limits.is_empty();
    let below = html! {
        (page.reasons(&it.reasons))
        @for how in it.how.iter().filter(|how| it.how.len() == 1 || how.value != "unknown") {
            p { (page.pair(Phrase::new("report.how", "How"), &page.word("how", &how.value))) @if how.value != "unknown" { " – " (page.word("how_is", &how.is)) } }
        }
        @for limit in limits(&it.limits, page.language) { p.note { (limit) } }
    };
    Row::with(cells, (!silent).then_some(below))
}

/// Sessions: the intruder's and the doubtful ones first, the others apart.
pub(super) fn sessions(page: &Page) -> Markup {
    let concerns =
        |it: &&Session| matches!(it.verdict, SessionVerdict::Attacker | SessionVerdict::Suspected);
    let all = &page.findings.sessions;
    let mut against: Vec<_> = all.iter().filter(concerns).collect();
    against.sort_by_key(|it| it.verdict != SessionVerdict::Attacker);
    let against: Vec<_> = against.into_iter().map(|it| session(page, it)).collect();
    let others: Vec<_> =
        all.iter().filter(|it| !concerns(it)).map(|it| session(page, it)).collect();
    let count = others.len();
    let head = [
        Phrase::new("report.network", "Network and address"),
        Phrase::new("report.country", "Country"),
        Phrase::new("report.session_of", "Account and verdict"),
        PERIOD,
        RECORDS,
        Phrase::new("report.client", "Client, app and device"),
    ];
    let rest = page.table(
        Phrase::new("report.sessions_rest", "All other sessions"),
        &head,
        others,
        "sessions",
    );
    html! {
        (page.table(Phrase::new("report.sessions_table", "Sessions of the intruder, and sessions that need a person's judgement"), &head, against, "sessions"))
        (page.folded(rest, count, (21..=200).contains(&count)))
    }
}

fn session(page: &Page, it: &Session) -> Row {
    let words = [&it.user_agents, &it.apps, &it.devices];
    let clients: Vec<&str> = words.into_iter().flatten().map(model::Untrusted::raw).collect();
    let cells = vec![
        html! { @if it.ips.is_empty() { "—" } @for (at, ip) in it.ips.iter().take(MOST).enumerate() {
            @if at > 0 { br; }
            (safe(ip)) @if let Some(prefix) = prefix(ip) { span.utc { (prefix) } }
        } },
        lines(&it.countries),
        html! { span.who { (safe(&it.account)) } br; (page.chip("session_verdict", it.verdict.word())) },
        page.period(&it.first, &it.last),
        page.count(&format!("sessions[{}]", it.id), it.records),
        html! { span.small {
            (lines(&clients[..clients.len().min(MOST)]))
            @if clients.len() > MOST { br; "…" }
        } },
    ];
    Row::with(cells, (!it.reasons.is_empty()).then(|| page.reasons(&it.reasons)))
}

/// The network an address belongs to: /24, or /48 of IPv6.
fn prefix(ip: &str) -> Option<String> {
    match ip.parse().ok()? {
        IpAddr::V4(it) => {
            let [a, b, c, _] = it.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        IpAddr::V6(it) => {
            let [a, b, c, ..] = it.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
    }
}

/// What the intruder did, by account and place.
pub(super) fn operations(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.operation", "Operation"),
        Phrase::new("report.place", "Where"),
        ACCOUNT,
        RECORDS,
        Phrase::new("report.items", "Items"),
        PERIOD,
    ];
    let rows = page.findings.operations.iter().map(|it| {
        let judged = page.findings.scopes.iter().any(|scope| scope.scope == it.scope);
        let claim = if judged { claims::scope(&it.scope) } else { claims::account(&it.account) };
        let place = if it.scope.is_empty() {
            "—".to_owned()
        } else {
            scope_name(&it.scope, page.language)
        };
        vec![
            cell(&page.word("operation", &it.operation)),
            cell(&place),
            name_cell(&it.account),
            page.count(&claim, it.records),
            page.count(&claim, it.items),
            page.period(&it.first, &it.last),
        ]
    });
    page.table(
        Phrase::new("report.operations_table", "Operations of the intruder"),
        &head,
        rows.collect(),
        "accounts",
    )
}

/// Rules, forwarding, consents, methods, devices, delegates set by the intruder.
pub(super) fn persistence(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.kind", "Kind"),
        ACCOUNT,
        Phrase::new("report.set_at", "Set at"),
        Phrase::new("report.removed_at", "Removed at"),
        Phrase::new("report.what", "What it does (as recorded)"),
    ];
    let rows = page.findings.persistence.iter().map(|it| {
        let removed = it.removed_at.as_ref().map_or_else(
            || html! { span.chip.bad { (page.t(Phrase::new("report.not_removed", "not shown to be removed"))) } },
            |at| page.time(at),
        );
        vec![cell(&page.word("persistence", &it.kind)), name_cell(&it.account), page.time(&it.at), removed, name_cell(it.what.raw())]
    });
    page.table(
        Phrase::new("report.persistence_table", "Settings that let the intruder stay or hide"),
        &head,
        rows.collect(),
        "persistence",
    )
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn addresses_are_shown_with_their_network() {
        assert_eq!(prefix("203.0.113.7").unwrap(), "203.0.113.0/24");
        assert_eq!(prefix("2001:db8:1:2::3").unwrap(), "2001:db8:1::/48");
        assert_eq!(prefix("x"), None);
    }
}
