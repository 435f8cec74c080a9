//! The documents made from the code: `docs/tables.md` and `docs/findings.schema.json`.

use model::findings::Findings;

/// The published tables, as Markdown.
pub fn tables() -> String {
    store::tables_markdown()
}

/// The JSON Schema of `findings.json`.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Findings);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// `docs/formats.md`: every export that is read, and what it proves.
pub fn formats() -> String {
    let mut out = String::from(
        "# What is read\n\nA file is recognised by its content, never by its name: the first of these that fits reads it. Made from \
         the code by a test. What a log must hold for its silence to count stands in `knowledge/observability/`.\n\n\
         | export | kind | what a record of it proves | documented in | id |\n|---|---|---|---|---|\n",
    );
    for it in evidence::FORMATS {
        let cell = |text: &str| text.replace('|', "\\|");
        out.push_str(&format!(
            "| {} | `{}` | {} | {} | `{}` |\n",
            cell(it.name),
            it.kind.word(),
            cell(it.proves),
            cell(it.reference),
            it.id
        ));
    }
    out
}
