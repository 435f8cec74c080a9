//! The whole program on one page: evidence → rows → sessions → verdicts → findings → documents.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use anyhow::{Context as _, Result};
use decide::network::Place;
use evidence::{FindOptions, Inspection, Passwords, Source};
use model::{Case, Decision, Kind, findings::Findings};
use store::Store;

use crate::{
    assemble::{self, Parts},
    case_file,
    case_folder::CaseFolder,
    decisions,
    error::wrong_use,
    geo, judging, knowledge,
    manifest::{self, Asked, Hashed, Manifest},
    platform,
    progress::Progress,
    publish,
    reading::{self, Read},
};

/// Memory the engine may use; beyond it spills into the case folder.
pub(crate) const MEMORY: usize = 1 << 30;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Folders and files of evidence.
    pub evidence: Vec<PathBuf>,
    /// The case file; `konseki.toml` at the top of the first folder where none is given.
    pub case_file: Option<PathBuf>,
    /// The case folder.
    pub out: PathBuf,
    /// Language of the screen.
    pub language: Option<String>,
    /// Zone of calendar days.
    pub timezone: Option<String>,
    /// Folder of `.mmdb` files.
    pub geo: Option<PathBuf>,
    /// File with a password of encrypted archives a line.
    pub password_file: Option<PathBuf>,
}

/// The answer.
pub struct Answer {
    /// What was found.
    pub findings: Findings,
    /// Keys of the case file that nobody reads.
    pub unread: Vec<String>,
    /// Files that are evidence; none means an empty folder.
    pub files: usize,
}

/// Investigates: the result equals one clean run, whatever the case folder held before.
pub fn investigate(
    request: &Request,
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> Result<Answer> {
    run(request, None, progress, cancelled)
}

/// What would be found if this were decided too; nothing is recorded and nothing is written.
pub fn preview(request: &Request, decision: Decision, cancelled: &AtomicBool) -> Result<Findings> {
    Ok(run(request, Some(decision), &crate::progress::Silent, cancelled)?.findings)
}

fn run(
    request: &Request,
    supposed: Option<Decision>,
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> Result<Answer> {
    for path in &request.evidence {
        if !path.exists() {
            return Err(wrong_use(format!("{}: no such file or folder", path.display())));
        }
    }
    let folder = CaseFolder::open(&request.out)?;
    let before = manifest::read(folder.path()).ok();
    let all_decisions = decisions::read(folder.path())?;
    let (mut files, troubles) = find(request, folder.path(), progress, cancelled)?;
    let stated = stated(request, &mut files)?;
    let geo = geo::Databases::open(request.geo.as_deref())?;

    let mut store = open_store(folder.path())?;
    let read = reading::read(&mut store, files, troubles, &stated.case, progress, cancelled)?;
    reading::stop_if(cancelled)?;
    progress.stage("judge", 0);
    let mut in_force = decisions::in_force(&all_decisions);
    let writes = supposed.is_none();
    in_force.extend(supposed);
    let places = places(&mut store, &geo)?;
    let judgement =
        judging::judge(&mut store, &read, &stated.case, &in_force, &places, &stated.zone)?;
    let parts = Parts {
        read: &read,
        case: &stated.case,
        decisions: &in_force,
        judgement: &judgement,
        zone_name: &stated.zone,
        language: &stated.language,
        knowledge: knowledge::hash(&geo),
        gone: gone(before.as_ref(), &read),
    };
    let (mut findings, revealed) = assemble::findings(&mut store, &parts)?;
    report::translate(&mut findings);
    reading::stop_if(cancelled)?;
    progress.stage("write", 0);
    if writes {
        publish::write(&folder, &mut store, &parts, &findings, &revealed)?;
        manifest::write(&folder, manifest_of(request, &parts))?;
    }
    progress.done();
    let files = read.files.iter().filter(|it| it.inspection.kind != Kind::CaseFile).count();
    Ok(Answer { findings, unread: stated.unread, files })
}

/// Opens the engine of a case folder.
pub(crate) fn open_store(folder: &Path) -> Result<Store> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Store::open(store::Options { folder: folder.to_owned(), memory: MEMORY, threads })
}

fn find(
    request: &Request,
    folder: &Path,
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> Result<reading::Found> {
    let mut excluded = vec![folder.to_owned()];
    // A case file given with --case is no evidence, wherever it lies.
    excluded.extend(request.case_file.clone());
    // Neither are the passwords.
    excluded.extend(request.password_file.clone());
    let passwords = passwords(request.password_file.as_deref())?;
    reading::find(&request.evidence, &FindOptions { excluded, passwords }, progress, cancelled)
}

/// Reads the passwords of encrypted archives, one a line.
pub(crate) fn passwords(path: Option<&Path>) -> Result<Passwords> {
    let Some(path) = path else { return Ok(Passwords::default()) };
    let bytes = std::fs::read(path).map_err(|error| {
        wrong_use(format!("{}: cannot read the password file: {error}", path.display()))
    })?;
    let text = evidence::decoded(&bytes);
    let passwords = Passwords::of_lines(&text);
    if passwords.is_empty() {
        return Err(wrong_use(format!(
            "{}: no password in it; expected one a line",
            path.display()
        )));
    }
    Ok(passwords)
}

/// What the case file states, and the language and zone of the answer.
struct Stated {
    case: Case,
    zone: String,
    language: String,
    unread: Vec<String>,
}

fn stated(request: &Request, files: &mut [(Source, Inspection)]) -> Result<Stated> {
    let top = request.evidence.first().map(|it| it.join("konseki.toml")).filter(|it| it.is_file());
    let path = request.case_file.clone().or(top);
    let text = match &path {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            wrong_use(format!("{}: cannot read the case file: {error}", path.display()))
        })?),
        None => None,
    };
    mark_case_files(path.as_deref(), files);
    let japanese = files.iter().any(|(_, it)| it.kana);
    let zone = text
        .as_deref()
        .and_then(case_file::stated_zone)
        .or_else(|| request.timezone.clone())
        .unwrap_or_else(|| if japanese { "Asia/Tokyo" } else { "UTC" }.to_owned());
    for name in request.timezone.iter().chain([&zone]) {
        if jiff::tz::TimeZone::get(name).is_err() {
            return Err(wrong_use(format!(
                "{name:?} is no time zone; expected a name such as Asia/Tokyo"
            )));
        }
    }
    let (case, unread) = match (&path, &text) {
        (Some(path), Some(text)) => {
            let it = case_file::parse(text, &path.display().to_string(), &zone)?;
            (it.case, it.unread)
        }
        _ => (Case::default(), Vec::new()),
    };
    let default = if japanese { "ja" } else { "en" }.to_owned();
    let language = Some(case.language.clone())
        .filter(|it| !it.is_empty())
        .or_else(|| request.language.clone())
        .unwrap_or(default);
    Ok(Stated { case, zone, language, unread })
}

/// The case file is no evidence; a copy elsewhere is, with a warning.
fn mark_case_files(path: Option<&Path>, files: &mut [(Source, Inspection)]) {
    let path = path.and_then(|it| std::fs::canonicalize(it).ok());
    for (source, inspection) in files {
        let same = path.as_deref() == Some(source.on_disk());
        if same && !source.path.contains("!/") {
            inspection.kind = Kind::CaseFile;
            inspection.format = None;
        } else if inspection.kind == Kind::CaseFile {
            inspection.stopped = Some(("case_file_in_evidence".to_owned(), String::new()));
        }
    }
}

fn places(store: &mut Store, geo: &geo::Databases) -> Result<BTreeMap<String, Place>> {
    if geo.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut found = BTreeMap::new();
    for context in store.contexts()? {
        if !context.ip.is_empty() && !found.contains_key(&context.ip) {
            found.extend(geo.place(&context.ip).map(|it| (context.ip.clone(), it)));
        }
    }
    Ok(found)
}

fn gone(before: Option<&Manifest>, read: &Read) -> Vec<String> {
    let there: BTreeSet<&str> = read.files.iter().map(|it| it.source.path.as_str()).collect();
    let all = before.into_iter().flat_map(|it| &it.evidence).map(|it| it.path.clone());
    all.filter(|path| !there.contains(path.as_str())).collect()
}

fn manifest_of(request: &Request, parts: &Parts<'_>) -> Manifest {
    let absolute = |path: &Path| {
        platform::shown(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    };
    let hashed = parts.read.files.iter().map(|it| Hashed {
        path: it.source.path.clone(),
        sha256: it.inspection.sha256.clone(),
        bytes: it.inspection.bytes,
    });
    Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        knowledge: parts.knowledge.clone(),
        asked: Asked {
            evidence: request.evidence.iter().map(|it| absolute(it)).collect(),
            case_file: request.case_file.as_deref().map(absolute),
            language: request.language.clone(),
            timezone: request.timezone.clone(),
            geo: request.geo.as_deref().map(absolute),
            password_file: request.password_file.as_deref().map(absolute),
        },
        evidence: hashed.collect(),
        ..Manifest::default()
    }
}

/// The run that made a case folder, to be made again with the decisions of today.
pub fn again(folder: &Path) -> Result<Request> {
    let asked = manifest::read(folder)?.asked;
    let request = Request {
        evidence: asked.evidence.iter().map(PathBuf::from).collect(),
        case_file: asked.case_file.map(PathBuf::from),
        out: folder.to_owned(),
        language: asked.language,
        timezone: asked.timezone,
        geo: asked.geo.map(PathBuf::from),
        password_file: asked.password_file.map(PathBuf::from),
    };
    for path in &request.evidence {
        std::fs::metadata(path).with_context(|| {
            format!("the evidence of this case is no longer at {}; bring it back, or run `konseki investigate` anew", path.display())
        })?;
    }
    Ok(request)
}

/// Reads the findings of a case folder.
pub fn findings_of(folder: &Path) -> Result<Findings> {
    manifest::read(folder)?;
    let path = folder.join(publish::FINDINGS);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}

/// Decisions in force of a case folder.
pub fn decisions_of(folder: &Path) -> Result<Vec<Decision>> {
    Ok(decisions::in_force(&decisions::read(folder)?))
}
