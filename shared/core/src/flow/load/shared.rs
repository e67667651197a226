//! The components under `use`: found by name, and each entry noted as used.

use std::collections::BTreeSet;

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    definition::{Authentication, ErrorDefinition, RetryPolicy, Timeout, Use},
    fault::quoted,
    nearest::closest,
};

/// A kind of shared component that tasks refer to by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Authentications,
    Errors,
    Functions,
    Retries,
    Timeouts,
}

impl Section {
    const ALL: [Self; 5] =
        [Self::Authentications, Self::Errors, Self::Functions, Self::Retries, Self::Timeouts];

    const fn name(self) -> &'static str {
        match self {
            Self::Authentications => "authentications",
            Self::Errors => "errors",
            Self::Functions => "functions",
            Self::Retries => "retries",
            Self::Timeouts => "timeouts",
        }
    }
}

/// What stands under `use`, and what of it is used.
pub(super) struct Components<'p> {
    place: Option<&'p Place<'p>>,
    used: BTreeSet<(Section, String)>,
}

impl<'p> Components<'p> {
    pub(super) const fn new(place: Option<&'p Place<'p>>) -> Self {
        Self { place, used: BTreeSet::new() }
    }
}

impl<'p> Loader<'p> {
    /// The whole of `use`, if there is one.
    pub(super) const fn components_place(&self) -> Option<&'p Place<'p>> {
        self.components.place
    }

    /// Whether `section` has an entry `name`; if so it counts as used.
    pub(super) fn is_shared(&mut self, section: Section, name: &str) -> bool {
        let place = self.components.place;
        let entries = place.and_then(|place| place.member(section.name()));
        let found = entries.is_some_and(|entries| entries.member(name).is_some());
        if found {
            self.components.used.insert((section, name.to_owned()));
        }
        found
    }

    /// Goes on with the entry that `reference` names; an error if there is none.
    pub(super) fn refer<R>(
        &mut self,
        section: Section,
        reference: &Place<'_>,
        go_on: impl FnOnce(&mut Self, &Place<'_>) -> Found<R>,
    ) -> Found<R> {
        let name = reference.written()?;
        let entries = self.components.place.and_then(|place| place.member(section.name()));
        if self.is_shared(section, name)
            && let Some(entries) = entries
            && let Some(entry) = entries.member(name)
        {
            return go_on(self, &entry);
        }
        let known = entries.as_ref().into_iter().flat_map(Place::members);
        let meant = closest(name, known.map(|(known, _)| known));
        let message = format!("`use.{}` has no {}", section.name(), quoted(name));
        Err(self.faults.at_value(reference, Remark::error(message).meant(meant)))
    }

    /// Checks the shape of everything under `use`.
    pub(super) fn check_components(&mut self) {
        let Some(place) = self.components.place else { return };
        drop(self.read::<Use>(place));
        for refused in ["extensions", "secrets"] {
            if let Some(member) = place.member(refused) {
                self.faults.at_key(&member, Remark::refused(&format!("`use.{refused}`")));
            }
        }
        for section in Section::ALL {
            let Some(entries) = place.member(section.name()) else { continue };
            for (_, entry) in entries.members() {
                match section {
                    Section::Authentications => drop(self.read::<Authentication>(&entry)),
                    Section::Errors => drop(self.read::<ErrorDefinition>(&entry)),
                    Section::Retries => drop(self.read::<RetryPolicy>(&entry)),
                    Section::Timeouts => drop(self.read::<Timeout>(&entry)),
                    Section::Functions => drop(self.task(&entry, "", &[], &Scope::default())),
                }
            }
        }
        self.check_extensions(place);
    }

    fn check_extensions(&mut self, place: &Place<'_>) {
        let Some(extensions) = place.member("extensions") else { return };
        for item in extensions.items() {
            for (_, extension) in item.members() {
                for list in ["before", "after"] {
                    if let Some(tasks) = extension.member(list) {
                        drop(self.task_list(&tasks, "", &Scope::default()));
                    }
                }
            }
        }
    }

    /// Checks and reports the entries that nothing refers to. Comes last.
    pub(super) fn check_unused(&mut self) {
        let Some(place) = self.components.place else { return };
        let scope = Scope::default();
        for section in Section::ALL {
            let Some(entries) = place.member(section.name()) else { continue };
            for (name, entry) in entries.members() {
                if self.components.used.contains(&(section, name.to_owned())) {
                    continue;
                }
                let message = format!("{} is not used", quoted(name));
                self.faults.at_key(&entry, Remark::warning(message));
                match section {
                    Section::Authentications => drop(self.authentication(&entry, &scope)),
                    Section::Errors => drop(self.error_definition(&entry, &scope)),
                    Section::Retries => drop(self.retry_policy(&entry, &scope.with(["error"]))),
                    Section::Timeouts => {
                        drop(self.timeout_definition(&entry, &scope, Moment::Entry));
                    }
                    Section::Functions => {}
                }
            }
        }
    }
}
