//! Reads the located tree into the types of the vocabulary, by serde; keeps the path to whatever
//! does not fit.

use indexmap::map;
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess,
        Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::{Problem, Segment, number};
use crate::flow::{
    nearest::one_of,
    source::{Located, Member, Node},
};

/// Reads `value`, of whose members only those that `keep` names.
///
/// # Errors
/// The first thing that does not fit.
pub(in crate::flow) fn read<'t, T: Deserialize<'t>>(
    value: &'t Located,
    keep: fn(&str) -> bool,
) -> Result<T, Problem> {
    T::deserialize(Reader { value, keep })
}

/// One value. `keep` holds for its own members only.
struct Reader<'t> {
    value: &'t Located,
    keep: fn(&str) -> bool,
}

impl<'t> Reader<'t> {
    fn all(value: &'t Located) -> Self {
        Self { value, keep: |_| true }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value.node {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Number(value) => number::visit(value, visitor),
            Node::Text(value) => visitor.visit_borrowed_str(value),
            Node::List(items) => visitor.visit_seq(Items { items: items.iter().enumerate() }),
            Node::Object(members) => {
                visitor.visit_map(Members { rest: members.iter(), keep: self.keep, next: None })
            }
        }
    }

    /// A member that is there but empty is not an absent one: `with:` alone is a slip.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_some(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match &self.value.node {
            Node::Text(word) => visitor.visit_enum(StrDeserializer::new(word)),
            Node::Object(members) => match members.first() {
                Some((name, member)) if members.len() == 1 => {
                    visitor.visit_enum(Choice { name, value: &member.value })
                }
                _ => Err(Problem::custom(format_args!(
                    "expected exactly one of {}",
                    one_of(variants)
                ))),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier
    }
}

struct Items<'t> {
    items: std::iter::Enumerate<std::slice::Iter<'t, Located>>,
}

impl<'t> SeqAccess<'t> for Items<'t> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Problem> {
        let Some((index, item)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Reader::all(item))
            .map(Some)
            .map_err(|problem| problem.below(Segment::Item(index)))
    }
}

struct Members<'t> {
    rest: map::Iter<'t, String, Member>,
    keep: fn(&str) -> bool,
    next: Option<(&'t String, &'t Member)>,
}

impl<'t> MapAccess<'t> for Members<'t> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Problem> {
        let keep = self.keep;
        self.next = self.rest.find(|(name, _)| keep(name));
        let Some((name, _)) = self.next else { return Ok(None) };
        seed.deserialize(StrDeserializer::new(name))
            .map(Some)
            .map_err(|problem: Problem| problem.below(Segment::Member(name.clone())))
    }

    fn next_value_seed<T: DeserializeSeed<'t>>(&mut self, seed: T) -> Result<T::Value, Problem> {
        let Some((name, member)) = self.next.take() else {
            return Err(Problem::custom("a value without a name"));
        };
        seed.deserialize(Reader::all(&member.value))
            .map_err(|problem| problem.below(Segment::Member(name.clone())))
    }
}

/// An object whose only member says which variant it is.
struct Choice<'t> {
    name: &'t String,
    value: &'t Located,
}

impl<'t> EnumAccess<'t> for Choice<'t> {
    type Error = Problem;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'t>>(self, seed: V) -> Result<(V::Value, Self), Problem> {
        match seed.deserialize(StrDeserializer::<Problem>::new(self.name)) {
            Ok(variant) => Ok((variant, self)),
            Err(problem) => Err(problem.below(Segment::Member(self.name.clone()))),
        }
    }
}

impl<'t> VariantAccess<'t> for Choice<'t> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        Err(Problem::invalid_type(Unexpected::Map, &"a text"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'t>>(self, seed: T) -> Result<T::Value, Problem> {
        seed.deserialize(Reader::all(self.value))
            .map_err(|problem| problem.below(Segment::Member(self.name.clone())))
    }

    fn tuple_variant<V: Visitor<'t>>(self, _: usize, _: V) -> Result<V::Value, Problem> {
        Err(Problem::custom("a variant of several values"))
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        Reader::all(self.value)
            .deserialize_any(visitor)
            .map_err(|problem| problem.below(Segment::Member(self.name.clone())))
    }
}
