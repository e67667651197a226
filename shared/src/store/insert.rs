//! The start of a run: its header and its input.

use serde_json::Value;

use super::{
    Error,
    client::{ABSENT, Condition, Store, Write},
    codec,
    header::{self, Nonce},
    item::{Item, Reader, binary},
    journal::Packed,
};
use crate::{auth, model::Run};

/// What became of a new run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insert {
    /// It is stored. If it is `Running`, the caller holds it.
    Done,
    /// A run of this id was stored by somebody else, and nothing was written. The caller holds nothing.
    Exists,
}

pub(super) fn nonce() -> Result<Nonce, Error> {
    auth::random().map_err(Error::internal)
}

impl Store {
    /// Stores a new run: `Queued` with epoch 0, or `Running` with epoch 1 and a lease when the
    /// caller executes it in place. One put while the input is small.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for an input that cannot be stored; see [`Error`] for the others. After
    /// [`Error::Unavailable`] the run may be there.
    pub async fn insert(&self, run: &Run, input: &Value) -> Result<Insert, Error> {
        let born = nonce()?;
        let mut header = header::write(run);
        header::set_nonce(&mut header, "born", born);
        let packed = Packed::of_input(input)?;
        let small = packed.inline.as_ref().filter(|i| i.len() <= header::room(run).input_bytes);
        if let Some(input) = small {
            header.insert("input".to_owned(), binary(input.clone()));
            let absent = Condition { expression: ABSENT, values: Vec::new() };
            return Ok(match self.put(&self.tables.runs, header, absent).await? {
                Write::Done(_) => Insert::Done,
                Write::Refused(stored) => recognise(run, born, stored.as_ref()),
            });
        }
        self.put_bulk(run, 0, &packed).await?;
        let writes = vec![self.put_new(header)?, self.put_new(packed.item(run, 0))?];
        if self.transact(writes).await? {
            return Ok(Insert::Done);
        }
        let stored = self.get(&self.tables.runs, header::key(run.id)).await?;
        Ok(recognise(run, born, stored.as_ref()))
    }

    /// The input of a run.
    ///
    /// # Errors
    /// See [`Error`]. `None` when there is no such run.
    pub async fn input(&self, id: crate::model::RunId) -> Result<Option<Value>, Error> {
        let Some(header) = self.get(&self.tables.runs, header::key(id)).await? else {
            return Ok(None);
        };
        if let Some(input) = Reader::new(&header, "input").optional_binary("input") {
            return codec::decode(input, "input").map(Some);
        }
        let key = super::item::key(header::partition(id), super::journal::sort_key(0));
        let entry = self.get(&self.tables.runs, key).await?;
        let entry = entry.ok_or(Error::Corrupt { what: "input" })?;
        self.whole_input(id, &entry).await.map(Some)
    }
}

/// Whether a stored header is the one that we just wrote and got no answer for. A worker may have
/// claimed it since; that harms only a caller who means to hold it.
fn recognise(run: &Run, born: Nonce, stored: Option<&Item>) -> Insert {
    let ours = stored.is_some_and(|item| {
        let stored = Reader::new(item, "run");
        stored.optional_binary("born") == Some(&born)
            && (run.epoch == 0 || stored.optional_number("epoch") == Some(u64::from(run.epoch)))
    });
    if ours { Insert::Done } else { Insert::Exists }
}
