use std::path::PathBuf;

/// Where a store lives and how much of the machine it may take.
#[derive(Clone, Debug)]
pub struct Options {
    /// The case folder.
    pub folder: PathBuf,
    /// Bytes the engine may hold before it spills into the case folder.
    pub memory: usize,
    /// Threads the engine may use; at least 1.
    pub threads: usize,
}
