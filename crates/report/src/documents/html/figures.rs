//! The figures, each with its bound and its basis.

use maud::{Markup, html};
use model::Phrase;

use super::page::Page;
use crate::figures::Unit;

/// Cards of all headline figures.
pub(super) fn figures(page: &Page) -> Markup {
    let (mail, exposure) = (&page.findings.mail, &page.findings.exposure);
    let cards = [
        (
            "mail.messages",
            Phrase::new("report.mail_messages", "Fraudulent mails"),
            &mail.messages,
            Unit::Messages,
        ),
        (
            "mail.recipients",
            Phrase::new("report.mail_recipients", "Recipients of these"),
            &mail.recipients,
            Unit::Recipients,
        ),
        (
            "mail.unique_recipients",
            Phrase::new("report.mail_unique_recipients", "Different addresses among them"),
            &mail.unique_recipients,
            Unit::Addresses,
        ),
        (
            "mail.failed",
            Phrase::new("report.mail_failed", "Not delivered"),
            &mail.failed,
            Unit::Recipients,
        ),
        (
            "mail.known_recipients",
            Phrase::new("report.mail_known_recipients", "Addresses found in the lists held"),
            &mail.known_recipients,
            Unit::Addresses,
        ),
        (
            "exposure.addresses",
            Phrase::new("report.exposure_addresses", "Addresses that may have been exposed"),
            &exposure.addresses,
            Unit::Addresses,
        ),
        (
            "exposure.addresses_shown",
            Phrase::new("report.exposure_shown", "Addresses displayed in lists"),
            &exposure.addresses_shown,
            Unit::Addresses,
        ),
        (
            "exposure.people",
            Phrase::new("report.exposure_people", "People behind these"),
            &exposure.people,
            Unit::People,
        ),
    ];
    html! {
        ul.figures { @for (claim, label, figure, unit) in cards { (page.card(claim, label, figure, unit)) } }
        p.note { (page.t(Phrase::new("report.figures_note", "«Certain»: the records show exactly this number. «At least», «at most»: a bound. «Unknown»: no number can be given yet, which is not zero."))) }
    }
}
