//! What collectors wrap around an event: Splunk and SIEMs keep its text in a field, Elastic and the
//! streaming APIs put it one level down.

use serde_json::Value;

use super::{json, ual_words};

/// An event out of its wrappers.
pub(crate) struct Peeled {
    pub(crate) event: Value,
    /// The table it belongs to, where a wrapper names one: `AdvancedHunting-EmailEvents`.
    pub(crate) table: String,
}

/// Takes an object out of everything that is wrapped around it; `None` if nothing is.
pub(crate) fn peel(value: &Value) -> Option<Peeled> {
    let mut table = String::new();
    let mut event = layer(value, &mut table)?;
    // Splunk's export of what a SIEM kept of a stream: hostile nesting ends here.
    for _ in 0..4 {
        match layer(&event, &mut table) {
            Some(inner) => event = inner,
            None => break,
        }
    }
    Some(Peeled { event, table })
}

fn layer(value: &Value, table: &mut String) -> Option<Value> {
    let fields = value.as_object()?;
    // A document of Elastic, and a result of Splunk's export.
    for key in ["_source", "result"] {
        if let Some(inner) = fields.get(key).filter(|it| it.is_object())
            && (key == "_source" || inner.get("_raw").is_some())
        {
            return Some(inner.clone());
        }
    }
    let category = json::text(value, &["category"]);
    if let Some(inner) = fields.get("properties").filter(|it| it.is_object())
        && category.starts_with("AdvancedHunting-")
    {
        *table = category;
        return Some(inner.clone());
    }
    let original = value.pointer("/event/original");
    let texts = ["_raw", "raw", "event.original", "message", "full_message"];
    texts.iter().filter_map(|it| fields.get(*it)).chain(original).find_map(|field| {
        // JSON only: a message in words is no event.
        let text = field.as_str().filter(|it| it.contains('{'))?;
        ual_words::parse(text).ok().filter(Value::is_object)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_come_out_of_every_wrapper() {
        let event = json!({"Id": "a"});
        let text = event.to_string();
        let stream =
            json!({"time": "t", "category": "AdvancedHunting-CloudAppEvents", "properties": event});
        for wrapped in [
            json!({"_raw": text}),
            json!({"preview": false, "result": {"_raw": text, "_time": "x"}}),
            json!({"source": "x", "raw": text}),
            json!({"_index": "i", "_source": event}),
            json!({"@timestamp": "t", "event": {"original": text}}),
            stream.clone(),
            json!({"message": stream.to_string()}),
        ] {
            assert_eq!(peel(&wrapped).unwrap().event, event, "{wrapped}");
        }
        assert_eq!(peel(&stream).unwrap().table, "AdvancedHunting-CloudAppEvents");
    }

    #[test]
    fn what_is_not_wrapped_stays() {
        for plain in [
            json!({"Id": "a", "message": "hello {you}"}),
            json!({"category": "SignInLogs", "properties": {}}),
            json!({"result": "success"}),
            json!([]),
        ] {
            assert!(peel(&plain).is_none(), "{plain}");
        }
        let mut deep = json!({"Id": 1});
        for _ in 0..20 {
            deep = json!({"_source": deep});
        }
        assert!(peel(&deep).is_some());
    }
}
