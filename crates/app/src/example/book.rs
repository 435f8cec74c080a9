use super::rng::Rng;
use super::setting::Setting;
use super::words::{EN_GIVEN, EN_SURNAMES, GIVEN, HOSTS, SURNAMES};

/// Somebody outside who stands in a list of the organisation, or writes to it.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) surname: String,
    pub(crate) given: String,
    pub(crate) organisation: String,
    pub(crate) address: String,
}

/// Everybody the organisation knows outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub(crate) members: Vec<Contact>,
    pub(crate) seminar: Vec<Contact>,
    pub(crate) partners: Vec<Contact>,
    /// The victim's own Outlook contacts.
    pub(crate) contacts: Vec<Contact>,
    /// Write to the organisation, stand in no list.
    pub(crate) strangers: Vec<Contact>,
    /// Wrote or were written to in the years before, and stand in no list.
    pub(crate) past: Vec<Contact>,
}

impl Book {
    pub(crate) fn new(setting: &Setting, seed: u64) -> Self {
        let mut rng = Rng::new(seed, "book");
        let scale = if setting.pace >= 100 { 1 } else { 4 };
        let mut people = |kind: &str, n: usize| -> Vec<Contact> {
            (0..n / scale).map(|i| contact(setting.ja, &mut rng, kind, i)).collect()
        };
        let members = people("m", 420);
        let mut seminar = people("s", 230);
        let partners = people("p", 120);
        let mut contacts = people("c", 90);
        let strangers = people("x", 160);
        seminar.extend(members.iter().step_by(9).cloned());
        contacts.extend(partners.iter().step_by(3).cloned());
        contacts.extend(members.iter().step_by(17).cloned());
        Self { members, seminar, partners, contacts, strangers, past: Vec::new() }
    }

    /// Everybody, some twice.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Contact> {
        [&self.members, &self.seminar, &self.partners, &self.contacts, &self.strangers, &self.past]
            .into_iter()
            .flatten()
    }

    /// Somebody to write to or to be written by.
    pub(crate) fn any(&self, rng: &mut Rng) -> &Contact {
        match rng.below(5) {
            0 => rng.pick(&self.members),
            1 => rng.pick(&self.seminar),
            2 => rng.pick(&self.strangers),
            _ => rng.pick(&self.partners),
        }
    }
}

pub(super) fn contact(ja: bool, rng: &mut Rng, kind: &str, i: usize) -> Contact {
    let (surnames, givens) = if ja { (SURNAMES, GIVEN) } else { (EN_SURNAMES, EN_GIVEN) };
    let (surname, given) = (rng.pick(surnames), rng.pick(givens));
    let host = *rng.pick(HOSTS);
    let (domain, organisation) = if ja {
        let (suffix, form) = *rng.pick(&[
            ("example.co.jp", "株式会社"),
            ("example.ac.jp", "学校法人"),
            ("example.ne.jp", "合同会社"),
        ]);
        (format!("{host}.{suffix}"), format!("{form}{}", host.to_uppercase()))
    } else {
        (format!("{host}.example.net"), format!("{} Ltd", host.to_uppercase()))
    };
    Contact {
        surname: surname.0.to_owned(),
        given: given.0.to_owned(),
        organisation,
        address: format!("{}.{}{kind}{i:03}@{domain}", given.1, surname.1),
    }
}

/// An address the organisation has never heard of: a target of the fraudulent mail.
pub(crate) fn target(rng: &mut Rng, i: u64) -> String {
    let (surname, given) = (rng.pick(SURNAMES).1, rng.pick(GIVEN).1);
    let host = *rng.pick(HOSTS);
    let n = rng.below(900);
    match rng.below(4) {
        0 => format!("{given}.{surname}{i}@{host}{n}.example.com"),
        1 => format!("{}{surname}{i}@mail.{host}{n}.example.com", &given[..1]),
        2 => format!("{surname}-{i}@{host}-{n}.example"),
        _ => format!("info{i}@{host}{n}.example.edu"),
    }
}
