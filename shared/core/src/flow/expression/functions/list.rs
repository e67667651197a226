//! Which functions there are, and why others are not.

use super::engine::{Engine, Function};
use super::{objects, paths, regex, text, time};

/// Of `jaq-core`.
const CORE: &[&str] = &[
    "error_empty",
    "path",
    "path_value",
    "range",
    "keys_unsorted",
    "first",
    "last",
    "limit",
    "skip",
];

/// Of `jaq-std`. All of them do work in proportion to what they read, which the values charge for.
const STANDARD: &[&str] = &[
    "floor",
    "round",
    "ceil",
    "explode",
    "implode",
    "ascii_downcase",
    "ascii_upcase",
    "sort",
    "sort_by",
    "group_by",
    "min_by_or_empty",
    "max_by_or_empty",
    "trim",
    "ltrim",
    "rtrim",
    "encode_uri",
    "decode_uri",
    "encode_base64",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "cbrt",
    "cos",
    "cosh",
    "exp",
    "exp10",
    "exp2",
    "expm1",
    "fabs",
    "frexp",
    "ilogb",
    "lgamma",
    "log",
    "log10",
    "log1p",
    "log2",
    "modf",
    "nearbyint",
    "rint",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "tgamma",
    "trunc",
    "atan2",
    "copysign",
    "fdim",
    "fmax",
    "fmin",
    "fmod",
    "hypot",
    "ldexp",
    "nextafter",
    "pow",
    "remainder",
    "scalbln",
    "fma",
];

/// Building blocks of the prelude that programs may not call, because they are not jq.
pub(in crate::flow::expression) const INTERNAL: &[&str] = &[
    "error_empty",
    "path_value",
    "min_by_or_empty",
    "max_by_or_empty",
    "encode_uri",
    "decode_uri",
    "encode_base64",
    "decode_base64",
    "encode_base32",
    "escape_html",
    "escape_sh",
    "csv_row",
    "tsv_row",
    "find_matches",
    "split_matches",
    "is_match",
];

/// Every function that is not written in jq itself.
pub(in crate::flow::expression) fn all() -> impl Iterator<Item = Function> {
    let core = jaq_core::funs::<Engine>().filter(|(name, ..)| CORE.contains(name));
    let standard = jaq_std::funs::<Engine>().filter(|(name, ..)| STANDARD.contains(name));
    core.chain(standard)
        .chain(objects::functions())
        .chain(paths::functions())
        .chain(text::functions())
        .chain(regex::functions())
        .chain(time::functions())
}

/// Why a function or variable of jq is not to be had here.
pub(in crate::flow::expression) fn refusal(name: &str) -> Option<&'static str> {
    Some(match name {
        "env" | "$ENV" | "$__prog_args" => {
            "a flow does not see the environment of the function that runs it"
        }
        "now" | "localtime" | "strflocaltime" => {
            "a run that is resumed must come to the same result; take the time from $workflow or $task"
        }
        "input" | "inputs" | "input_filename" | "input_line_number" | "$__loc__" => {
            "an expression has one input, which is `.`"
        }
        "debug" | "stderr" => "write to the run's log with `call: log`",
        "halt" | "halt_error" => "raise an error with `error(\"…\")` or a `raise` task",
        "import" | "include" | "modulemeta" | "get_search_list" => "there are no modules",
        "jn" | "yn" => "its time grows with its argument",
        "rand" | "random" => "a run that is resumed must come to the same result",
        _ => return None,
    })
}
