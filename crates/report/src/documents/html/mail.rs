//! The fraudulent mails: counts, days, subjects, sources, and the lists they were compared with.

use maud::{Markup, html};
use model::Phrase;

use super::{
    charts,
    page::{Page, cell, name_cell},
};
use crate::{
    figures::{Unit, amount, number, trust},
    names::harmless_link,
};

const MESSAGES: Phrase = Phrase::new("report.messages", "Messages");

/// Everything about the mails but the lists.
pub(super) fn mail(page: &Page) -> Markup {
    let mail = &page.findings.mail;
    html! {
        @if let (Some(first), Some(last)) = (&mail.first, &mail.last) {
            p { (page.t(Phrase::new("report.sent_between", "Sent between"))) ": " (page.span(first, last)) }
        }
        (parts(page))
        h3 { (page.t(Phrase::new("report.by_day", "By day"))) }
        (charts::by_day(page, &mail.by_day))
        (days(page))
        h3 { (page.t(Phrase::new("report.sources", "What each source shows"))) }
        (sources(page))
        h3 { (page.t(Phrase::new("report.subjects", "Subjects, links and senders"))) }
        (subjects(page))
    }
}

fn parts(page: &Page) -> Markup {
    let mail = &page.findings.mail;
    let head =
        [Phrase::new("report.part", "Part"), MESSAGES, Phrase::new("report.meaning", "Meaning")];
    let rows = [
        (
            "proven",
            mail.proven,
            Phrase::new("report.mail_proven", "Proven"),
            Phrase::new("report.mail_proven_is", "sent in a session of the intruder"),
        ),
        (
            "matched",
            mail.matched,
            Phrase::new("report.mail_matched", "Matched"),
            Phrase::new(
                "report.mail_matched_is",
                "known from the trace or mailbox only, and like the proven ones in at least two ways",
            ),
        ),
        (
            "suspected",
            mail.suspected,
            Phrase::new("report.mail_suspected", "Suspected"),
            Phrase::new(
                "report.mail_suspected_is",
                "like them in fewer ways; not counted in the figure",
            ),
        ),
        (
            "unexplained",
            mail.unexplained,
            Phrase::new("report.mail_unexplained", "Unexplained"),
            Phrase::new(
                "report.mail_unexplained_is",
                "in one source but not in another, for no known reason",
            ),
        ),
    ];
    let rows = rows.map(|(name, n, label, is)| {
        vec![cell(&page.t(label)), page.count(&format!("mail.{name}"), n), cell(&page.t(is))]
    });
    page.table(
        Phrase::new("report.parts_table", "Proven and matched mails together are the figure"),
        &head,
        rows.into(),
        "mail",
    )
}

fn days(page: &Page) -> Markup {
    let rows = page.findings.mail.by_day.iter().map(|it| {
        vec![cell(&it.date), page.count(&format!("mail.by_day[{}]", it.date), it.messages)]
    });
    page.table(
        Phrase::new("report.by_day_table", "Messages by day"),
        &[Phrase::new("report.day", "Day"), MESSAGES],
        rows.collect(),
        "mail",
    )
}

fn sources(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.source", "Source"),
        MESSAGES,
        Phrase::new("report.missing", "Missing here, and why"),
    ];
    let rows = page.findings.mail.sources.iter().map(|it| {
        let missing = html! { @for it in &it.missing { p { (Unit::Messages.of(it.messages, page.language)) " – " (page.word("missing", &it.why)) } } };
        vec![cell(&page.word("source", &it.source)), page.count("mail.messages", it.messages), missing]
    });
    page.table(
        Phrase::new("report.sources_table", "The same mails in each log"),
        &head,
        rows.collect(),
        "mail",
    )
}

fn subjects(page: &Page) -> Markup {
    let mail = &page.findings.mail;
    let subject = [Phrase::new("report.subject", "Subject (as recorded)"), MESSAGES];
    let subjects = mail
        .subjects
        .iter()
        .map(|it| vec![cell(it.subject.raw()), page.count("mail.messages", it.messages)]);
    let account = [Phrase::new("report.account", "Account"), MESSAGES];
    let accounts = mail
        .by_account
        .iter()
        .map(|it| vec![cell(&it.account), page.count("mail.messages", it.messages)]);
    html! {
        (page.table(Phrase::new("report.subjects_table", "Subjects"), &subject, subjects.collect(), "mail"))
        (page.table(Phrase::new("report.accounts_sent", "Sent from"), &account, accounts.collect(), "mail"))
        @if !mail.urls.is_empty() {
            p { (page.t(Phrase::new("report.urls", "Links in the mails, made so that they cannot be opened:"))) }
            ul { @for url in &mail.urls { li { code { (harmless_link(url)) } } } }
        }
    }
}

/// The lists the recipients were compared with.
pub(super) fn lists(page: &Page) -> Markup {
    let mail = &page.findings.mail;
    let head = [
        Phrase::new("report.list", "List"),
        Phrase::new("report.file", "File"),
        Phrase::new("report.list_addresses", "Addresses in it"),
        Phrase::new("report.list_unreadable", "Not readable"),
        Phrase::new("report.list_matches", "Recipients in it"),
        Phrase::new("report.list_near", "Similar, not the same"),
    ];
    let rows = mail.lists.iter().map(|it| {
        vec![
            cell(&it.name),
            name_cell(&it.path),
            cell(&number(it.addresses)),
            cell(&number(it.unreadable)),
            page.count("mail.known_recipients", it.matches),
            cell(&number(it.near_matches)),
        ]
    });
    let known = amount(&mail.known_recipients, Unit::Addresses, page.language);
    let trust = trust(&mail.known_recipients, page.language);
    html! {
        p data-claim="mail.known_recipients" {
            (page.say(Phrase::new("report.known", "Recipients that stand in any list: {known} ({trust})."), &[("known", &known), ("trust", &trust)]))
        }
        (page.table(Phrase::new("report.lists_table", "Every recipient was compared with every address of these lists"), &head, rows.collect(), "mail"))
    }
}
