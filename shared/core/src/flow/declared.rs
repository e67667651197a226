//! Inputs whose senders say of what kind they are: whether that is what the flow's input schema declares.

use serde_json::{Map, Value};

use super::{
    Schema,
    texts::{allows, property, resolve},
};

/// What a sender may call an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A string of no such format as the next two.
    Text,
    /// A string or an object of the format `file`.
    File,
    /// A string or an object of the format `image`.
    Image,
    /// A number or an integer.
    Number,
    /// True or false.
    Boolean,
    /// An object or an array.
    Json,
}

impl InputKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::File, Self::Image, Self::Number, Self::Boolean, Self::Json];

    /// As it is written: `text`, `file` and so on.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::File => "file",
            Self::Image => "image",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Json => "json",
        }
    }

    /// Whether a declaration is one of this kind. One that says nothing of it is of every kind.
    fn fits(self, declared: &Value) -> bool {
        let file = match declared.get("format").and_then(Value::as_str) {
            Some("file") => Some(Self::File),
            Some("image") => Some(Self::Image),
            _ => None,
        };
        if declared.get("type").is_none() {
            return file.is_none_or(|file| self == file);
        }
        let is_any_of = |names: &[&str]| names.iter().any(|name| allows(Some(declared), name));
        match self {
            Self::Text => file.is_none() && is_any_of(&["string"]),
            Self::File | Self::Image => file == Some(self) && is_any_of(&["string", "object"]),
            Self::Number => is_any_of(&["number", "integer"]),
            Self::Boolean => is_any_of(&["boolean"]),
            // An object in a file's place would be a file that nobody has looked at.
            Self::Json => is_any_of(&["array"]) || file.is_none() && is_any_of(&["object"]),
        }
    }
}

/// What a flow declares of its input.
#[derive(Clone, Debug)]
pub struct DeclaredInputs(Option<Schema>);

impl DeclaredInputs {
    /// Of a flow with this schema, if it has one.
    #[must_use]
    pub const fn of(schema: Option<Schema>) -> Self {
        Self(schema)
    }

    fn document(&self) -> Option<&Value> {
        self.0.as_ref().map(|schema| &*schema.document)
    }

    /// The kinds that an input may be of: all where it is not declared.
    #[must_use]
    pub fn kinds(&self, name: &str) -> Vec<InputKind> {
        let declared = self.document().and_then(|root| property(root, name));
        let fits = |kind: &InputKind| declared.is_none_or(|declared| kind.fits(declared));
        InputKind::ALL.into_iter().filter(fits).collect()
    }

    /// Whether a file is declared as its URL alone: as a string that is no object besides.
    #[must_use]
    pub fn is_url(&self, name: &str) -> bool {
        let declared = self.document().and_then(|root| property(root, name));
        allows(declared, "string") && !allows(declared, "object")
    }

    /// Whether an input may be null, whatever its kind.
    #[must_use]
    pub fn may_be_null(&self, name: &str) -> bool {
        let declared = self.document().and_then(|root| property(root, name));
        allows(declared, "null")
    }

    /// The inputs that are required and not among those given.
    pub fn missing<'s>(&'s self, given: &Map<String, Value>) -> impl Iterator<Item = &'s str> {
        let object = self.document().and_then(|root| resolve(root, root));
        let required = object.and_then(|object| object.get("required")?.as_array());
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        names.filter(|name| !given.contains_key(*name))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn declared(document: &Value) -> DeclaredInputs {
        let validator = Arc::new(jsonschema::validator_for(document).unwrap());
        DeclaredInputs::of(Some(Schema { validator, document: Arc::new(document.clone()) }))
    }

    fn words(inputs: &DeclaredInputs, name: &str) -> String {
        let kinds = inputs.kinds(name).into_iter().map(InputKind::as_str);
        kinds.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_declaration_says_of_what_kind_an_input_is() {
        for (declaration, kinds) in [
            (json!({"type": "string"}), "text"),
            (json!({"type": "string", "format": "email"}), "text"),
            (json!({"type": "string", "format": "file"}), "file"),
            (json!({"format": "image"}), "image"),
            (json!({"type": "integer"}), "number"),
            (json!({"type": "number"}), "number"),
            (json!({"type": "boolean"}), "boolean"),
            (json!({"type": "object"}), "json"),
            (json!({"type": "array"}), "json"),
            (json!({"type": ["string", "integer", "null"]}), "text number"),
            (json!({"type": ["object", "string"], "format": "file"}), "file"),
            (json!({"type": "object", "format": "file"}), "file"),
            (json!({"type": ["object", "null"], "format": "image"}), "image"),
            (json!({"type": "array", "format": "file"}), "json"),
            (json!({"type": "integer", "format": "file"}), "number"),
            (json!({"$ref": "#/$defs/count"}), "number"),
            (json!({}), "text file image number boolean json"),
        ] {
            let schema =
                json!({"properties": {"a": declaration}, "$defs": {"count": {"type": "integer"}}});
            assert_eq!(words(&declared(&schema), "a"), kinds, "{schema}");
        }
        assert_eq!(DeclaredInputs::of(None).kinds("a"), InputKind::ALL);
    }

    #[test]
    fn a_file_is_its_url_where_a_string_is_all_that_is_declared() {
        let inputs = declared(&json!({"properties": {
            "a": {"type": "string", "format": "file"},
            "b": {"type": ["string", "null"], "format": "image"},
            "c": {"type": ["string", "object"], "format": "file"},
            "d": {"type": "object", "format": "file"},
            "e": {"format": "file"},
        }}));
        let urls = ["a", "b", "c", "d", "e", "f"].map(|name| inputs.is_url(name));
        assert_eq!(urls, [true, true, false, false, false, false]);
        assert!(!DeclaredInputs::of(None).is_url("a"));
    }

    #[test]
    fn null_is_allowed_where_that_is_declared() {
        let inputs = declared(
            &json!({"properties": {"a": {"type": ["string", "null"]}, "b": {"type": "string"}}}),
        );
        assert_eq!(["a", "b", "c"].map(|name| inputs.may_be_null(name)), [true, false, false]);
    }

    #[test]
    fn what_is_required_and_not_given_is_missing() {
        let inputs = declared(
            &json!({"$ref": "#/$defs/input", "$defs": {"input": {"required": ["a", "b", "c"]}}}),
        );
        let Value::Object(given) = json!({"b": null, "x": 1}) else { unreachable!() };
        assert_eq!(inputs.missing(&given).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(DeclaredInputs::of(None).missing(&given).count(), 0);
    }
}
