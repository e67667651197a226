//! JSON Schemas in a flow.

use jsonschema::paths::LocationSegment;

use super::{
    faults::{Found, Remark, Reported},
    loader::Loader,
    place::Place,
};
use crate::flow::{
    Schema,
    answer::compile,
    definition::{SchemaSource, Segment},
    fault::quoted,
};

/// Most patterns in one flow, so that compiled they take 64 MB at the very most.
const MAX_PATTERNS: usize = 256;

impl Loader<'_> {
    /// The member `schema` of an `input`, `output` or `export`.
    pub(super) fn schema(&mut self, owner: Option<&Place<'_>>) -> Found<Option<Schema>> {
        let Some(place) = owner.and_then(|owner| owner.member("schema")) else {
            return Ok(None);
        };
        let source = self.read::<SchemaSource>(&place)?;
        if let Some(format) = source.format.filter(|format| format != "json")
            && let Some(member) = place.member("format")
        {
            let what = format!("schemas in the format {}", quoted(&format));
            return Err(self.faults.at_value(&member, Remark::refused(&what).meant(Some("json"))));
        }
        match (place.member("document"), place.member("resource")) {
            (Some(document), None) => self.compile_schema(&document).map(Some),
            (None, Some(resource)) => {
                Err(self.faults.at_key(&resource, Remark::refused("a schema from elsewhere")))
            }
            (None, None) => Err(self.faults.at_key(&place, Remark::error("`document` is missing"))),
            (Some(_), Some(resource)) => {
                let message = "a schema has either a `document` or a `resource`";
                Err(self.faults.at_key(&resource, Remark::error(message)))
            }
        }
    }

    /// The schema that stands at `document`.
    pub(super) fn compile_schema(&mut self, document: &Place<'_>) -> Found<Schema> {
        let stays = self.check_references(document);
        self.check_pattern_count(document)?;
        if !stays {
            return Err(Reported);
        }
        let value = document.value.to_value();
        match compile(&value) {
            Ok(schema) => Ok(schema),
            Err(error) => {
                let path: Vec<_> = error.instance_path().into_iter().map(segment).collect();
                let message = format!("not a JSON Schema: {error}");
                document.descend(&path, |found| Err(self.error(found, &*message)))
            }
        }
    }

    /// Whether every reference stays within the schema.
    fn check_references(&mut self, place: &Place<'_>) -> bool {
        let mut stays = true;
        for (name, member) in place.members() {
            let target = member.text().filter(|_| name == "$ref" || name == "$dynamicRef");
            if let Some(target) = target.filter(|target| !target.starts_with('#')) {
                let what = format!("a reference to another document, {}", quoted(target));
                self.faults.at_value(&member, Remark::refused(&what));
                stays = false;
            }
            stays &= self.check_references(&member);
        }
        for item in place.items() {
            stays &= self.check_references(&item);
        }
        stays
    }

    fn check_pattern_count(&mut self, document: &Place<'_>) -> Found<()> {
        self.pattern_count += pattern_count(document);
        if self.pattern_count <= MAX_PATTERNS {
            return Ok(());
        }
        Err(self
            .error(document, format!("the schemas of a flow have {MAX_PATTERNS} patterns at most")))
    }
}

/// How many patterns are to be compiled.
fn pattern_count(place: &Place<'_>) -> usize {
    let of_members: usize = place
        .members()
        .map(|(name, member)| match name {
            "pattern" => 1,
            "patternProperties" => member.members().count() + pattern_count(&member),
            _ => pattern_count(&member),
        })
        .sum();
    of_members + place.items().map(|item| pattern_count(&item)).sum::<usize>()
}

fn segment(segment: LocationSegment<'_>) -> Segment {
    match segment {
        LocationSegment::Property(name) => Segment::Member(name.into_owned()),
        LocationSegment::Index(index) => Segment::Item(index),
    }
}
