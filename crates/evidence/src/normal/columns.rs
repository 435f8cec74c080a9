//! The columns of a table by name, read by position: a name may occur twice.

use serde_json::{Map, Value};

use super::name;

/// The header of a table, its names in normal form (see [`name::header`]).
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    names: Vec<String>,
}

impl Columns {
    /// Takes the header cells.
    pub(crate) fn new<T: AsRef<str>>(header: &[T]) -> Columns {
        Columns { names: header.iter().map(|it| name::header(it.as_ref())).collect() }
    }

    /// Tells whether a column of this name (lower case) exists.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.names.iter().any(|it| it == column)
    }

    /// Tells whether all of these columns exist.
    pub(crate) fn has_all(&self, columns: &[&str]) -> bool {
        columns.iter().all(|it| self.has(it))
    }

    /// Tells whether one of these columns exists.
    pub(crate) fn has_any(&self, columns: &[&str]) -> bool {
        columns.iter().any(|it| self.has(it))
    }

    /// Returns the position of the first column that bears one of these names, the names tried in
    /// order.
    pub(crate) fn at(&self, columns: &[&str]) -> Option<usize> {
        columns.iter().find_map(|column| self.names.iter().position(|it| it == column))
    }

    /// Returns the positions of every column that bears this name.
    pub(crate) fn all(&self, column: &str) -> Vec<usize> {
        self.names.iter().enumerate().filter(|(_, it)| *it == column).map(|(at, _)| at).collect()
    }

    /// Returns the names in normal form.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the row as a JSON object for keys: a name that occurs twice is numbered, a cell
    /// beyond the header bears its number.
    pub(crate) fn value(&self, cells: &[&str]) -> Value {
        let mut out = Map::new();
        for (at, cell) in cells.iter().enumerate() {
            let name = self.names.get(at).map_or("", String::as_str);
            let name = if name.is_empty() || out.contains_key(name) {
                format!("{name}#{at}")
            } else {
                name.to_owned()
            };
            out.insert(name, Value::String((*cell).to_owned()));
        }
        Value::Object(out)
    }
}

/// Returns the trimmed cell at a position; empty if there is none.
pub(crate) fn cell<'a>(cells: &[&'a str], at: Option<usize>) -> &'a str {
    at.and_then(|it| cells.get(it)).map_or("", |it| it.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_occurs_twice_is_read_by_position() {
        let columns = Columns::new(&["Incoming token type", "X ", "\"Incoming token type\""]);
        assert_eq!(columns.all("incoming token type"), [0, 2]);
        assert_eq!(columns.at(&["y", "x"]), Some(1));
        let value = columns.value(&["a", "b", "c", "d"]);
        assert_eq!(
            value.to_string(),
            r##"{"#3":"d","incoming token type":"a","incoming token type#2":"c","x":"b"}"##
        );
        assert_eq!(cell(&["a"], Some(3)), "");
    }
}
