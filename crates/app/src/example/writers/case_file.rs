use std::fmt::Write;

use super::super::Scenario;
use super::super::clock::iso;
use super::super::people::VICTIM;
use super::super::sim::Sim;
use super::Export;

/// `konseki.toml`: what the organisation states.
pub(super) fn write(sim: &Sim, out: &mut Export) {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = head(sim, &mut text);
    let _ = contained(sim, &mut text);
    let _ = lists(out, &mut text);
    let _ = sources(sim, out, &mut text);
    text.push_str("\n[inventory]\naccounts = \"inventory/*.csv\"\n");
    let _ = systems(sim, &mut text);
    out.file("konseki.toml", text.into_bytes());
}

/// The day each organisation knew, and why.
fn knowledge(scenario: Scenario) -> Option<(&'static str, &'static str)> {
    match scenario {
        Scenario::Founding => Some(("2025-10-29", "大量のメール送信に気付いた日")),
        Scenario::TokenReplay => Some(("2025-06-17", "見覚えのない受信トレイルールに気付いた日")),
        Scenario::InternalSpread => Some(("2025-03-19", "a partner asked about a mail")),
        Scenario::CleanSpray => None,
    }
}

fn head(sim: &Sim, text: &mut String) -> std::fmt::Result {
    let set = &sim.setting;
    let (language, law) = if set.ja { ("ja", "\"jp\"") } else { ("en", "") };
    writeln!(text, "[case]\nname = \"{}\"\ntimezone = \"{}\"", set.case_name, set.zone)?;
    writeln!(text, "language = \"{language}\"")?;
    if set.scenario == Scenario::CleanSpray {
        writeln!(text, "from = \"2025-07-14\"\nto = \"2025-08-06\"")?;
    }
    writeln!(text, "\n[[organisation]]\nname = \"{}\"", set.organisation)?;
    writeln!(text, "domains = [\"{}\"]\njurisdictions = [{law}]", set.domain)?;
    if matches!(set.scenario, Scenario::Founding | Scenario::InternalSpread) {
        writeln!(text, "lists = [\"lists/*\"]")?;
    }
    if let Some((day, basis)) = knowledge(set.scenario) {
        writeln!(text, "knowledge = [{{ at = \"{day}\", basis = \"{basis}\" }}]")?;
    }
    Ok(())
}

fn author(sim: &Sim) -> &'static str {
    if sim.setting.ja { "情報システム担当" } else { "IT support" }
}

fn contained(sim: &Sim, text: &mut String) -> std::fmt::Result {
    for (who, at, acts) in &sim.contained {
        let what: Vec<String> = acts
            .iter()
            .map(|act| if *act == "forwarding_removed" { "rule_removed" } else { *act })
            .filter(|act| *act != "method_removed")
            .map(|act| format!("\"{act}\""))
            .collect();
        writeln!(text, "\n[[containment]]\naccount = \"{}\"", sim.people[*who].upn)?;
        writeln!(text, "at = \"{}\"\nwhat = [{}]", iso(*at), what.join(", "))?;
        writeln!(text, "stated_by = \"{}\"", author(sim))?;
    }
    Ok(())
}

fn lists(out: &Export, text: &mut String) -> std::fmt::Result {
    for list in &out.lists {
        writeln!(text, "\n[[list]]\npath = \"{}\"\nname = \"{}\"", list.path, list.name)?;
    }
    Ok(())
}

fn sources(sim: &Sim, out: &Export, text: &mut String) -> std::fmt::Result {
    for source in &out.declared {
        writeln!(text, "\n[[source]]\npath = \"{}\"", source.glob)?;
        if let Some(account) = &source.snapshot {
            writeln!(text, "collected_at = \"{}\"", iso(sim.setting.copied))?;
            writeln!(text, "accounts = [\"{account}\"]\nfolders = \"all\"\nsnapshot = true")?;
            writeln!(text, "tool = \"{}\"\nstated_by = \"{}\"", source.tool, author(sim))?;
            continue;
        }
        writeln!(text, "from = \"{}\"\nto = \"{}\"", iso(source.span.0), iso(source.span.1))?;
        writeln!(text, "collected_at = \"{}\"", iso(sim.setting.collected))?;
        writeln!(text, "accounts = \"all\"\noperations = \"all\"\ntool = \"{}\"", source.tool)?;
        if source.high_completeness {
            writeln!(text, "high_completeness = true")?;
        }
        writeln!(text, "stated_by = \"{}\"", author(sim))?;
    }
    Ok(())
}

/// What the report must speak about outside Microsoft 365: the border and the database by their logs,
/// the application by an expert's word, the PC by nothing that was handed over.
fn systems(sim: &Sim, text: &mut String) -> std::fmt::Result {
    if sim.setting.scenario != Scenario::Founding {
        return Ok(());
    }
    let pc = &sim.people[VICTIM].desktop.name;
    let more = "addresses = [\"10.0.3.20\"]";
    let all = [
        (pc.as_str(), "endpoint", "endpoint/*.evtx", ""),
        ("業務基幹システム", "application", "core/*.log", ""),
        ("データベースサーバー", "database", "systems/postgres.csv", more),
        ("内部ネットワーク", "network", "systems/firewall.log", "remote_access = false"),
    ];
    for (name, kind, evidence, more) in all {
        writeln!(text, "\n[[system]]\nname = \"{name}\"\nkind = \"{kind}\"")?;
        writeln!(text, "evidence = [\"{evidence}\"]")?;
        if !more.is_empty() {
            writeln!(text, "{more}")?;
        }
    }
    writeln!(text, "\n[[statement]]\nabout = \"system:業務基幹システム\"\nsays = \"no_trace\"")?;
    writeln!(text, "text = \"{EXPERT}\"")?;
    writeln!(text, "by = \"株式会社例示フォレンジック調査室\"\nat = \"2025-11-11\"")
}

/// What the forensic firm wrote of the application.
const EXPERT: &str = "業務基幹システムのサーバーとその操作ログを保全し、解析した結果、\
    当該アカウントおよび侵入者の接続元からのログイン、不審なデータの閲覧・出力を示す痕跡は確認されませんでした。";
