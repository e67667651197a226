//! What requests and answers about files have in common, whatever the dialect calls it.

use serde_json::{Map, Value};

use crate::{auth::FileToken, runs::Announced};

/// Where a file is read. `base` is what such URLs begin with, from `address::of_files`.
pub(super) fn url(base: &str, file: &FileToken) -> String {
    format!("{base}/{}", file.expose())
}

/// The headers of the request that uploads a file.
pub(super) fn upload_headers(announced: &Announced) -> Map<String, Value> {
    let headers = announced.upload.headers.iter();
    headers.map(|(name, value)| (name.clone(), value.as_str().into())).collect()
}

/// A whole number, however it is written: `2077.0` is one, too.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole and in the range where every whole number is one of its own"
)]
pub(super) fn whole(value: &Value) -> Option<u64> {
    const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
    let float = || value.as_f64().filter(|it| it.fract() == 0.0 && (0.0..MAX_EXACT).contains(it));
    value.as_u64().or_else(|| float().map(|it| it as u64))
}
