//! What the draft says: facts first, then what is not known, then what readers should do.

use jiff::tz::TimeZone;
use model::{
    Kind, Phrase,
    findings::{
        Account, AccountVerdict, Findings, OutcomeValue, Scope, ScopeVerdict, SessionVerdict,
    },
};

use super::{Block, Words, notices};
use crate::{
    Language,
    figures::{Unit, number, spoken},
    names::safe,
    times,
    words::word,
};

/// Most subjects quoted.
const SUBJECTS: usize = 5;

/// The draft in one language.
pub(super) fn blocks(findings: &Findings, language: Language) -> Vec<Block> {
    let draft = Draft { findings, language, zone: times::zone(&findings.case.timezone) };
    let mut out = draft.head();
    out.extend(
        draft.section(Phrase::new("announcement.h_happened", "What happened"), draft.happened()),
    );
    out.extend(
        draft.section(Phrase::new("announcement.h_done", "What we have done"), draft.done()),
    );
    out.extend(
        draft.section(Phrase::new("announcement.h_mails", "The fraudulent mails"), draft.mails()),
    );
    out.extend(
        draft.section(Phrase::new("announcement.h_data", "Personal information"), draft.data()),
    );
    out.extend(draft.section(
        Phrase::new("announcement.h_unknown", "What we do not know yet"),
        draft.unknown(),
    ));
    out.push(Block::Line(draft.ours(
        Phrase::new("announcement.next", "We will report again on this site by ［date］."),
        &[],
    )));
    if draft.mails_concern() {
        out.extend(notices::for_recipients(language));
    }
    out.extend(draft.section(
        Phrase::new("announcement.h_basis", "What this announcement rests on"),
        draft.basis(),
    ));
    out.extend(notices::contact(language));
    out
}

struct Draft<'a> {
    findings: &'a Findings,
    language: Language,
    zone: TimeZone,
}

impl Draft<'_> {
    fn ours(&self, phrase: Phrase, args: &[(&str, &str)]) -> Words {
        Words::Ours(self.language.say(phrase, args))
    }

    fn section(&self, title: Phrase, items: Vec<Words>) -> Vec<Block> {
        if items.is_empty() {
            return Vec::new();
        }
        vec![Block::Heading(self.language.word(title)), Block::List(items)]
    }

    fn head(&self) -> Vec<Block> {
        let (title, lead) = match self.findings.outcome.value {
            OutcomeValue::Takeover if !self.mails_concern() => (
                Phrase::new(
                    "announcement.title_takeover",
                    "Apology and report on unauthorised access to our e-mail (first report)",
                ),
                Phrase::new(
                    "announcement.lead_no_mails",
                    "A third party used {n} of our e-mail accounts without authority. We apologise to all concerned.",
                ),
            ),
            OutcomeValue::Takeover => (
                Phrase::new(
                    "announcement.title_takeover",
                    "Apology and report on unauthorised access to our e-mail (first report)",
                ),
                Phrase::new(
                    "announcement.lead_takeover",
                    "A third party used {n} of our e-mail accounts without authority. We apologise to everyone who received these mails and to all concerned.",
                ),
            ),
            OutcomeValue::Suspected => (
                Phrase::new(
                    "announcement.title_suspected",
                    "Report on suspected unauthorised access to our e-mail (first report)",
                ),
                Phrase::new(
                    "announcement.lead_suspected",
                    "We are investigating whether a third party used {n} of our e-mail accounts without authority. We apologise for the concern this causes.",
                ),
            ),
            OutcomeValue::NotATakeover => (
                Phrase::new(
                    "announcement.title_spoofed",
                    "Mails that bear our address without being ours (first report)",
                ),
                Phrase::new(
                    "announcement.lead_spoofed",
                    "Mails are being sent that bear our address. As far as examined, they left none of our mailboxes.",
                ),
            ),
            OutcomeValue::NoneShown | OutcomeValue::CannotTell => (
                Phrase::new(
                    "announcement.title_open",
                    "Investigation of suspicious mails (first report)",
                ),
                Phrase::new(
                    "announcement.lead_open",
                    "We are investigating suspicious mails. From the records read so far we cannot yet tell whether one of our accounts was used without authority.",
                ),
            ),
        };
        let n = match self.concerned().len() as u64 {
            1 => self.language.word(Phrase::new("announcement.one", "one")),
            n => number(n),
        };
        vec![
            Block::Title(self.language.word(title)),
            Block::Note(self.language.word(Phrase::new("announcement.draft", "Draft. A person fills in every place in ［brackets］, checks each sentence, and the person responsible approves it before it is published. Delete this note then."))),
            Block::Line(self.ours(Phrase::new("announcement.from", "［date］ {organisation}"), &[("organisation", &self.organisation())])),
            Block::Line(self.ours(lead, &[("n", &n)])),
            Block::Line(self.as_of()),
        ]
    }

    /// Whether there is a mail to speak of: in a takeover that shows none, the draft may not speak to
    /// those who received it. Without a takeover it is suspicious mails that led to the question.
    fn mails_concern(&self) -> bool {
        let mail = &self.findings.mail;
        self.findings.outcome.value != OutcomeValue::Takeover
            || mail.messages.value.is_none_or(|it| it > 0)
            || mail.suspected > 0
    }

    fn organisation(&self) -> String {
        match self.findings.organisations.as_slice() {
            [one] if !one.name.is_empty() => safe(&one.name),
            _ => self.language.word(Phrase::new("announcement.organisation", "［organisation］")),
        }
    }

    fn as_of(&self) -> Words {
        let Some(at) = &self.findings.case.as_of else {
            return self.ours(
                Phrase::new(
                    "announcement.known_so_far",
                    "This is what is known now, and what is not.",
                ),
                &[],
            );
        };
        let at = times::when(at, &self.zone);
        self.ours(
            Phrase::new(
                "announcement.as_of",
                "This is what the records show as of {at}, and what is not known yet.",
            ),
            &[("at", &at)],
        )
    }

    /// The accounts the announcement is about; it never names one.
    fn concerned(&self) -> Vec<&Account> {
        let verdict = match self.findings.outcome.value {
            OutcomeValue::Takeover => AccountVerdict::Compromised,
            _ => AccountVerdict::Suspected,
        };
        self.findings.accounts.iter().filter(|it| it.verdict == verdict).collect()
    }

    fn happened(&self) -> Vec<Words> {
        let mut out = vec![self.ours(
            Phrase::new(
                "announcement.noticed",
                "Noticed: ［date and time, and how it was noticed］",
            ),
            &[],
        )];
        if self.findings.outcome.value == OutcomeValue::Takeover {
            out.extend(self.first_access());
            out.extend(self.origin());
        }
        out.extend(self.sent());
        if self.deleted_from_sent() {
            out.push(self.ours(
                Phrase::new(
                    "announcement.deleted",
                    "The records show that mails were deleted from the Sent folder of the account.",
                ),
                &[],
            ));
        }
        out
    }

    fn first_access(&self) -> Option<Words> {
        let concerned = self.concerned();
        let first = concerned
            .iter()
            .filter(|it| it.first_access.is_some())
            .min_by_key(|it| &it.first_access)?;
        let at = times::when(first.first_access.as_deref()?, &self.zone);
        let certain = concerned.iter().all(|it| it.first_access_is.as_deref() == Some("exact"));
        let phrase = if certain {
            Phrase::new("announcement.first", "First unauthorised access: {at}")
        } else {
            Phrase::new(
                "announcement.first_no_later",
                "First unauthorised access: no later than {at}",
            )
        };
        Some(self.ours(phrase, &[("at", &at)]))
    }

    fn origin(&self) -> Option<Words> {
        let theirs =
            self.findings.sessions.iter().filter(|it| it.verdict == SessionVerdict::Attacker);
        let mut countries: Vec<String> =
            theirs.flat_map(|it| &it.countries).map(|it| safe(it)).collect();
        countries.sort();
        countries.dedup();
        if countries.is_empty() {
            return None;
        }
        Some(self.ours(
            Phrase::new(
                "announcement.origin",
                "Origin according to the sign-in records (country code): {countries}",
            ),
            &[("countries", &countries.join(", "))],
        ))
    }

    fn sent(&self) -> Option<Words> {
        let mail = &self.findings.mail;
        mail.messages.value.filter(|it| *it > 0)?;
        let (first, last) = (mail.first.as_deref()?, mail.last.as_deref()?);
        let args = [
            ("first", times::when(first, &self.zone)),
            ("last", times::when(last, &self.zone)),
            ("messages", spoken(&mail.messages, Unit::Messages, self.language)),
            ("recipients", spoken(&mail.recipients, Unit::Recipients, self.language)),
        ];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        Some(self.ours(
            Phrase::new(
                "announcement.sent",
                "From {first} to {last}, {messages} were sent without authority to {recipients}.",
            ),
            &args,
        ))
    }

    fn deleted_from_sent(&self) -> bool {
        self.findings
            .operations
            .iter()
            .any(|it| it.operation == "delete" && it.scope.ends_with("/sent"))
    }

    fn done(&self) -> Vec<Words> {
        let mut out = Vec::new();
        let contained = self.findings.window.as_ref().is_some_and(|it| it.contained);
        if contained && self.findings.outcome.value == OutcomeValue::Takeover {
            out.push(self.ours(Phrase::new("announcement.contained", "The unauthorised access has been ended (time: ［date and time］, measures: ［all sessions revoked, password reset …］)."), &[]));
        } else {
            out.push(self.ours(Phrase::new("announcement.measures", "Measures taken: ［date and time; sessions revoked, password reset, account disabled …］"), &[]));
        }
        out.push(self.ours(Phrase::new("announcement.authorities", "Authorities: ［report to the data protection authority, consultation of the police: dates, or planned］"), &[]));
        out
    }

    fn mails(&self) -> Vec<Words> {
        let mail = &self.findings.mail;
        if mail.messages.value.unwrap_or(0) == 0 {
            return Vec::new();
        }
        let mut out = vec![self.ours(
            Phrase::new(
                "announcement.sender",
                "Sender: ［the address, if you decide to publish it］",
            ),
            &[],
        )];
        let before = self.language.word(Phrase::new("announcement.subject", "Subject: “"));
        let after = self.language.word(Phrase::new("announcement.subject_end", "”"));
        out.extend(
            mail.subjects
                .iter()
                .take(SUBJECTS)
                .map(|it| Words::Quoting(before.clone(), safe(it.subject.raw()), after.clone())),
        );
        if !mail.urls.is_empty() {
            out.push(self.ours(
                Phrase::new("announcement.links", "The mails hold links. Do not open them."),
                &[],
            ));
        }
        if mail.failed.value.is_some_and(|it| it > 0) {
            let failed = spoken(&mail.failed, Unit::Recipients, self.language);
            out.push(self.ours(
                Phrase::new(
                    "announcement.failed",
                    "Not delivered according to the records: {failed}.",
                ),
                &[("failed", &failed)],
            ));
        }
        if let Some(known) = mail
            .known_recipients
            .value
            .map(|_| spoken(&mail.known_recipients, Unit::Addresses, self.language))
            && !mail.lists.is_empty()
        {
            let lists = number(mail.lists.len() as u64);
            out.push(self.ours(Phrase::new("announcement.lists", "Recipients compared with {lists} address list(s) we hold; found in them: {known}."), &[("lists", &lists), ("known", &known)]));
        }
        out
    }

    fn data(&self) -> Vec<Words> {
        if !matches!(self.findings.outcome.value, OutcomeValue::Takeover | OutcomeValue::Suspected)
        {
            return Vec::new();
        }
        let mut out = Vec::new();
        // One figure for each account: their sum could count a mail of a shared mailbox twice.
        let read: Vec<String> = self
            .findings
            .reading
            .iter()
            .filter(|it| it.items.value.is_some_and(|n| n > 0))
            .map(|it| spoken(&it.items, Unit::Items, self.language))
            .collect();
        let comma = self.language.word(Phrase::new("announcement.comma", "; "));
        let phrase = match read.len() {
            0 => None,
            1 => Some(Phrase::new(
                "announcement.read",
                "The records show that mails were opened: {n}.",
            )),
            _ => Some(Phrase::new(
                "announcement.read_each",
                "The records show that mails were opened, by account: {n}.",
            )),
        };
        out.extend(phrase.map(|it| self.ours(it, &[("n", &read.join(&comma))])));
        if self.findings.reading.iter().any(|it| !it.synced_folders.is_empty()) {
            out.push(self.ours(Phrase::new("announcement.synced", "The records show that folders of the account were synchronised to another device; we treat all mails in them as possibly viewed."), &[]));
        }
        let exposure = &self.findings.exposure;
        if exposure.addresses.value.is_some_and(|it| it > 0) {
            let n = spoken(&exposure.addresses, Unit::Addresses, self.language);
            out.push(self.ours(
                Phrase::new(
                    "announcement.exposed",
                    "Mails in the folders concerned name people outside our organisation: {n}. These names and addresses may have been viewed.",
                ),
                &[("n", &n)],
            ));
        }
        if let Some(figure) = Some(&exposure.people).filter(|it| it.value.is_some_and(|n| n > 0)) {
            let n = spoken(figure, Unit::People, self.language);
            out.push(self.ours(
                Phrase::new(
                    "announcement.people",
                    "People concerned: {n}. We are writing to each of them.",
                ),
                &[("n", &n)],
            ));
            return out;
        }
        out.push(self.ours(Phrase::new("announcement.data_open", "Whether and whose personal information in the mails may have been viewed is under investigation. The number of people concerned is not known yet."), &[]));
        out
    }

    fn unknown(&self) -> Vec<Words> {
        let open = |test: &dyn Fn(&Scope) -> bool| {
            self.findings.scopes.iter().any(|it| it.verdict == ScopeVerdict::CannotTell && test(it))
        };
        let concerned = self.concerned();
        let found = self.findings.outcome.value == OutcomeValue::Takeover;
        let points = [
            (
                !concerned.is_empty()
                    && !concerned.iter().all(|it| it.how.iter().any(|how| how.is == "shown")),
                Phrase::new("announcement.open_how", "How the credentials were lost"),
            ),
            (
                found && concerned.iter().any(|it| it.first_access_is.as_deref() != Some("exact")),
                Phrase::new(
                    "announcement.open_first",
                    "Whether the access began earlier than stated above",
                ),
            ),
            (
                found && !self.findings.window.as_ref().is_some_and(|it| it.contained),
                Phrase::new("announcement.open_end", "Whether every access has ended"),
            ),
            (
                open(&|it| it.scope == "accounts:others" || it.scope.starts_with("account:")),
                Phrase::new("announcement.open_accounts", "Whether other accounts were used"),
            ),
            (
                open(&|it| it.scope.starts_with("service:")),
                Phrase::new(
                    "announcement.open_services",
                    "Whether Teams, OneDrive, SharePoint and other services were used",
                ),
            ),
            (
                open(&|it| {
                    ["mailbox:", "items:", "attachments:"]
                        .iter()
                        .any(|kind| it.scope.starts_with(kind))
                }),
                Phrase::new(
                    "announcement.open_mailbox",
                    "Which other mails, folders and attachments were viewed",
                ),
            ),
            (
                open(&|it| {
                    ["device:", "system:", "network:"].iter().any(|kind| it.scope.starts_with(kind))
                }),
                Phrase::new(
                    "announcement.open_systems",
                    "Whether computers, business systems and networks are concerned",
                ),
            ),
            (
                self.findings.mail.suspected > 0,
                Phrase::new(
                    "announcement.open_mails",
                    "Whether further mails, which nothing proves yet, are fraudulent",
                ),
            ),
            (
                self.findings.exposure.people.value.is_none(),
                Phrase::new("announcement.open_people", "The number of people concerned"),
            ),
        ];
        points
            .into_iter()
            .filter(|(open, _)| *open)
            .map(|(_, phrase)| self.ours(phrase, &[]))
            .collect()
    }

    /// Kind and span of each log: what a reader needs to weigh every «not known».
    fn basis(&self) -> Vec<Words> {
        let mut out = Vec::new();
        for kind in [Kind::Ual, Kind::Signins, Kind::EntraAudit, Kind::MessageTrace] {
            let files = self.findings.evidence.iter().filter(|it| it.kind == kind);
            let spans: Vec<_> =
                files.filter_map(|it| Some((it.from.as_deref()?, it.to.as_deref()?))).collect();
            let (Some(from), Some(to)) =
                (spans.iter().map(|it| it.0).min(), spans.iter().map(|it| it.1).max())
            else {
                continue;
            };
            let args = [
                ("kind", word(self.language, "kind", kind.word())),
                ("from", times::day(from, &self.zone)),
                ("to", times::day(to, &self.zone)),
            ];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            out.push(self.ours(
                Phrase::new("announcement.log", "{kind}: records from {from} to {to}"),
                &args,
            ));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use model::findings::Figure;

    use crate::{EN, announcement_md, sample};

    #[test]
    fn without_a_fraudulent_mail_nobody_is_said_to_have_received_one() {
        let mut findings = sample::founding();
        assert!(announcement_md(&findings, &EN).contains("received these mails"));
        findings.mail.messages = Figure::at_least(0);
        findings.mail.suspected = 0;
        let text = announcement_md(&findings, &EN);
        assert!(!text.contains("received"), "{text}");
    }
}
