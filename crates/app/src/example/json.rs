/// JSON with the keys in the order given, as Microsoft's services write them.
///
/// `serde_json` keeps or sorts keys by a feature that any crate of the build may switch on; the
/// example's bytes must not depend on that.
#[derive(Clone, Debug)]
pub(crate) enum J {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    /// Already written JSON.
    Raw(String),
    List(Vec<J>),
    Object(Fields),
}

/// The fields of one object.
pub(crate) type Fields = Vec<(&'static str, J)>;

/// A text value.
pub(crate) fn s(text: impl Into<String>) -> J {
    J::Text(text.into())
}

/// An integer value.
pub(crate) fn n(value: impl Into<i64>) -> J {
    J::Int(value.into())
}

/// A list of `{"Name":…,"Value":…}`.
pub(crate) fn bag(pairs: &[(&'static str, &str)]) -> J {
    J::List(pairs.iter().map(|(k, v)| J::Object(vec![("Name", s(*k)), ("Value", s(*v))])).collect())
}

impl J {
    pub(crate) fn render(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Text(text) => quote(text, out),
            Self::Raw(text) => out.push_str(text),
            Self::List(list) => {
                out.push('[');
                for (i, value) in list.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (i, (key, value)) in fields.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    quote(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
