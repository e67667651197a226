//! What an expression may name, and whose task it belongs to.

use serde_json::Value;

use super::step::Step;

/// Variables that a loop or a `catch` adds for the tasks inside of it; the innermost hides the
/// others of its name.
pub(super) struct Binding<'b> {
    pub(super) outer: Option<&'b Self>,
    pub(super) name: &'b str,
    pub(super) value: Value,
}

impl Binding<'_> {
    /// The value of the innermost binding called `name`.
    pub(super) fn find<'b>(bindings: Option<&'b Self>, name: &str) -> Option<&'b Value> {
        let mut next = bindings;
        while let Some(binding) = next {
            if binding.name == name {
                return Some(&binding.value);
            }
            next = binding.outer;
        }
        None
    }
}

/// What one expression sees. Which of these are there depends on its place ("Runtime expression
/// arguments" of the language); what is not there is null.
#[derive(Clone, Copy)]
pub(super) struct View<'v> {
    /// The pointer that its errors carry.
    pub(super) instance: &'v str,
    /// `$task`.
    pub(super) task: Option<&'v Step<'v>>,
    /// `$input`.
    pub(super) input: Option<&'v Value>,
    /// `$task.output`.
    pub(super) raw_output: Option<&'v Value>,
    /// `$output`.
    pub(super) output: Option<&'v Value>,
    /// Variables of enclosing loops and catches.
    pub(super) bindings: Option<&'v Binding<'v>>,
}

impl<'v> View<'v> {
    /// Of an expression that belongs to the flow itself.
    pub(super) const fn of_flow(instance: &'v str) -> Self {
        Self { instance, task: None, input: None, raw_output: None, output: None, bindings: None }
    }
}
