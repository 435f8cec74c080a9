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
pub mod coverage;
pub mod deadlines;
pub mod errors;
pub mod findings;
pub mod folders;
pub mod how;
pub mod identity;
pub mod law;
pub mod links;
pub mod mail;
pub mod network;
pub mod next;
pub mod operations;
pub mod outcome;
pub mod rules;
pub mod scopes;
pub mod session;
pub mod touched;
pub mod weights;
pub mod window;
