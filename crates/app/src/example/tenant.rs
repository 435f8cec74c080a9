use super::rng::Rng;
use super::setting::Setting;

/// What all records of the tenant share.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) folders: Folders,
    /// The way out of the office.
    pub(crate) office: Place,
    /// Hosted organisation path of Exchange, as it stands in `ObjectId`.
    pub(crate) server: String,
}

/// Where a client stands on the network.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) ip: String,
    pub(crate) asn: u32,
    pub(crate) country: &'static str,
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
}

/// Well-known folder paths in the mailbox language.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    pub(crate) inbox: &'static str,
    pub(crate) sent: &'static str,
    pub(crate) deleted: &'static str,
    pub(crate) drafts: &'static str,
    pub(crate) calendar: &'static str,
    pub(crate) rss: &'static str,
    pub(crate) project: &'static str,
    pub(crate) junk: &'static str,
    /// Old mail that the owner files away.
    pub(crate) filed: &'static str,
}

/// Not translated by Exchange.
pub(crate) const RECOVERABLE: &str = "\\Recoverable Items\\Deletions";

const JA: Folders = Folders {
    inbox: "\\受信トレイ",
    sent: "\\送信済みアイテム",
    deleted: "\\削除済みアイテム",
    drafts: "\\下書き",
    calendar: "\\予定表",
    rss: "\\RSS フィード",
    project: "\\受信トレイ\\助成事業",
    junk: "\\迷惑メール",
    filed: "\\2024年度まで",
};
const EN: Folders = Folders {
    inbox: "\\Inbox",
    sent: "\\Sent Items",
    deleted: "\\Deleted Items",
    drafts: "\\Drafts",
    calendar: "\\Calendar",
    rss: "\\RSS Feeds",
    project: "\\Inbox\\Grants",
    junk: "\\Junk Email",
    filed: "\\Before 2025",
};

impl Tenant {
    pub(crate) fn new(setting: &Setting, seed: u64) -> Self {
        let mut rng = Rng::new(seed, "tenant");
        let (a, b, c) = (rng.range(110, 119), rng.range(1, 250), 8 + rng.below(28) * 8);
        let office = if setting.ja {
            place(format!("219.{a}.{b}.{}", c + 2), 65_541, "JP", "Chiyoda-ku", "Tokyo")
        } else {
            place(format!("81.{a}.{b}.{}", c + 2), 65_542, "GB", "Leeds", "England")
        };
        Self {
            id: rng.guid(),
            folders: if setting.ja { JA } else { EN },
            office,
            server: if setting.ja { "TYAPR01MB" } else { "LO2P265MB" }.to_owned()
                + &rng.range(1000, 9899).to_string(),
        }
    }

    /// The Exchange path of an object of the organisation.
    pub(crate) fn object(&self, setting: &Setting, name: &str) -> String {
        format!(
            "{}.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{}/{name}",
            if setting.ja { "JPNPR01A003" } else { "GBRP265A001" },
            setting.onmicrosoft
        )
    }
}

/// A place in full.
pub(crate) fn place(
    ip: String,
    asn: u32,
    country: &'static str,
    city: &'static str,
    state: &'static str,
) -> Place {
    Place { ip, asn, country, city, state }
}

/// A home line of the tenant's country.
pub(crate) fn home(ja: bool, rng: &mut Rng) -> Place {
    let (b, c, d) = (rng.range(2, 250), rng.range(2, 250), rng.range(2, 250));
    if ja {
        let (city, state) = *rng.pick(&[
            ("Setagaya-ku", "Tokyo"),
            ("Kawasaki", "Kanagawa"),
            ("Funabashi", "Chiba"),
            ("Saitama", "Saitama"),
        ]);
        let a = *rng.pick(&[126, 153, 133]);
        place(format!("{a}.{b}.{c}.{d}"), 65_543 + u32::from(a == 153), "JP", city, state)
    } else {
        let (city, state) =
            *rng.pick(&[("Leeds", "England"), ("York", "England"), ("Bradford", "England")]);
        let a = *rng.pick(&[86, 82]);
        place(format!("{a}.{b}.{c}.{d}"), 65_546, "GB", city, state)
    }
}

/// A mobile carrier: another address each time.
pub(crate) fn mobile(ja: bool, carrier: u64, rng: &mut Rng) -> Place {
    let (c, d) = (rng.range(2, 250), rng.range(2, 250));
    if ja {
        let (a, b) = if carrier.is_multiple_of(2) {
            (49, rng.range(96, 109))
        } else {
            (106, rng.range(128, 139))
        };
        let asn = 65_547 + u32::from(carrier.is_multiple_of(2));
        place(format!("{a}.{b}.{c}.{d}"), asn, "JP", "Tokyo", "Tokyo")
    } else {
        let b = rng.range(40, 47);
        place(format!("92.{b}.{c}.{d}"), 65_549, "GB", "London", "England")
    }
}

/// Microsoft's back end.
pub(crate) fn backend(rng: &mut Rng) -> Place {
    let ip = match rng.below(3) {
        0 => format!(
            "2603:1096:{:x}:{:x}::{:x}",
            rng.range(0x400, 0x40f),
            rng.range(1, 240),
            rng.range(1, 40)
        ),
        1 => format!("20.190.{}.{}", rng.range(128, 160), rng.range(2, 250)),
        _ => format!("40.126.{}.{}", rng.range(1, 60), rng.range(2, 250)),
    };
    place(ip, 8075, "", "", "")
}
