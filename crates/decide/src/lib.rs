//! What happened, decided: pure, total functions from gathered rows to verdicts with reasons.
//!
//! Nothing here reads a file, asks the clock or runs a query, and no order of a hash decides
//! anything. [`session`] builds visits out of contexts, [`attribution`] says whose they are,
//! [`accounts`] and [`window`] say who was hit and when, [`touched`], [`scopes`] and [`mail`] what
//! was done, [`findings`] what was left behind, [`how`] how it came about, [`deadlines`] what the
//! law asks. What the domain knows stands in `knowledge/` and `laws/` and is embedded at build.
#![deny(missing_docs)]

pub mod accounts;
pub mod attribution;
pub mod baseline;
pub mod behaviour;
pub mod calendar;
pub mod clients;
pub mod containment;
pub mod control;
pub mod coverage;
pub mod deadlines;
pub mod delivery;
pub mod errors;
pub mod exposure;
pub mod findings;
pub mod folders;
pub mod hole;
pub mod how;
pub mod identity;
pub mod law;
pub mod links;
pub mod mail;
pub mod network;
pub mod next;
pub mod observability;
pub mod operations;
pub mod outcome;
pub mod people;
pub mod replies;
pub mod rules;
pub mod scopes;
pub mod session;
pub mod state;
pub mod systems;
pub mod touched;
pub mod weights;
pub mod window;

/// Everything embedded, by folder of the project: what a report's `knowledge` hash covers, and what a
/// test compares with the folders, so that no file is forgotten.
pub const DATA: &[(&str, &[model::DataFile])] = &[
    ("knowledge/addresses", people::ROLE_FILES),
    ("knowledge/attribution", weights::FILES),
    ("knowledge/clients", clients::FILES),
    ("knowledge/errors", errors::FILES),
    ("knowledge/folders", folders::FILES),
    ("knowledge/networks", clients::NETWORK_FILES),
    ("knowledge/observability", observability::FILES),
    ("knowledge/operations", operations::FILES),
    ("knowledge/personal", PERSONAL),
    ("knowledge/replies", replies::FILES),
    ("laws", law::FILES),
    ("laws/calendars", calendar::FILES),
];

/// What the scanner of texts looks for; it reads the same file, and stands in another crate.
const PERSONAL: &[model::DataFile] =
    &[("health", include_str!("../../../knowledge/personal/health.toml"))];

#[cfg(test)]
mod tests {
    #[test]
    fn no_file_is_named_twice_and_names_stand_in_order() {
        for (folder, files) in super::DATA {
            assert!(files.windows(2).all(|it| it[0].0 < it[1].0), "{folder}");
            assert!(files.iter().all(|it| !it.1.is_empty()), "{folder}");
        }
    }
}
