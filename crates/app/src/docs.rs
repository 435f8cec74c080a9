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
