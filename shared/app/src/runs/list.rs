//! Listing runs.

use super::{Caller, Error, Runs};
use crate::{
    auth::Scope,
    store::{Filter, RunPage},
};

impl Runs {
    /// Runs of the caller's workspace, newest first: those that `filter` lets through and that the
    /// caller may see. A page may be short, or empty, and still have a next one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the scope; [`Error::Store`] (retry is safe), also for a cursor that
    /// no page named.
    pub async fn list(
        &self,
        caller: &Caller,
        filter: Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<RunPage, Error> {
        caller.require(Scope::ReadResults)?;
        let (triggers, environments) = caller.limits();
        let filter = Filter {
            triggers: both(filter.triggers, triggers),
            environments: both(filter.environments, environments),
            ..filter
        };
        Ok(self.store.list(caller.workspace(), &filter, cursor, limit).await?)
    }
}

/// What is wished for and allowed, where absent stands for everything.
fn both<T: Clone + PartialEq>(wished: Option<Vec<T>>, allowed: Option<&[T]>) -> Option<Vec<T>> {
    match (wished, allowed) {
        (Some(mut wished), Some(allowed)) => {
            wished.retain(|one| allowed.contains(one));
            Some(wished)
        }
        (wished, allowed) => wished.or_else(|| allowed.map(<[T]>::to_vec)),
    }
}
