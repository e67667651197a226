//! What a trigger is called with: query parameters, a form with or without files, a JSON object.

use lambda_http::{Request, RequestExt};
use serde_json::{Map, Value};

use super::{Error, files};
use crate::{
    auth::FileToken,
    http::{address, body, form, headers, multipart},
    model::{ContentHash, Timestamp, WorkspaceId},
    runs::{NewFile, Uploaded},
};

/// A form's own word on its texts (RFC 7578, section 4.6).
const CHARSET_FIELD: &str = "_charset_";

/// Inputs as they came. An input that is the id of an uploaded file stands for that file.
pub struct Inputs {
    /// Of the query and a form, by name and then in their order.
    fields: Vec<(String, Said)>,
    members: Map<String, Value>,
    files: Vec<NewFile>,
    uploaded: Vec<FileToken>,
    /// What the URLs of files begin with.
    base: String,
}

/// Whose request it is, and of when.
type Sender<'a> = (&'a WorkspaceId, Timestamp);

/// What stands under a name.
enum Said {
    Text(String),
    /// A file of the form, by its place among them.
    File(usize),
}

impl Inputs {
    /// Reads a request of a workspace and of now: its query, and what a POST has for a body. A name of the body hides the
    /// same name of the query. A GET's body means nothing (RFC 9110, section 9.3.1), so it is not read.
    pub(super) fn of(request: &Request, sender: Sender<'_>) -> Result<Self, Error> {
        let query = request.query_string_parameters();
        let texts = query.iter().map(|(name, value)| said(name.to_owned(), value.to_owned()));
        let mut inputs = Self {
            fields: texts.collect(),
            members: Map::new(),
            files: Vec::new(),
            uploaded: Vec::new(),
            base: address::of_files(request),
        };
        let is_empty = AsRef::<[u8]>::as_ref(request.body()).is_empty();
        if request.method() == "POST" && !is_empty {
            inputs.add_body(request, sender)?;
        }
        // The gateway keeps the order of one name's values only.
        inputs.fields.sort_by(|one, other| one.0.cmp(&other.0));
        let texts = inputs.fields.iter().filter_map(|(_, said)| match said {
            Said::Text(text) => Some(text.as_str()),
            Said::File(_) => None,
        });
        let members = inputs.members.values().flat_map(|value| match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        });
        let texts = texts.chain(members.filter_map(Value::as_str));
        if takes_files(request) {
            inputs.uploaded = texts.filter_map(|text| FileToken::parse(text).ok()).collect();
        }
        let tokens = inputs.files.iter().map(|file| &file.token).chain(&inputs.uploaded);
        files::check_together(tokens.map(|token| &token.file))?;
        Ok(inputs)
    }

    fn add_body(&mut self, request: &Request, sender: Sender<'_>) -> Result<(), Error> {
        let headers = request.headers();
        if headers::is_compressed(headers) {
            return Err(Error::Unsupported("Content-Encoding should be identity"));
        }
        if headers::is_form(headers) {
            if !headers::is_utf8(headers) {
                return Err(NOT_UTF8);
            }
            let fields = form::read(request.body())?;
            self.add(fields.into_iter().map(|(name, text)| said(name, text)).collect());
        } else if headers::is_multipart(headers) && takes_files(request) {
            let fields = self.parts(request, sender)?;
            self.add(fields);
        } else if headers::accepts_json_body(headers) {
            self.members = match body::read(request.body()) {
                Ok(Value::Object(members)) => members,
                Ok(_) => {
                    return Err(Error::Invalid("Request body should be a JSON object".to_owned()));
                }
                Err(unreadable) => return Err(unreadable.into()),
            };
            self.fields.retain(|(name, _)| !self.members.contains_key(name));
        } else {
            let types = "Content-Type should be application/json, \
                application/x-www-form-urlencoded or multipart/form-data";
            return Err(Error::Unsupported(types));
        }
        Ok(())
    }

    fn add(&mut self, fields: Vec<(String, Said)>) {
        self.fields.retain(|(name, _)| !fields.iter().any(|(field, _)| field == name));
        self.fields.extend(fields);
    }

    fn parts(
        &mut self,
        request: &Request,
        sender: Sender<'_>,
    ) -> Result<Vec<(String, Said)>, Error> {
        let mut fields = Vec::new();
        let header = request.headers().get("content-type").and_then(|value| value.to_str().ok());
        for part in multipart::read(header.unwrap_or_default(), request.body().as_ref())? {
            let Some(file_name) = &part.file_name else {
                fields.push(said(part.name.clone(), text(&part)?));
                continue;
            };
            // A browser's form where no file was chosen.
            if file_name.is_empty() && part.content.is_empty() {
                continue;
            }
            let (position, declared) =
                (self.files.len(), (file_name.as_str(), part.content_type.as_deref()));
            let file = files::received(position + 1, declared, part.content, sender)?;
            self.files.push(file);
            fields.push((part.name, Said::File(position)));
        }
        Ok(fields)
    }

    /// The files that were uploaded before.
    #[must_use]
    pub fn uploaded(&self) -> &[FileToken] {
        &self.uploaded
    }

    /// Goes on where the files that were uploaded before are as they should be.
    ///
    /// # Errors
    /// 400 with the place of the one that is not.
    pub fn checked(self, uploaded: &[Uploaded]) -> Result<Self, Error> {
        files::check_uploaded(self.files.len() + 1, uploaded)?;
        Ok(self)
    }

    /// The query's and the form's, texts and files.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, Value)> {
        let value = |said: &Said| match said {
            Said::Text(text) => self.told_of(text).unwrap_or_else(|| Value::from(text.as_str())),
            Said::File(place) => self
                .files
                .get(*place)
                .map_or(Value::Null, |file| files::told(&self.base, &file.token)),
        };
        self.fields.iter().map(|(name, said)| (name.clone(), value(said))).collect()
    }

    fn told_of(&self, text: &str) -> Option<Value> {
        let token = self.uploaded.iter().find(|token| token.expose() == text)?;
        Some(files::told(&self.base, token))
    }

    /// What must be equal for a repeat. The flow's schema, which may change, plays no part, nor do the
    /// ids that files of the form were given.
    pub(super) fn hash(&self) -> ContentHash {
        let (mut texts, mut files) = (Vec::new(), Vec::new());
        for (place, (name, said)) in self.fields.iter().enumerate() {
            match said {
                Said::Text(text) => texts.push((name, text)),
                Said::File(number) => {
                    let file = self.files.get(*number);
                    let file = file.map(|it| (&it.token.file, ContentHash::of(&it.content)));
                    files.push((place, name, file));
                }
            }
        }
        let members = Value::Object(self.members.clone()).to_string();
        let mut all = format!("{texts:?}\n{members}");
        if !files.is_empty() {
            all.extend(["\n", &format!("{files:?}")]);
        }
        ContentHash::of(all.as_bytes())
    }

    /// The flow's input, with the fields as the flow declares them; and the files that are to be stored.
    pub(super) fn with(self, mut typed: Map<String, Value>) -> (Value, Vec<NewFile>) {
        let file = |value: &Value| value.as_str().and_then(|text| self.told_of(text));
        for (name, value) in &self.members {
            let value = match value {
                Value::Array(values) => values
                    .iter()
                    .map(|value| file(value).unwrap_or_else(|| value.clone()))
                    .collect(),
                one => file(one).unwrap_or_else(|| one.clone()),
            };
            typed.insert(name.clone(), value);
        }
        (Value::Object(typed), self.files)
    }
}

/// Whether files may come with the request: by the API trigger only, and so with a key.
fn takes_files(request: &Request) -> bool {
    !address::resource(request).contains("{apiKey}")
}

const NOT_UTF8: Error = Error::Unsupported("The charset of a form should be utf-8");

fn said(name: String, text: String) -> (String, Said) {
    (name, Said::Text(text))
}

/// The text of a part that is no file.
fn text(part: &multipart::Part<'_>) -> Result<String, Error> {
    if !headers::is_utf8_type(part.content_type.as_deref().unwrap_or_default()) {
        return Err(NOT_UTF8);
    }
    let text = String::from_utf8(part.content.to_owned()).map_err(|_| {
        let message = "field is not UTF-8".to_owned();
        body::Unreadable::Invalid(body::Fault { offset: part.offset, message })
    })?;
    if part.name == CHARSET_FIELD && !headers::is_utf8_charset(text.trim()) {
        return Err(NOT_UTF8);
    }
    Ok(text)
}
