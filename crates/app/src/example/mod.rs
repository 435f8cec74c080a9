//! Simulated incidents with their truth: evidence files as a tenant exports them, and what really
//! happened there.
//!
//! A simulation knows who stands behind each record because it made that person act. The truth is
//! taken from the simulation, never from the files, so that a fault of a writer shows as a difference.

mod agents;
mod attacker;
mod book;
mod clock;
mod json;
mod kept;
mod owner_life;
mod people;
mod records;
mod rng;
mod scenarios;
mod service_life;
mod setting;
mod sim;
mod tenant;
#[cfg(test)]
mod tests;
mod truth;
mod words;
mod writers;

use std::io;
use std::path::Path;

pub use truth::{
    Access, Actor, Exposed, FileTruth, Ids, ListTruth, Mail, Persistence, SourceTruth, Truth,
};

/// The seed of the published example.
pub const DEFAULT_SEED: u64 = 20_251_001;
/// Fraudulent mails of the founding incident.
const FOUNDING_MESSAGES: u32 = 7_921;

/// People outside whose addresses stood in the Sent folder of the founding incident.
const FOUNDING_CORRESPONDENTS: u32 = 1_538;

/// Which incident is simulated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scenario {
    /// One account of a small Japanese organisation sends thousands of mails.
    Founding,
    /// A token replayed from the same country: it reads, and leaves a rule.
    TokenReplay,
    /// Three accounts in an English tenant: forwarding, consent, files, a shared mailbox.
    InternalSpread,
    /// A clean tenant with a password spray.
    CleanSpray,
}

impl Scenario {
    const ALL: [Self; 4] =
        [Self::Founding, Self::TokenReplay, Self::InternalSpread, Self::CleanSpray];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Founding => "founding",
            Self::TokenReplay => "token_replay",
            Self::InternalSpread => "internal_spread",
            Self::CleanSpray => "clean_spray",
        }
    }

    /// The scenario of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }
}

/// Names of all scenarios.
pub fn scenarios() -> &'static [&'static str] {
    &["founding", "token_replay", "internal_spread", "clean_spray"]
}

/// What to simulate, and how large.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which incident.
    pub scenario: Scenario,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Fraudulent mails, where the scenario sends any.
    pub messages: u32,
    /// Accounts in the inventory; fewer than the parts to be played are raised to that number.
    pub accounts: u32,
    /// Addresses outside that stood in the victim's Sent folder when the intruder looked at it, where the
    /// scenario exports a mailbox; everyday mail alone may make them more.
    pub correspondents: u32,
    /// Whether the owner tidied that folder before the mailbox was collected.
    pub tidied: bool,
}

impl Options {
    /// The published size of a scenario.
    pub fn of(scenario: Scenario) -> Self {
        let (messages, accounts) = match scenario {
            Scenario::Founding => (FOUNDING_MESSAGES, 24),
            Scenario::TokenReplay => (0, 14),
            Scenario::InternalSpread => (96, 15),
            Scenario::CleanSpray => (0, 16),
        };
        let correspondents =
            if scenario == Scenario::Founding { FOUNDING_CORRESPONDENTS } else { 0 };
        Self { scenario, seed: DEFAULT_SEED, messages, accounts, correspondents, tidied: false }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::of(Scenario::Founding)
    }
}

/// One evidence file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// Path below the evidence folder, with `/`.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A simulated incident: what was exported, and what happened.
#[derive(Clone, Debug)]
pub struct World {
    /// The evidence folder.
    pub files: Vec<File>,
    /// What really happened.
    pub truth: Truth,
}

/// Simulates an incident and writes its exports in memory.
///
/// # Errors
///
/// Only where a library refuses to write a container (a workbook, an archive).
pub fn simulate(options: &Options) -> io::Result<World> {
    let mut sim = sim::Sim::new(options);
    scenarios::play(&mut sim);
    let mut truth = Truth::of(&sim);
    let files = writers::export(&sim, &mut truth)?;
    Ok(World { files, truth })
}

impl World {
    /// Writes the files into a folder. A file that is already there with other content is left alone.
    ///
    /// # Errors
    ///
    /// Where a file with other content stands in the way (before anything is written), or the disk
    /// refuses; the message names the file.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut missing = Vec::new();
        for file in &self.files {
            let path = folder.join(&file.path);
            match std::fs::read(&path) {
                Ok(there) if there == file.bytes => {}
                Ok(_) => return Err(differs(&path)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    missing.push((path, &file.bytes))
                }
                Err(error) => return Err(named(&path, error)),
            }
        }
        for (path, bytes) in missing {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| named(parent, error))?;
            }
            std::fs::write(&path, bytes).map_err(|error| named(&path, error))?;
        }
        Ok(())
    }
}

fn differs(path: &Path) -> io::Error {
    let what = "is already there with other content, and is not overwritten: move it away, or name another \
                folder with --out";
    io::Error::new(io::ErrorKind::AlreadyExists, format!("{} {what}", path.display()))
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
