//! Credentials of a call.

use super::{
    faults::{Found, Remark, Reported},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
    shared::Section,
};
use crate::flow::{Authentication, Template, definition};

impl Loader<'_> {
    /// Credentials written at `place`, or the name of shared ones.
    pub(super) fn authentication(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
    ) -> Found<Authentication> {
        let scheme = self.read::<definition::Authentication>(place)?;
        let (name, member) = place.members().next().ok_or(Reported)?;
        match scheme {
            definition::Authentication::Use(_) => {
                self.refer(Section::Authentications, &member, |loader, entry| {
                    // A shared one may not point to another: a circle would have no end.
                    if let Some(link) = entry.member("use") {
                        let message = "shared credentials cannot refer to others";
                        return Err(loader.error(&link, message));
                    }
                    loader.authentication(entry, scope)
                })
            }
            definition::Authentication::Basic(_) => {
                let [username, password] = self.parts(&member, ["username", "password"], scope)?;
                Ok(Authentication::Basic { username, password })
            }
            definition::Authentication::Bearer(_) => {
                let [token] = self.parts(&member, ["token"], scope)?;
                Ok(Authentication::Bearer { token })
            }
            _ => Err(self
                .faults
                .at_key(&member, Remark::refused(&format!("`{name}` authentication")))),
        }
    }

    /// The parts `names` of credentials, all of which must be there.
    fn parts<const N: usize>(
        &mut self,
        place: &Place<'_>,
        names: [&str; N],
        scope: &Scope,
    ) -> Found<[Template; N]> {
        if let Some(secret) = place.member("use") {
            return Err(self.faults.at_key(&secret, Remark::refused("credentials from a secret")));
        }
        let parts = names.map(|name| match place.member(name) {
            Some(part) => self.template(&part, scope, Moment::Body),
            None => Err(self.faults.at_key(place, Remark::error(format!("`{name}` is missing")))),
        });
        let mut whole = Vec::with_capacity(N);
        for part in parts {
            whole.push(part?);
        }
        whole.try_into().map_err(|_| Reported)
    }
}
