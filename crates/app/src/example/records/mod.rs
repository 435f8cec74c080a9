//! What a simulated act leaves behind: audit records, sign-ins, trace rows.

pub(crate) mod directory;
pub(crate) mod mail;
pub(crate) mod mailbox;
pub(crate) mod signin;
pub(crate) mod work;
