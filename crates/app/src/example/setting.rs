use jiff::civil::Date;

use super::Scenario;
use super::clock::{utc, ymd};

/// What a scenario fixes before anybody acts: who the organisation is and what was exported.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) scenario: Scenario,
    /// Japanese organisation (otherwise English).
    pub(crate) ja: bool,
    pub(crate) zone: &'static str,
    pub(crate) domain: &'static str,
    pub(crate) onmicrosoft: &'static str,
    pub(crate) organisation: &'static str,
    pub(crate) case_name: &'static str,
    /// First day simulated (local), and the day after the last.
    pub(crate) first_day: Date,
    pub(crate) end_day: Date,
    /// Audit log: from, to (seconds, UTC).
    pub(crate) ual: (i64, i64),
    pub(crate) signins: (i64, i64),
    pub(crate) trace: (i64, i64),
    pub(crate) collected: i64,
    /// When the mailbox was copied, where one is: before the audit log was fetched, so that the log tells what
    /// moved until then.
    pub(crate) copied: i64,
    /// Everyday activity in percent of a normal office.
    pub(crate) pace: u64,
}

impl Setting {
    pub(crate) fn of(scenario: Scenario) -> Self {
        match scenario {
            Scenario::Founding => Self {
                case_name: "2025-10 メールアカウント不正利用",
                first_day: ymd(2025, 8, 25),
                end_day: ymd(2025, 11, 12),
                ual: (utc(ymd(2025, 8, 25), 0, 0, 0), utc(ymd(2025, 11, 11), 0, 0, 0)),
                signins: (utc(ymd(2025, 10, 13), 2, 0, 0), utc(ymd(2025, 11, 12), 0, 0, 0)),
                trace: (utc(ymd(2025, 10, 10), 0, 0, 0), utc(ymd(2025, 11, 11), 0, 0, 0)),
                collected: utc(ymd(2025, 11, 12), 2, 0, 0),
                copied: utc(ymd(2025, 11, 10), 1, 30, 0),
                pace: 100,
                ..Self::japanese(scenario)
            },
            Scenario::TokenReplay => Self {
                case_name: "2025-06 不審な受信トレイルール",
                first_day: ymd(2025, 4, 7),
                end_day: ymd(2025, 6, 21),
                ual: (utc(ymd(2025, 4, 7), 0, 0, 0), utc(ymd(2025, 6, 20), 0, 0, 0)),
                signins: (utc(ymd(2025, 5, 22), 1, 0, 0), utc(ymd(2025, 6, 20), 0, 0, 0)),
                trace: (utc(ymd(2025, 5, 20), 0, 0, 0), utc(ymd(2025, 6, 20), 0, 0, 0)),
                collected: utc(ymd(2025, 6, 21), 1, 0, 0),
                ..Self::japanese(scenario)
            },
            Scenario::CleanSpray => Self {
                case_name: "2025-07 パスワードスプレーの確認",
                first_day: ymd(2025, 6, 2),
                end_day: ymd(2025, 8, 9),
                ual: (utc(ymd(2025, 6, 2), 0, 0, 0), utc(ymd(2025, 8, 8), 0, 0, 0)),
                signins: (utc(ymd(2025, 7, 10), 3, 0, 0), utc(ymd(2025, 8, 8), 0, 0, 0)),
                trace: (utc(ymd(2025, 7, 10), 0, 0, 0), utc(ymd(2025, 8, 8), 0, 0, 0)),
                collected: utc(ymd(2025, 8, 9), 3, 0, 0),
                ..Self::japanese(scenario)
            },
            Scenario::InternalSpread => Self {
                scenario,
                ja: false,
                zone: "Europe/London",
                domain: "example.com",
                onmicrosoft: "exampletrust.onmicrosoft.com",
                organisation: "Example Heritage Trust",
                case_name: "2025-03 internal phishing",
                first_day: ymd(2025, 1, 13),
                end_day: ymd(2025, 4, 5),
                ual: (utc(ymd(2025, 1, 13), 0, 0, 0), utc(ymd(2025, 4, 4), 0, 0, 0)),
                signins: (utc(ymd(2025, 3, 6), 9, 0, 0), utc(ymd(2025, 4, 4), 0, 0, 0)),
                trace: (utc(ymd(2025, 3, 1), 0, 0, 0), utc(ymd(2025, 4, 4), 0, 0, 0)),
                collected: utc(ymd(2025, 4, 5), 9, 0, 0),
                copied: 0,
                pace: 30,
            },
        }
    }

    fn japanese(scenario: Scenario) -> Self {
        let day = ymd(2025, 1, 1);
        Self {
            scenario,
            ja: true,
            zone: "Asia/Tokyo",
            domain: "example.or.jp",
            onmicrosoft: "examplezaidan.onmicrosoft.com",
            organisation: "公益財団法人例示文化振興財団",
            case_name: "",
            first_day: day,
            end_day: day,
            ual: (0, 0),
            signins: (0, 0),
            trace: (0, 0),
            collected: 0,
            copied: 0,
            pace: 30,
        }
    }
}
