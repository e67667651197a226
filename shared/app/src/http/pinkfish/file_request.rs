//! Requests about files: to upload one, and to read one.

use lambda_http::Request;
use serde_json::Value;

use super::{Error, files, request::expect_method};
use crate::{
    auth::FileToken,
    http::{
        address::{self, parameter},
        body,
        files::whole,
        headers,
    },
    model::{File, FileFault},
};

/// A request for a place to upload a file to, before a run of a trigger is started with it.
pub struct UploadRequest<'a> {
    request: &'a Request,
    /// The trigger named in the path.
    pub trigger: String,
}

impl<'a> UploadRequest<'a> {
    /// The request, where it is one for an upload.
    ///
    /// # Errors
    /// 405 for another method than POST and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Option<Self>, Error> {
        if !address::resource(request).ends_with("/files") {
            return Ok(None);
        }
        expect_method(request, &["POST", "OPTIONS"], "POST, OPTIONS")?;
        Ok(Some(Self { request, trigger: parameter(request, "triggerId") }))
    }

    /// The key.
    ///
    /// # Errors
    /// 401 where there is none.
    pub fn key(&self) -> Result<&'a str, Error> {
        headers::api_key(self.request.headers()).ok_or(Error::Unauthenticated)
    }

    /// The file that the caller announces.
    ///
    /// # Errors
    /// 400 where it is not announced well, is an executable or too large.
    pub fn file(&self) -> Result<File, Error> {
        let headers = self.request.headers();
        if headers::is_compressed(headers) || !headers::accepts_json_body(headers) {
            return Err(Error::Unsupported("Content-Type should be application/json"));
        }
        let announced = body::read(self.request.body())?;
        let name = announced.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let size_bytes = announced.get("size").and_then(whole).filter(|size| *size > 0);
        let content_type = match announced.get("contentType") {
            None | Some(Value::Null) => Some(None),
            Some(text) => text.as_str().map(Some),
        };
        let (Some(name), Some(size_bytes), Some(content_type)) = (name, size_bytes, content_type)
        else {
            let members =
                "Request body should be {\"name\": text, \"size\": bytes, \"contentType\": text}";
            return Err(Error::Invalid(members.to_owned()));
        };
        File::declared(name, content_type, size_bytes).map_err(|fault| match fault {
            // Too large is the file, which nobody has sent yet, and not the request.
            FileFault::TooLarge => Error::Invalid("The file is over 25,000,000 bytes".to_owned()),
            fault => files::refused("The file", fault),
        })
    }
}

/// The id of the file that a request wants to read, where it wants one.
///
/// # Errors
/// 404 for what is no id; 405 for another method than GET and OPTIONS.
pub fn file_wanted(request: &Request) -> Result<Option<FileToken>, Error> {
    if !address::resource(request).starts_with("/ext/files/") {
        return Ok(None);
    }
    expect_method(request, &["GET"], "GET")?;
    let token = FileToken::parse(&parameter(request, "fileId"));
    token.map(Some).map_err(|_| Error::NotFound("File not found"))
}
