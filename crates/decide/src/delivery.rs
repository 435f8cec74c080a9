//! What became of each mail to each recipient, by trace, bounces and Send records together (design §4.7).

use std::collections::{BTreeMap, BTreeSet};

use model::Micros;

/// One source's word on one message and recipient.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct Word {
    /// InternetMessageId of the mail.
    pub message: String,
    /// Recipient, normalised.
    pub recipient: String,
    /// When the source says it; `None` if not said.
    pub at: Option<Micros>,
    /// As the source says: a trace status, or a report's action; empty of a Send record.
    pub status: String,
    /// Status code of a report (`5.1.1`); empty if not said.
    pub code: String,
    /// Record id.
    pub record: String,
}

/// What is set side by side.
pub struct Inputs<'a> {
    /// Rows of the message trace.
    pub trace: &'a [Word],
    /// Reports (bounces) in mailboxes; `message` is the original's id, empty if the report names none.
    pub bounces: &'a [Word],
    /// Recipients in Send records of the audit log.
    pub sends: &'a [Word],
    /// Whether a trace covers this instant.
    pub traced: &'a dyn Fn(Micros) -> bool,
}

/// What finally became of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub enum Fate {
    /// Arrived.
    Delivered,
    /// Did not arrive: refused, bounced.
    Failed,
    /// Was still under way or is held back.
    Pending,
    /// Held as spam.
    Quarantined,
    /// A list, expanded to its members.
    Expanded,
    /// No source tells.
    #[default]
    Unknown,
}

impl Fate {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Fate::Delivered => "delivered",
            Fate::Failed => "failed",
            Fate::Pending => "pending",
            Fate::Quarantined => "quarantined",
            Fate::Expanded => "expanded",
            Fate::Unknown => "unknown",
        }
    }
}

/// Why sources differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Difference {
    /// They agree, or only one speaks.
    None,
    /// The trace says delivered to the other side's server, which refused it later by a report.
    RefusedLater,
    /// First delayed, then decided.
    DelayedFirst,
    /// A list in the Send record, its members in the trace.
    Expanded,
    /// The Send record's time is not covered by a trace.
    NotTraced,
    /// Only a report knows the mail: it was not sent from here (backscatter of a forged sender), or its
    /// own record is gone.
    BounceOnly,
    /// None of the above.
    Unexplained,
}

impl Difference {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Difference::None => "",
            Difference::RefusedLater => "refused_later",
            Difference::DelayedFirst => "delayed_first",
            Difference::Expanded => "expanded",
            Difference::NotTraced => "not_collected",
            Difference::BounceOnly => "bounce_only",
            Difference::Unexplained => "unexplained",
        }
    }
}

/// What became of one mail to one recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delivery {
    /// InternetMessageId.
    pub message: String,
    /// Recipient.
    pub recipient: String,
    /// What finally became of it.
    pub fate: Fate,
    /// When that was said.
    pub at: Option<Micros>,
    /// Status code of the last report.
    pub code: String,
    /// How the sources differ.
    pub difference: Difference,
    /// Sources that speak: `ual`, `message_trace`, `mailbox`.
    pub sources: Vec<&'static str>,
    /// Record ids, sorted.
    pub records: Vec<String>,
}

/// Sets the sources side by side: one row a message and recipient, in their order.
pub fn reconcile(inputs: &Inputs<'_>) -> Vec<Delivery> {
    let mut rows: BTreeMap<(String, String), Sides<'_>> = BTreeMap::new();
    let key = |it: &Word| (it.message.clone(), it.recipient.clone());
    for it in inputs.trace {
        rows.entry(key(it)).or_default().trace.push(it);
    }
    for it in inputs.sends {
        rows.entry(key(it)).or_default().sends.push(it);
    }
    let mut mails: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for it in inputs.trace.iter().chain(inputs.sends).filter(|it| !it.message.is_empty()) {
        mails.entry(&it.recipient).or_default().insert(&it.message);
    }
    for it in inputs.bounces {
        // A report that names no mail speaks of the only one its recipient was sent.
        let only = mails.get(it.recipient.as_str()).filter(|all| all.len() == 1);
        let message = match only.and_then(|all| all.first()) {
            Some(only) if it.message.is_empty() => (*only).to_owned(),
            _ => it.message.clone(),
        };
        rows.entry((message, it.recipient.clone())).or_default().bounces.push(it);
    }
    rows.into_iter().map(|(key, side)| side.delivery(key, inputs.traced)).collect()
}

/// What the sources say of one message and recipient.
#[derive(Default)]
struct Sides<'a> {
    trace: Vec<&'a Word>,
    bounces: Vec<&'a Word>,
    sends: Vec<&'a Word>,
}

impl Sides<'_> {
    fn delivery(&self, key: (String, String), traced: &dyn Fn(Micros) -> bool) -> Delivery {
        let trace = last(&self.trace);
        let report = last(&self.bounces);
        let (outcome, decisive) = match (trace, report) {
            (Some(trace), Some(report)) if fate(report) == Fate::Pending => {
                (fate(trace), Some(trace))
            }
            (_, Some(report)) if fate(report) != Fate::Unknown => (fate(report), Some(report)),
            (Some(trace), _) => (fate(trace), Some(trace)),
            (None, Some(report)) => (fate(report), Some(report)),
            (None, None) => (Fate::Unknown, None),
        };
        let given = [
            ("mailbox", !self.bounces.is_empty()),
            ("message_trace", !self.trace.is_empty()),
            ("ual", !self.sends.is_empty()),
        ];
        let all = self.trace.iter().chain(&self.bounces).chain(&self.sends);
        let records: BTreeSet<String> = all.map(|it| it.record.clone()).collect();
        Delivery {
            message: key.0,
            recipient: key.1,
            fate: outcome,
            at: decisive.and_then(|it| it.at),
            code: report.map(|it| it.code.clone()).unwrap_or_default(),
            difference: self.difference(trace.map(fate), report.map(fate), traced),
            sources: given.into_iter().filter(|it| it.1).map(|it| it.0).collect(),
            records: records.into_iter().filter(|it| !it.is_empty()).collect(),
        }
    }

    fn difference(
        &self,
        trace: Option<Fate>,
        report: Option<Fate>,
        traced: &dyn Fn(Micros) -> bool,
    ) -> Difference {
        let sent = self.sends.iter().filter_map(|it| it.at).min();
        match (trace, report) {
            (Some(Fate::Delivered | Fate::Pending | Fate::Quarantined), Some(Fate::Failed)) => {
                Difference::RefusedLater
            }
            (Some(Fate::Expanded), _) => Difference::Expanded,
            (Some(Fate::Failed), Some(Fate::Delivered)) => Difference::Unexplained,
            (Some(Fate::Pending), Some(Fate::Pending)) => Difference::None,
            (Some(_), Some(Fate::Pending)) => Difference::DelayedFirst,
            (Some(_), _) => Difference::None,
            (None, Some(_)) if self.sends.is_empty() => Difference::BounceOnly,
            (None, _) => match sent {
                Some(at) if traced(at) => Difference::Unexplained,
                _ => Difference::NotTraced,
            },
        }
    }
}

/// The word said last; of words said at one time, what is final and worse.
fn last<'a>(words: &[&'a Word]) -> Option<&'a Word> {
    let rank = |it: &Word| match fate(it) {
        Fate::Failed => 5,
        Fate::Delivered => 4,
        Fate::Quarantined => 3,
        Fate::Expanded => 2,
        Fate::Pending => 1,
        Fate::Unknown => 0,
    };
    words.iter().copied().max_by(|a, b| {
        // What decided stands above what was under way, whenever it was said.
        let key = |it: &Word| (rank(it) > 1, it.at, rank(it));
        key(a).cmp(&key(b)).then_with(|| b.record.cmp(&a.record))
    })
}

/// What a trace status, or a report's action and code, means.
fn fate(it: &Word) -> Fate {
    match it.status.trim().to_lowercase().as_str() {
        // Filtered as spam is delivered, to the junk folder.
        "delivered" | "filteredasspam" | "relayed" | "resolved" => Fate::Delivered,
        "failed" => Fate::Failed,
        "pending" | "gettingstatus" | "delayed" | "deferred" => Fate::Pending,
        "quarantined" => Fate::Quarantined,
        "expanded" => Fate::Expanded,
        _ => match it.code.trim().as_bytes().first() {
            Some(b'5') => Fate::Failed,
            Some(b'4') => Fate::Pending,
            Some(b'2') => Fate::Delivered,
            _ => Fate::Unknown,
        },
    }
}

/// The last status of each address over all its mails: what tells whether mail reaches somebody.
/// What is not decided (under way, held, a list) says nothing of an address.
pub fn last_by_address(all: &[Delivery]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<&str, (Option<Micros>, bool, Fate)> = BTreeMap::new();
    for it in all.iter().filter(|it| matches!(it.fate, Fate::Delivered | Fate::Failed)) {
        let now = (it.at, it.fate == Fate::Failed, it.fate);
        let known = found.entry(&it.recipient).or_insert(now);
        if (known.0, known.1) < (now.0, now.1) {
            *known = now;
        }
    }
    found.into_iter().map(|(address, it)| (address.to_owned(), it.2.word().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use model::HOUR;

    use super::*;

    fn word(message: &str, recipient: &str, at: Micros, status: &str) -> Word {
        Word {
            message: message.into(),
            recipient: recipient.into(),
            at: Some(at * HOUR),
            status: status.into(),
            code: String::new(),
            record: format!("{message}-{recipient}-{at}-{status}"),
        }
    }

    fn run(trace: &[Word], bounces: &[Word], sends: &[Word]) -> Vec<(Fate, Difference)> {
        let traced = |at| at < 100 * HOUR;
        let all = reconcile(&Inputs { trace, bounces, sends, traced: &traced });
        all.into_iter().map(|it| (it.fate, it.difference)).collect()
    }

    #[test]
    fn sources_that_agree_are_one_row_and_differences_have_reasons() {
        let send = |n| word("m", "r@e", n, "");
        let trace = |status| word("m", "r@e", 1, status);
        let bounce = |status| word("m", "r@e", 2, status);
        use Difference as D;
        for (t, b, s, wanted) in [
            (Some("Delivered"), None, true, (Fate::Delivered, D::None)),
            (Some("Failed"), Some("failed"), true, (Fate::Failed, D::None)),
            (Some("Delivered"), Some("failed"), true, (Fate::Failed, D::RefusedLater)),
            (Some("Delivered"), Some("delayed"), true, (Fate::Delivered, D::DelayedFirst)),
            (Some("Expanded"), None, true, (Fate::Expanded, D::Expanded)),
            (Some("Failed"), Some("delivered"), true, (Fate::Delivered, D::Unexplained)),
            (Some("FilteredAsSpam"), None, false, (Fate::Delivered, D::None)),
            (None, Some("failed"), true, (Fate::Failed, D::Unexplained)),
            (None, Some("failed"), false, (Fate::Failed, D::BounceOnly)),
            (None, None, true, (Fate::Unknown, D::Unexplained)),
        ] {
            let trace: Vec<Word> = t.map(trace).into_iter().collect();
            let bounces: Vec<Word> = b.map(bounce).into_iter().collect();
            let sends: Vec<Word> = if s { vec![send(1)] } else { Vec::new() };
            assert_eq!(run(&trace, &bounces, &sends), [wanted], "{t:?} {b:?} {s}");
        }
        assert_eq!(run(&[], &[], &[send(200)]), [(Fate::Unknown, D::NotTraced)]);
    }

    #[test]
    fn a_code_speaks_where_no_action_does_and_what_decided_stands() {
        let mut coded = word("m", "r@e", 3, "");
        coded.code = "5.1.10".into();
        assert_eq!(run(&[], &[coded], &[])[0].0, Fate::Failed);
        let rows = [word("m", "r@e", 1, "Failed"), word("m", "r@e", 2, "GettingStatus")];
        assert_eq!(run(&rows, &[], &[])[0].0, Fate::Failed);
        let again = [word("m", "r@e", 1, "Failed"), word("m", "r@e", 2, "Delivered")];
        assert_eq!(run(&again, &[], &[])[0].0, Fate::Delivered);
    }

    #[test]
    fn a_report_that_names_no_mail_speaks_of_the_only_one() {
        let bounce = word("", "r@e", 2, "failed");
        assert_eq!(
            run(&[word("m", "r@e", 1, "Delivered")], std::slice::from_ref(&bounce), &[]).len(),
            1
        );
        let two = [word("m", "r@e", 1, "Delivered"), word("n", "r@e", 1, "Delivered")];
        let it = run(&two, &[bounce], &[]);
        assert_eq!(it.len(), 3);
        assert_eq!(it[0], (Fate::Failed, Difference::BounceOnly));
    }

    #[test]
    fn the_last_status_of_an_address_is_over_all_its_mails() {
        let traced = |_| true;
        let trace = [
            word("a", "moved@e", 1, "Delivered"),
            word("b", "moved@e", 5, "Failed"),
            word("a", "back@e", 1, "Failed"),
            word("b", "back@e", 5, "Delivered"),
            word("b", "open@e", 5, "Pending"),
        ];
        let all = reconcile(&Inputs { trace: &trace, bounces: &[], sends: &[], traced: &traced });
        let last = last_by_address(&all);
        let pairs: Vec<(&str, &str)> = last.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(pairs, [("back@e", "delivered"), ("moved@e", "failed")]);
    }
}
