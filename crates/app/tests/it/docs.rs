//! What is published about the project is made from its code.

use std::{fs, path::Path};

fn same(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("KONSEKI_WRITE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, made).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        there == made,
        "docs/{name} is not what the code says; KONSEKI_WRITE_DOCS=1 cargo test docs writes it"
    );
}

#[test]
fn the_tables_are_documented_as_they_are() {
    same("tables.md", &app::docs::tables());
}

#[test]
fn the_schema_is_that_of_the_types() {
    same("findings.schema.json", &app::docs::schema());
}

#[test]
fn the_formats_are_documented_as_they_are() {
    same("formats.md", &app::docs::formats());
}
