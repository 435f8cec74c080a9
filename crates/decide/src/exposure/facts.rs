//! What of a mailbox's past was listened to: the proofs that figures of exposure rest on.

use model::Span;

use crate::{
    coverage::{Log, Subject, spans},
    scopes::required_acts,
};

/// Where within a span moves *and* deletions by anybody in a mailbox are proven to have been recorded:
/// [`super::MailboxFacts::moves_heard`]. The span is to reach from the first touch to the snapshot.
pub fn moves_heard(log: &Log, mailbox: &str, span: Span) -> Vec<Span> {
    let subject = Subject { who: None, mailbox: Some(mailbox) };
    let heard = |act| log.heard("mailbox", act, subject, span).declared;
    spans::meet(&heard("move"), &heard("delete"))
}

/// Whether every touch in a mailbox over the whole window would stand in the records: one of the
/// conditions of [`super::MailboxFacts::touches_known`]. The others are that the first access is exact,
/// that the access ended, and that no session is in doubt.
pub fn touches_heard(log: &Log, mailbox: &str, window: Span) -> bool {
    let subject = Subject { who: None, mailbox: Some(mailbox) };
    window.from < window.to
        && required_acts(&format!("mailbox:{mailbox}/inbox")).iter().all(|act| {
            let heard = log.heard("mailbox", act, subject, window).declared;
            heard.iter().any(|it| it.covers(window))
        })
}
