//! Inputs that are what the flow declares, but for their files, which are still to be had.

use serde_json::{Map, Value, json};

use super::{
    Error,
    file::{self, Complaint, FileRules},
    input::{Faults, Input, should_be},
};
use crate::{
    model::{Timestamp, Trigger},
    runs::{Attached, Attachments, DeclaredInputs, Idempotency, InputKind, WantedFile},
};

/// The inputs of a start.
pub struct TypedInputs {
    /// As they came.
    members: Map<String, Value>,
    files: Vec<FileInput>,
    /// What the URLs of files begin with.
    base: String,
}

/// An input that is a file.
struct FileInput {
    /// Its place among the inputs.
    index: usize,
    name: String,
    wanted: WantedFile,
    /// Whether the flow gets its URL alone.
    is_url: bool,
}

impl TypedInputs {
    pub(super) fn of(
        inputs: Vec<Input>,
        declared: &DeclaredInputs,
        FileRules { base, fetches }: FileRules<'_>,
    ) -> Result<Self, Error> {
        let mut faults = Faults::default();
        let (mut members, mut files) = (Map::new(), Vec::new());
        for (index, Input { name, kind, value }) in inputs.into_iter().enumerate() {
            let place = |member: &'static str| move || json!(["body", "inputs", index, member]);
            let kinds = declared.kinds(&name);
            if !kinds.contains(&kind) {
                faults.add("enum", place("type"), &should_be(&kinds), &json!(kind.as_str()));
            } else if !(value.is_null() && declared.may_be_null(&name)) {
                match read(kind, &value, fetches) {
                    Ok(None) => {}
                    Ok(Some(wanted)) => {
                        let is_url = declared.is_url(&name);
                        files.push(FileInput { index, name: name.clone(), wanted, is_url });
                    }
                    Err((fault, message)) => faults.add(fault, place("value"), message, &value),
                }
            }
            members.insert(name, value);
        }
        for name in declared.missing(&members) {
            let place = || json!(["body", "inputs", name]);
            faults.add("missing", place, "Field required", &Value::Null);
        }
        if let Some((kind, message)) = file::check_together(files.iter().map(|it| &it.wanted)) {
            faults.add(kind, || json!(["body", "inputs"]), message, &Value::Null);
        }
        faults.none_or(Self { members, files, base: base.to_owned() })
    }

    /// All that must be equal for a repeat. What is fetched may be another file then, so it plays no part.
    pub(super) fn said(&self) -> String {
        let mut text = json!(self.members).to_string();
        for FileInput { name, .. } in &self.files {
            // The same text, as a text, is another input.
            text.extend(["\n", &json!(name).to_string()]);
        }
        text
    }

    /// The files among them, of a start of this trigger.
    #[must_use]
    pub fn attachments<'s>(
        &'s self,
        trigger: &'s Trigger,
        idempotency: Option<&'s Idempotency>,
        run_at: Option<Timestamp>,
    ) -> Attachments<'s> {
        let files = self.files.iter().map(|file| &file.wanted).collect();
        Attachments { trigger, idempotency, run_at, files }
    }

    /// The flow's input.
    ///
    /// # Errors
    /// 422 with the place of every file that was refused.
    pub fn with(self, attached: Attached) -> Result<Value, Error> {
        let Self { mut members, files, base } = self;
        match attached {
            Attached::Repeated(input) => return Ok(input),
            Attached::Files(taken) => {
                for (FileInput { name, is_url, .. }, taken) in files.into_iter().zip(taken) {
                    members.insert(name, file::told(&base, &taken, is_url));
                }
            }
            Attached::Refused(refused) => {
                let mut faults = Faults::default();
                for (place, refusal) in refused {
                    let Some(FileInput { index, name, .. }) = files.get(place) else { continue };
                    let given = members.get(name).unwrap_or(&Value::Null);
                    let place = || json!(["body", "inputs", index, "value"]);
                    faults.add("value_error", place, &file::refused(refusal), given);
                }
                faults.none_or(())?;
            }
        }
        Ok(Value::Object(members))
    }
}

/// The file that a value of this kind is, where it is one.
fn read(kind: InputKind, value: &Value, fetches: bool) -> Result<Option<WantedFile>, Complaint> {
    match (kind, value) {
        (InputKind::Text, Value::String(_))
        | (InputKind::Number, Value::Number(_))
        | (InputKind::Boolean, Value::Bool(_))
        | (InputKind::Json, _) => Ok(None),
        (InputKind::File | InputKind::Image, Value::String(text)) => {
            file::wanted(text, kind == InputKind::Image, fetches).map(Some)
        }
        (InputKind::Text | InputKind::File | InputKind::Image, _) => {
            Err(("string_type", "Input should be a valid string"))
        }
        (InputKind::Number, _) => Err(("float_type", "Input should be a valid number")),
        (InputKind::Boolean, _) => Err(("bool_type", "Input should be a valid boolean")),
    }
}
