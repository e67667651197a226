//! Requests for a place to upload a file to, before a run is started with it.

use lambda_http::Request;
use serde_json::{Map, Value, json};

use super::{Error, file::faulty, input::Faults, request::expect_method};
use crate::{
    http::{address, detail, files::whole},
    model::{File, FileFault},
};

/// A request for a place to upload a file to.
pub struct UploadRequest<'a>(&'a Request);

impl<'a> UploadRequest<'a> {
    /// The request, if it is one; looks at the method.
    ///
    /// # Errors
    /// 405 for another one than POST and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Option<Self>, Error> {
        if !address::resource(request).ends_with("/files") {
            return Ok(None);
        }
        expect_method(request, "POST, OPTIONS")?;
        Ok(Some(Self(request)))
    }

    /// The file that the caller announces.
    ///
    /// # Errors
    /// 413, 415, and 422 with the place of every fault.
    pub fn file(&self) -> Result<File, Error> {
        Ok(read(detail::members(self.0)?)?)
    }
}

fn read(mut members: Map<String, Value>) -> Result<File, Faults> {
    let mut faults = Faults::default();
    let place = |member: &'static str| move || json!(["body", member]);
    let name = faults.text(members.remove("name"), place("name"));
    if name.as_deref() == Some("") {
        let message = "String should have at least 1 character";
        faults.add("string_too_short", place("name"), message, &json!(""));
    }
    let media_type = members.remove("media_type").filter(|given| !given.is_null());
    let media_type = media_type.and_then(|given| faults.text(Some(given), place("media_type")));
    let given = members.remove("size_bytes");
    let size_bytes = given.as_ref().and_then(whole).filter(|size_bytes| *size_bytes > 0);
    match &given {
        None => faults.add("missing", place("size_bytes"), "Field required", &Value::Null),
        Some(given) if size_bytes.is_none() => {
            let message = "Input should be a whole number of bytes, above 0";
            faults.add("int_type", place("size_bytes"), message, given);
        }
        Some(_) => {}
    }
    let (Some(name), Some(size_bytes), true) = (name, size_bytes, faults.is_empty()) else {
        return Err(faults);
    };
    File::declared(&name, media_type.as_deref(), size_bytes).map_err(|fault| {
        let (member, given) = match fault {
            FileFault::TooLarge => ("size_bytes", json!(size_bytes)),
            FileFault::Type => ("media_type", json!(media_type)),
            FileFault::Name | FileFault::Executable => ("name", json!(name)),
        };
        faults.add("value_error", place(member), faulty(fault), &given);
        faults
    })
}
