//! Running the program as a user does.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use serde_json::Value;

/// What a run said.
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs konseki in a folder.
pub(crate) fn konseki(folder: &Path, args: &[&str]) -> Said {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_konseki"))
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    Said {
        status: status.code().unwrap_or(-1),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

/// Investigates a folder into `case` beside it and returns the findings.
pub(crate) fn findings(folder: &Path, evidence: &str, case: &str, more: &[&str]) -> Value {
    let mut args = vec!["investigate", evidence, "--out", case, "-q"];
    args.extend(more);
    let said = konseki(folder, &args);
    assert!(said.status <= 1, "{}\n{}", said.out, said.err);
    read(&folder.join(case))
}

/// Reads the findings of a case folder.
pub(crate) fn read(case: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(case.join("findings.json")).unwrap()).unwrap()
}

/// One simulated incident, made and investigated once for all tests that only look.
pub(crate) struct Looked {
    pub(crate) folder: PathBuf,
    pub(crate) findings: Value,
    pub(crate) truth: app::example::Truth,
    _dir: tempfile::TempDir,
}

/// A founding incident small enough for many tests.
pub(crate) fn small() -> &'static Looked {
    static IT: OnceLock<Looked> = OnceLock::new();
    IT.get_or_init(|| {
        looked(&app::example::Options {
            messages: 420,
            accounts: 14,
            ..app::example::Options::default()
        })
    })
}

/// Simulates and investigates.
pub(crate) fn looked(options: &app::example::Options) -> Looked {
    let dir = tempfile::tempdir().unwrap();
    let world = app::example::simulate(options).unwrap();
    world.write(&dir.path().join("in")).unwrap();
    let findings = findings(dir.path(), "in", "case", &[]);
    Looked { folder: dir.path().to_owned(), findings, truth: world.truth, _dir: dir }
}

/// A golden case: its evidence and truth as stored in `cases/`.
pub(crate) fn golden(name: &str) -> Looked {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases").join(name);
    let scenario = app::example::Scenario::named(name).unwrap();
    let world = app::example::simulate(&app::example::Options::of(scenario)).unwrap();
    if std::env::var_os("KONSEKI_WRITE_CASES").is_some() {
        let _ = std::fs::remove_dir_all(&stored);
        world.write(&stored.join("in")).unwrap();
        let truth = serde_json::to_string_pretty(&world.truth).unwrap();
        std::fs::write(stored.join("truth.json"), truth).unwrap();
    }
    let text = std::fs::read_to_string(stored.join("truth.json")).unwrap();
    let truth: app::example::Truth = serde_json::from_str(&text).unwrap();
    assert!(
        truth == world.truth,
        "cases/{name} is stale; KONSEKI_WRITE_CASES=1 cargo test cases writes it"
    );
    let dir = tempfile::tempdir().unwrap();
    let evidence = stored.join("in");
    let findings = findings(dir.path(), evidence.to_str().unwrap(), "case", &[]);
    Looked { folder: dir.path().to_owned(), findings, truth, _dir: dir }
}
