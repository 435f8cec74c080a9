use super::clock::utc;
use super::rng::Rng;
use super::setting::Setting;
use super::tenant::{Place, home};
use super::words::{EN_GIVEN, EN_SURNAMES, GIVEN, SURNAMES};

/// What an inventory entry is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Person,
    /// Shared mailbox, read by several as delegates.
    Shared,
    /// An address of an office with a password of its own that two people know.
    RoleAccount,
    Room,
    Guest,
    /// A former employee: disabled.
    Former,
    /// A mailbox no log mentions.
    Silent,
}

/// A device as the directory knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Device {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) os: &'static str,
    pub(crate) managed: bool,
    /// `Hybrid Azure AD joined`, `Azure AD registered` or empty.
    pub(crate) trust: &'static str,
}

/// One account and the person behind it.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) kind: Kind,
    pub(crate) upn: String,
    pub(crate) name: String,
    pub(crate) alias: String,
    pub(crate) oid: String,
    pub(crate) puid: String,
    pub(crate) sid: String,
    pub(crate) mailbox: String,
    pub(crate) desktop: Device,
    pub(crate) laptop: Device,
    pub(crate) phone: Device,
    /// A private PC at home, unknown to the directory.
    pub(crate) private_pc: bool,
    pub(crate) home: Place,
    pub(crate) carrier: u64,
    /// Office, home and phone share one session id.
    pub(crate) one_session: bool,
    pub(crate) iphone: bool,
    /// Begins the day, seconds after midnight.
    pub(crate) begins: i64,
    pub(crate) created: i64,
}

/// The first persons have a part to play; the rest only work there.
pub(crate) const ADMIN: usize = 0;
pub(crate) const CLERK: usize = 1;
pub(crate) const VICTIM: usize = 2;
pub(crate) const TRAVELLER: usize = 3;
pub(crate) const NEW_PHONE: usize = 4;
pub(crate) const SECOND: usize = 5;
pub(crate) const THIRD: usize = 6;

/// Accounts that are not ordinary persons.
pub(crate) const SPECIAL: u32 = 7;
/// Fewer accounts than this cannot hold every part.
pub(crate) const LEAST: u32 = SPECIAL + 7;

/// Everybody of the inventory: persons first, then the special accounts.
pub(crate) fn everybody(setting: &Setting, seed: u64, accounts: u32) -> Vec<Person> {
    let mut rng = Rng::new(seed, "people");
    let (surnames, given) = if setting.ja { (SURNAMES, GIVEN) } else { (EN_SURNAMES, EN_GIVEN) };
    let mut names: Vec<(usize, usize)> =
        (0..surnames.len()).flat_map(|a| (0..given.len()).map(move |b| (a, b))).collect();
    rng.shuffle(&mut names);
    let persons = (accounts.max(LEAST) - SPECIAL) as usize;
    let mut people = Vec::new();
    for i in 0..persons {
        let (a, b) = names[i % names.len()];
        let again =
            if i >= names.len() { (i / names.len() + 1).to_string() } else { String::new() };
        let alias = format!("{}.{}{again}", given[b].1, surnames[a].1);
        let name = if setting.ja {
            format!("{} {}", surnames[a].0, given[b].0)
        } else {
            format!("{} {}", given[b].0, surnames[a].0)
        };
        people.push(person(setting, &mut rng, Kind::Person, &alias, &name));
    }
    for (kind, alias, name) in specials(setting.ja) {
        people.push(person(setting, &mut rng, kind, alias, name));
    }
    people
}

fn specials(ja: bool) -> [(Kind, &'static str, &'static str); 7] {
    let name = |japanese, english| if ja { japanese } else { english };
    [
        (Kind::Shared, "info", name("代表窓口", "Enquiries")),
        (Kind::RoleAccount, name("jimukyoku", "frontdesk"), name("事務局", "Front desk")),
        (Kind::Room, name("kaigishitsu", "boardroom"), name("第一会議室", "Boardroom")),
        (Kind::Guest, "partner_example.net#ext#", name("外部デザイナー", "Outside designer")),
        (Kind::Former, name("taishoku.taro", "former.member"), name("退職 太郎", "Former Member")),
        (Kind::Silent, name("kinenshi", "jubilee"), name("周年誌編集室", "Jubilee book")),
        (Kind::Silent, name("kansa", "audit-archive"), name("監査資料", "Audit archive")),
    ]
}

fn person(setting: &Setting, rng: &mut Rng, kind: Kind, alias: &str, name: &str) -> Person {
    let domain = if kind == Kind::Guest { setting.onmicrosoft } else { setting.domain };
    let upn = format!("{alias}@{domain}");
    let initial = alias.chars().next().unwrap_or('x').to_ascii_uppercase();
    let windows = |rng: &mut Rng, name: String| Device {
        id: rng.guid(),
        name,
        os: "Windows10",
        managed: true,
        trust: "Hybrid Azure AD joined",
    };
    let desktop_name = format!("PC-{:03}", rng.range(1, 999));
    let desktop = windows(rng, desktop_name);
    let laptop_name = format!("NOTE-{initial}{:03}", rng.range(1, 999));
    let laptop = windows(rng, laptop_name);
    let iphone = rng.chance(70);
    Person {
        kind,
        alias: alias.to_owned(),
        name: name.to_owned(),
        oid: rng.guid(),
        puid: format!("1003200{}", rng.hex(9).to_uppercase()),
        sid: format!(
            "S-1-5-21-{}-{}-{}-{}",
            1_376_570_662,
            3_565_232_716_u64,
            1_187_618_197,
            rng.range(2_000_000, 9_000_000)
        ),
        mailbox: rng.guid(),
        desktop,
        laptop,
        phone: phone(rng, iphone),
        private_pc: rng.chance(30),
        home: home(setting.ja, rng),
        carrier: rng.below(2),
        one_session: rng.chance(30),
        iphone,
        begins: rng.range(8 * 3600 + 1500, 9 * 3600 + 1800),
        created: utc(setting.first_day, 0, 0, 0) - rng.range(200, 3000) * 86_400,
        upn,
    }
}

/// A phone registered with the directory, not managed.
pub(crate) fn phone(rng: &mut Rng, iphone: bool) -> Device {
    Device {
        id: rng.guid(),
        name: if iphone { "iPhone".to_owned() } else { format!("Android_{}", rng.hex(6)) },
        os: if iphone { "Ios" } else { "Android" },
        managed: false,
        trust: "Azure AD registered",
    }
}

impl Person {
    /// `UserId` as this record spells it: mostly lower case.
    pub(crate) fn spelled(&self, rng: &mut Rng) -> String {
        if self.kind == Kind::Person && rng.chance(7) {
            let mut letters = self.upn.chars();
            let first = letters.next().map(|c| c.to_ascii_uppercase()).into_iter();
            return first.chain(letters).collect();
        }
        if self.kind == Kind::Guest {
            return self.upn.replace("#ext#", "#EXT#");
        }
        self.upn.clone()
    }

    /// Whether a mailbox stands behind the account.
    pub(crate) fn has_mailbox(&self) -> bool {
        !matches!(self.kind, Kind::Guest)
    }
}
