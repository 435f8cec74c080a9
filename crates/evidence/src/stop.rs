//! Why a file, or the rest of it, was not read.

use std::{error, fmt, io};

/// Why something was not read. Each has a code of the contract, a word by which its sentence is
/// found in every language, and a reason in English for logs and rejects.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Stop {
    /// A link, in a folder or in an archive.
    Link,
    /// A member whose path leads out of its archive.
    Outside,
    /// Archives inside archives, too deep.
    Depth,
    /// An archive with too many members.
    Entries,
    /// More unpacked bytes than the packed ones can honestly hold, or than the archive may give.
    Size,
    /// Unpacking would need too much memory (the dictionary of a 7z or zstd file, a workbook).
    Memory,
    /// A later member of a large solid archive: reaching it means unpacking all before it again.
    Solid,
    /// No password given opens it.
    Encrypted,
    /// A way of packing that is not read here.
    Method,
    /// Damaged or cut.
    Damaged,
    /// Outlook's offline copy of a mailbox (OST) in a layout that is not read here.
    OfflineFolders,
    /// Two members of one name: only the last can be reached.
    SameName,
    /// The user running the program may not read it.
    Rights,
    /// It was there a moment ago.
    Gone,
    /// It changed while it was read.
    Changed,
    /// A device, pipe or socket.
    NotAFile,
    /// The disk or the system refused.
    System,
}

impl Stop {
    /// Every reason.
    pub const ALL: [Stop; 17] = [
        Stop::Link,
        Stop::Outside,
        Stop::Depth,
        Stop::Entries,
        Stop::Size,
        Stop::Memory,
        Stop::Solid,
        Stop::Encrypted,
        Stop::Method,
        Stop::Damaged,
        Stop::OfflineFolders,
        Stop::SameName,
        Stop::Rights,
        Stop::Gone,
        Stop::Changed,
        Stop::NotAFile,
        Stop::System,
    ];

    /// `limit_hit`, `encrypted` or `unreadable`.
    pub fn code(self) -> &'static str {
        match self {
            Stop::Encrypted => "encrypted",
            Stop::Link
            | Stop::Outside
            | Stop::Depth
            | Stop::Entries
            | Stop::Size
            | Stop::Memory
            | Stop::Solid => "limit_hit",
            _ => "unreadable",
        }
    }

    /// The word that names it, for finding its sentence.
    pub fn word(self) -> &'static str {
        match self {
            Stop::Link => "link",
            Stop::Outside => "outside",
            Stop::Depth => "depth",
            Stop::Entries => "entries",
            Stop::Size => "size",
            Stop::Memory => "memory",
            Stop::Solid => "solid",
            Stop::Encrypted => "encrypted",
            Stop::Method => "method",
            Stop::Damaged => "damaged",
            Stop::OfflineFolders => "offline_folders",
            Stop::SameName => "same_name",
            Stop::Rights => "rights",
            Stop::Gone => "gone",
            Stop::Changed => "changed",
            Stop::NotAFile => "not_a_file",
            Stop::System => "system",
        }
    }

    /// The reason in English: what was met, and what a person can do about it.
    pub fn reason(self) -> &'static str {
        match self {
            Stop::Link => "a link is not followed; put the file itself into the folder",
            Stop::Outside => "its path leads out of the archive, so it was not read",
            Stop::Depth => "archives are nested more than 4 deep; unpack the inner ones",
            Stop::Entries => "the archive has more members than are read (1,000,000)",
            Stop::Size => "a limit against hostile archives was reached: the rest was not read",
            Stop::Memory => "unpacking it needs too much memory; unpack it yourself",
            Stop::Solid => {
                "it stands too far back in a large solid archive; unpack the archive yourself"
            }
            Stop::Encrypted => "encrypted, and no password given with --password-file opens it",
            Stop::Method => "packed in a way that is not read here; unpack it yourself",
            Stop::Damaged => "the file is cut or damaged here: the rest could not be read",
            Stop::OfflineFolders => {
                "an offline folder file of Outlook (OST), not read here; export it as PST from Outlook"
            }
            Stop::SameName => "the archive holds several members of this name; one was read",
            Stop::Rights => "no right to read it; run as a user who may, or copy it",
            Stop::Gone => "it disappeared while the evidence was read",
            Stop::Changed => "it changed while it was read; run again when nothing writes to it",
            Stop::NotAFile => "neither a file nor a folder",
            Stop::System => "the system could not read it (a disk fault, perhaps)",
        }
    }

    /// The error that a reader gives.
    pub(crate) fn error(self) -> io::Error {
        io::Error::other(Stopped(self))
    }

    /// What an error of reading means.
    pub(crate) fn of(error: &io::Error) -> Stop {
        if let Some(it) = error.get_ref().and_then(|it| it.downcast_ref::<Stopped>()) {
            return it.0;
        }
        match error.kind() {
            io::ErrorKind::PermissionDenied => Stop::Rights,
            io::ErrorKind::NotFound => Stop::Gone,
            _ if error.raw_os_error().is_some() => Stop::System,
            _ => Stop::Damaged,
        }
    }
}

#[derive(Debug)]
struct Stopped(Stop);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.reason())
    }
}

impl error::Error for Stopped {}
