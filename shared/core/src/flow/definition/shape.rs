//! Shapes that many constructs share.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// Any value. `load` looks at it at its own place.
#[derive(Clone, Copy, Debug)]
pub(in crate::flow) struct Anything;

impl<'t> Deserialize<'t> for Anything {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Any object. `load` looks into it at its own place.
#[derive(Clone, Copy, Debug)]
pub(in crate::flow) struct Object;

impl<'t> Deserialize<'t> for Object {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'t> Visitor<'t> for Object {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self)
    }
}

/// A text (a name, an expression, a short form) or the long form.
#[derive(Clone, Debug)]
pub(in crate::flow) enum TextOr<T> {
    Text,
    Long(T),
}

impl<'t, T: Deserialize<'t>> Deserialize<'t> for TextOr<T> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrVisitor(PhantomData))
    }
}

struct TextOrVisitor<T>(PhantomData<T>);

impl<'t, T: Deserialize<'t>> Visitor<'t> for TextOrVisitor<T> {
    type Value = TextOr<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or an object")
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(TextOr::Text)
    }

    fn visit_map<A: MapAccess<'t>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(TextOr::Long)
    }
}
