//! The context that `jaq` carries through an evaluation. It counts the steps.

use super::regex::Regexes;
use crate::flow::expression::meter;
use crate::flow::expression::value::Value;
use jaq_core::data::HasLut;
use jaq_core::native::Fun;
use jaq_core::{DataT, Lut};
use std::rc::Rc;

/// Chooses our values and our context.
pub(in crate::flow::expression) struct Engine;

/// A function of `jaq`'s, with our values.
pub(super) type Function = Fun<Engine>;

/// The program's lookup table, which every step asks for, and the regular expressions compiled so far.
pub(in crate::flow::expression) struct Handle<'a> {
    lookup: &'a Lut<Engine>,
    regexes: Rc<Regexes>,
    step: usize,
}

impl<'a> Handle<'a> {
    /// A step of a long program may be dearer, because the variables in scope and the parts of a path are lists.
    pub(in crate::flow::expression) fn new(lookup: &'a Lut<Engine>, source_bytes: usize) -> Self {
        Self { lookup, regexes: Rc::default(), step: 1 + source_bytes / 512 }
    }

    pub(super) fn regexes(&self) -> &Regexes {
        &self.regexes
    }
}

impl DataT for Engine {
    type V<'a> = Value;
    type Data<'a> = Handle<'a>;
}

impl<'a> HasLut<'a, Engine> for Handle<'a> {
    fn lut(&self) -> &'a Lut<Engine> {
        meter::work(self.step);
        self.lookup
    }
}

impl Clone for Handle<'_> {
    /// Paid for as well: binding many closures clones the context without running a term.
    fn clone(&self) -> Self {
        meter::work(self.step);
        Self { lookup: self.lookup, regexes: Rc::clone(&self.regexes), step: self.step }
    }
}

/// Declares functions of the input and up to one value: `("name", |input, argument| …)`.
macro_rules! functions {
    ($(($name:literal, |$input:ident $(, $argument:ident)?| $body:expr)),* $(,)?) => {
        [$({
            let arity = jaq_core::native::v(0 $(+ { let $argument = 1; $argument })?);
            let run: jaq_core::RunPtr<Engine> = |context| {
                $crate::flow::expression::functions::engine::functions!(@bind context $input $($argument)?);
                jaq_core::native::bome($body)
            };
            jaq_core::native::run::<Engine>(($name, arity, run))
        }),*]
    };
    (@bind $context:ident $input:ident) => {
        let $input = $context.1;
    };
    (@bind $context:ident $input:ident $argument:ident) => {
        let (mut context, $input) = $context;
        let $argument = context.pop_var();
    };
}
pub(super) use functions;
