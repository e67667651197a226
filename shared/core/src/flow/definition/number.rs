//! JSON numbers for serde.

use serde::de::Visitor;
use serde_json::Number;

use super::Problem;

/// Hands `number` to `visitor` in the narrowest form that holds it.
pub(super) fn visit<'t, V: Visitor<'t>>(number: &Number, visitor: V) -> Result<V::Value, Problem> {
    if let Some(value) = number.as_u64() {
        visitor.visit_u64(value)
    } else if let Some(value) = number.as_i64() {
        visitor.visit_i64(value)
    } else {
        visitor.visit_f64(number.as_f64().unwrap_or_default())
    }
}
