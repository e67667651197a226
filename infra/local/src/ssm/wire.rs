//! The JSON of requests and answers. A member that is not here is not played, so a request that has it is refused.

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct PutParameter {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) r#type: Option<Type>,
    #[serde(default)]
    pub(super) overwrite: bool,
}

/// A parameter's type. One that is overwritten keeps its own.
#[derive(Clone, Copy, Deserialize)]
pub(super) enum Type {
    String,
    StringList,
    SecureString,
}

impl Type {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetParameters {
    pub(super) names: Vec<String>,
    #[serde(default)]
    pub(super) with_decryption: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteParameters {
    pub(super) names: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Written {
    pub(super) version: u64,
    pub(super) tier: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Found {
    pub(super) parameters: Vec<Parameter>,
    pub(super) invalid_parameters: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Parameter {
    #[serde(rename = "ARN")]
    pub(super) arn: String,
    pub(super) data_type: &'static str,
    /// In seconds.
    pub(super) last_modified_date: u64,
    pub(super) name: String,
    pub(super) r#type: String,
    pub(super) value: String,
    pub(super) version: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Deleted {
    pub(super) deleted_parameters: Vec<String>,
    pub(super) invalid_parameters: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Refusal<'a> {
    #[serde(rename = "__type")]
    pub(super) code: &'a str,
    pub(super) message: String,
}
