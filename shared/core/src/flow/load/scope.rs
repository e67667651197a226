//! Which variables an expression may name, by where it stands (DSL 1.0.3, "Runtime expression
//! arguments").

/// Variables whose names a flow cannot take for its own.
pub(super) const RESERVED: [&str; 8] =
    ["context", "input", "output", "task", "workflow", "runtime", "secrets", "authorization"];

/// Of those, the ones that this runtime does not fill.
pub(super) const UNFILLED: [&str; 2] = ["secrets", "authorization"];

/// When an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// The flow's `input.from` and `timeout`.
    Start,
    /// A task's `if`, `input.from` and `timeout`.
    Entry,
    /// Everything inside a task.
    Body,
    /// A task's `output.as`.
    Output,
    /// A task's `export.as`.
    Export,
    /// The flow's `output.as`.
    End,
}

impl Moment {
    const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Start => &["workflow", "runtime"],
            Self::End => &["context", "input", "workflow", "runtime"],
            Self::Entry => &["context", "task", "workflow", "runtime"],
            Self::Body | Self::Output => &["context", "input", "task", "workflow", "runtime"],
            Self::Export => &["context", "input", "output", "task", "workflow", "runtime"],
        }
    }
}

/// The variables that enclosing loops and catches have defined.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    locals: Vec<String>,
}

impl Scope {
    /// This scope and these variables.
    pub(super) fn with<const N: usize>(&self, names: [&str; N]) -> Self {
        let mut locals = self.locals.clone();
        for name in names {
            if !locals.iter().any(|local| local == name) {
                locals.push(name.to_owned());
            }
        }
        Self { locals }
    }

    /// All variables at `moment`.
    pub(super) fn variables(&self, moment: Moment) -> Vec<&str> {
        let locals = self.locals.iter().map(String::as_str);
        moment.variables().iter().copied().chain(locals).collect()
    }
}

/// Whether jq takes `name` as the name of a variable.
pub(super) fn is_variable_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}
