//! JSON as it stands in a text: strings borrowed from it, the fields of an object in order of their
//! keys. Audit logs are read through it, for building maps of copied strings takes longer than all
//! the rest of the reading.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

/// What a value is, in either form.
pub(crate) enum Node<'n, J> {
    Null,
    Bool(bool),
    Number(&'n Number),
    Text(&'n str),
    List(&'n [J]),
    Object,
}

/// A JSON value that can be looked into: [`Value`], or a [`Tree`].
pub(crate) trait Json: Sized {
    fn node(&self) -> Node<'_, Self>;

    /// The field of an object.
    fn get(&self, key: &str) -> Option<&Self>;

    /// The fields of an object in order of their keys.
    fn fields(&self) -> Vec<(&str, &Self)>;

    fn list(&self) -> Option<&[Self]> {
        match self.node() {
            Node::List(list) => Some(list),
            _ => None,
        }
    }

    fn str(&self) -> Option<&str> {
        match self.node() {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    fn float(&self) -> Option<f64> {
        match self.node() {
            Node::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    fn is_bag(&self) -> bool {
        matches!(self.node(), Node::Object)
    }

    /// A scalar as trimmed text; empty for null, objects and arrays.
    fn scalar(&self) -> String {
        match self.node() {
            Node::Text(text) => text.trim().to_owned(),
            Node::Number(number) => number.to_string(),
            Node::Bool(it) => it.to_string(),
            Node::Null | Node::List(_) | Node::Object => String::new(),
        }
    }
}

impl Json for Value {
    fn node(&self) -> Node<'_, Value> {
        match self {
            Value::Null => Node::Null,
            Value::Bool(it) => Node::Bool(*it),
            Value::Number(it) => Node::Number(it),
            Value::String(it) => Node::Text(it),
            Value::Array(it) => Node::List(it),
            Value::Object(_) => Node::Object,
        }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    fn fields(&self) -> Vec<(&str, &Value)> {
        let fields = self.as_object().into_iter().flatten();
        let mut fields: Vec<(&str, &Value)> = fields.map(|it| (it.0.as_str(), it.1)).collect();
        // The map may keep the order of the text.
        if !fields.is_sorted_by_key(|it| it.0) {
            fields.sort_unstable_by_key(|it| it.0);
        }
        fields
    }
}

/// A JSON value whose strings stand in the text where they can.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree<'t> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'t, str>),
    List(Vec<Tree<'t>>),
    Object(Fields<'t>),
}

/// Fields of an object in order of their keys, each once: the last one said, as JSON readers have it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fields<'t>(Vec<(Cow<'t, str>, Tree<'t>)>);

impl<'t> Fields<'t> {
    fn new(mut fields: Vec<(Cow<'t, str>, Tree<'t>)>) -> Fields<'t> {
        if !fields.is_sorted_by(|a, b| a.0 < b.0) {
            // Of fields of one key the last is to be found first.
            fields.reverse();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            fields.dedup_by(|a, b| a.0 == b.0);
        }
        Fields(fields)
    }

    fn at(&self, key: &str) -> Option<usize> {
        self.0.binary_search_by(|it| it.0.as_ref().cmp(key)).ok()
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Tree<'t>> {
        let at = self.at(key)?;
        self.0.get_mut(at).map(|it| &mut it.1)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Tree<'t>> {
        self.0.iter_mut().map(|it| &mut it.1)
    }

    /// Whether a key is there, whatever its case.
    pub(crate) fn has_word(&self, key: &str) -> bool {
        self.0.iter().any(|it| it.0.eq_ignore_ascii_case(key))
    }
}

impl<'t> Json for Tree<'t> {
    fn node(&self) -> Node<'_, Tree<'t>> {
        match self {
            Tree::Null => Node::Null,
            Tree::Bool(it) => Node::Bool(*it),
            Tree::Number(it) => Node::Number(it),
            Tree::Text(it) => Node::Text(it),
            Tree::List(it) => Node::List(it),
            Tree::Object(_) => Node::Object,
        }
    }

    fn get(&self, key: &str) -> Option<&Tree<'t>> {
        match self {
            Tree::Object(fields) => fields.at(key).map(|at| &fields.0[at].1),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&str, &Tree<'t>)> {
        match self {
            Tree::Object(fields) => fields.0.iter().map(|it| (it.0.as_ref(), &it.1)).collect(),
            _ => Vec::new(),
        }
    }
}

impl From<Value> for Tree<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Tree::Null,
            Value::Bool(it) => Tree::Bool(it),
            Value::Number(it) => Tree::Number(it),
            Value::String(it) => Tree::Text(Cow::Owned(it)),
            Value::Array(it) => Tree::List(it.into_iter().map(Tree::from).collect()),
            Value::Object(it) => {
                let fields = it.into_iter().map(|(key, it)| (Cow::Owned(key), Tree::from(it)));
                Tree::Object(Fields::new(fields.collect()))
            }
        }
    }
}

impl From<&Tree<'_>> for Value {
    fn from(tree: &Tree<'_>) -> Value {
        match tree {
            Tree::Null => Value::Null,
            Tree::Bool(it) => Value::Bool(*it),
            Tree::Number(it) => Value::Number(it.clone()),
            Tree::Text(it) => Value::String(it.clone().into_owned()),
            Tree::List(it) => Value::Array(it.iter().map(Value::from).collect()),
            Tree::Object(it) => Value::Object(
                it.0.iter().map(|(key, it)| (key.clone().into_owned(), it.into())).collect(),
            ),
        }
    }
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'t>(#[serde(borrow)] Cow<'t, str>);

impl<'t> Deserialize<'t> for Tree<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Tree<'t>, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'t> Visitor<'t> for Reader {
    type Value = Tree<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree<'t>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<Tree<'t>, E> {
        Ok(Tree::Bool(it))
    }

    fn visit_i64<E: Error>(self, it: i64) -> Result<Tree<'t>, E> {
        Ok(Tree::Number(it.into()))
    }

    fn visit_u64<E: Error>(self, it: u64) -> Result<Tree<'t>, E> {
        Ok(Tree::Number(it.into()))
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Tree<'t>, E> {
        Ok(Number::from_f64(it).map_or(Tree::Null, Tree::Number))
    }

    fn visit_borrowed_str<E: Error>(self, it: &'t str) -> Result<Tree<'t>, E> {
        Ok(Tree::Text(Cow::Borrowed(it)))
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<Tree<'t>, E> {
        Ok(Tree::Text(Cow::Owned(it.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<Tree<'t>, A::Error> {
        let mut list = Vec::new();
        while let Some(it) = items.next_element()? {
            list.push(it);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'t>>(self, mut entries: A) -> Result<Tree<'t>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Key(key), it)) = entries.next_entry()? {
            fields.push((key, it));
        }
        Ok(Tree::Object(Fields::new(fields)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_said_twice_counts_as_last_said() {
        for text in
            [r#"{"b":1,"a":2,"b":3}"#, r#"{"a":1,"a":[2,{"é\n":null}]}"#, r#"[1.50,-3,true]"#]
        {
            let tree: Tree<'_> = serde_json::from_str(text).unwrap();
            assert_eq!(Value::from(&tree), serde_json::from_str::<Value>(text).unwrap());
        }
        let tree: Tree<'_> = serde_json::from_str(r#"{"b":1,"a":"x","b":3}"#).unwrap();
        assert_eq!(tree.get("b").and_then(Json::float), Some(3.0));
        assert_eq!(tree.get("a").and_then(Json::str), Some("x"));
        assert!(tree.get("c").is_none());
    }

    proptest! {
        /// Both readers take and refuse the same texts, and find the same in them.
        #[test]
        fn reads_as_the_other_reader(text in r#"[\[\]{}",:0-9a-e\\ .-]{0,40}"#) {
            let tree = serde_json::from_str::<Tree<'_>>(&text).ok().map(|it| Value::from(&it));
            prop_assert_eq!(tree, serde_json::from_str::<Value>(&text).ok());
        }
    }
}
