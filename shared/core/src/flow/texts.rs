//! Inputs that come as texts, of a form or a query: the flow's input schema says what they are. What comes
//! as something else, a file, stays what it is.

use serde_json::{Map, Value};

use super::Schema;

/// Most references that are followed from a property to its definition.
const MAX_REFERENCES: usize = 8;

/// Named texts, and values among them, as one object. A name that repeats, or that the schema declares as an array, is an
/// array. A text that is not what is declared stays a text, for the schema to refuse. An empty text
/// where no text is allowed is null where that is, and else as good as absent, which is how forms
/// send what was left blank.
#[must_use]
pub fn typed(schema: Option<&Schema>, fields: Vec<(String, Value)>) -> Map<String, Value> {
    let document = schema.map(|schema| &*schema.document);
    let mut by_name: Map<String, Value> = Map::new();
    for (name, value) in fields {
        if let Value::Array(values) =
            by_name.entry(name).or_insert_with(|| Value::Array(Vec::new()))
        {
            values.push(value);
        }
    }
    let mut members = Map::new();
    for (name, values) in by_name {
        let Value::Array(values) = values else { continue };
        let declared = document.and_then(|root| property(root, &name));
        if let Some(value) = member(document, declared, values) {
            members.insert(name, value);
        }
    }
    members
}

fn member(root: Option<&Value>, declared: Option<&Value>, mut values: Vec<Value>) -> Option<Value> {
    if allows(declared, "array") {
        let items = declared.and_then(|declared| declared.get("items"));
        let items = root.zip(items).and_then(|(root, items)| resolve(root, items));
        return Some(values.into_iter().filter_map(|value| one(items, value)).collect());
    }
    if values.len() > 1 {
        return Some(Value::Array(values));
    }
    one(declared, values.pop()?)
}

/// One text as the type that is declared.
fn one(declared: Option<&Value>, value: Value) -> Option<Value> {
    let Value::String(text) = &value else { return Some(value) };
    let is_typed = declared.is_some_and(|declared| declared.get("type").is_some());
    if !is_typed || allows(declared, "string") {
        return Some(value);
    }
    if text.is_empty() {
        return allows(declared, "null").then_some(Value::Null);
    }
    let read = serde_json::from_str::<Value>(text).ok();
    let fits = |read: &Value| match read {
        Value::Null => allows(declared, "null"),
        Value::Bool(_) => allows(declared, "boolean"),
        // An integer of more than 64 bits would be rounded in silence.
        Value::Number(number) => {
            (allows(declared, "number") || allows(declared, "integer"))
                && (!number.is_f64() || text.contains(['.', 'e', 'E']))
        }
        Value::Object(_) => allows(declared, "object"),
        Value::String(_) | Value::Array(_) => false,
    };
    Some(read.filter(fits).unwrap_or(value))
}

/// Whether a declaration names this type.
pub(super) fn allows(declared: Option<&Value>, name: &str) -> bool {
    match declared.and_then(|declared| declared.get("type")) {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

/// What the schema declares for a property of the input.
pub(super) fn property<'s>(root: &'s Value, name: &str) -> Option<&'s Value> {
    let object = resolve(root, root)?;
    resolve(root, object.get("properties")?.get(name)?)
}

/// A declaration, wherever in the schema it is written.
pub(super) fn resolve<'s>(root: &'s Value, declared: &'s Value) -> Option<&'s Value> {
    let mut found = declared;
    for _ in 0..MAX_REFERENCES {
        let Some(reference) = found.get("$ref") else { return Some(found) };
        found = root.pointer(reference.as_str()?.strip_prefix('#')?)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn read(document: &Value, texts: &[(&str, &str)]) -> Value {
        let validator = Arc::new(jsonschema::validator_for(document).unwrap());
        let schema = Schema { validator, document: Arc::new(document.clone()) };
        let fields = texts.iter().map(|(name, text)| ((*name).to_owned(), json!(text)));
        Value::Object(typed(Some(&schema), fields.collect()))
    }

    #[test]
    fn a_text_becomes_what_the_schema_declares() {
        let schema = json!({"properties": {
            "n": {"type": "number"}, "i": {"type": "integer"}, "b": {"type": "boolean"},
            "s": {"type": "string"}, "o": {"type": "object"}, "m": {"type": ["integer", "null"]},
            "t": {"type": ["integer", "string"]}, "r": {"$ref": "#/$defs/whole"}, "x": {},
        }, "$defs": {"whole": {"type": "integer"}}});
        let cases = [
            ("n", "1.5", json!({"n": 1.5})),
            ("n", "1e3", json!({"n": 1000.0})),
            ("i", "-7", json!({"i": -7})),
            ("i", "7 apples", json!({"i": "7 apples"})),
            ("i", "99999999999999999999", json!({"i": "99999999999999999999"})),
            ("i", "\"7\"", json!({"i": "\"7\""})),
            ("b", "true", json!({"b": true})),
            ("b", "yes", json!({"b": "yes"})),
            ("s", "1", json!({"s": "1"})),
            ("s", "", json!({"s": ""})),
            ("o", r#"{"a": [1]}"#, json!({"o": {"a": [1]}})),
            ("m", "", json!({"m": null})),
            ("m", "null", json!({"m": null})),
            ("t", "1", json!({"t": "1"})),
            ("r", "1", json!({"r": 1})),
            ("x", "1", json!({"x": "1"})),
            ("undeclared", "1", json!({"undeclared": "1"})),
            ("", "1", json!({"": "1"})),
            // Left blank in a form.
            ("n", "", json!({})),
        ];
        for (name, text, expected) in cases {
            assert_eq!(read(&schema, &[(name, text)]), expected, "{name}={text}");
        }
    }

    #[test]
    fn a_name_that_repeats_is_an_array_and_so_is_one_that_is_declared_so() {
        let schema = json!({"properties": {
            "list": {"type": "array", "items": {"type": "integer"}}, "one": {"type": "integer"},
        }});
        let cases: [(&[(&str, &str)], Value); 4] = [
            (&[("list", "1"), ("a", "x"), ("list", "2")], json!({"list": [1, 2], "a": "x"})),
            (&[("list", "1")], json!({"list": [1]})),
            (&[("list", "")], json!({"list": []})),
            // For the schema to refuse.
            (&[("one", "1"), ("one", "2")], json!({"one": ["1", "2"]})),
        ];
        for (texts, expected) in cases {
            assert_eq!(read(&schema, texts), expected);
        }
    }

    #[test]
    fn what_is_no_text_stays_what_it_is() {
        let document = json!({"properties": {"list": {"type": "array"}, "n": {"type": "integer"}}});
        let validator = Arc::new(jsonschema::validator_for(&document).unwrap());
        let schema = Schema { validator, document: Arc::new(document) };
        let file = json!({"name": "a"});
        let names = ["list", "n", "two", "two"].map(|name| (name.to_owned(), file.clone()));
        let expected = json!({"list": [file], "n": file, "two": [file, file]});
        assert_eq!(Value::Object(typed(Some(&schema), names.to_vec())), expected);
    }

    #[test]
    fn a_reference_to_itself_ends() {
        let schema = json!({"properties": {"a": {"$ref": "#/properties/a"}}});
        assert_eq!(read(&schema, &[("a", "1")]), json!({"a": "1"}));
    }
}
