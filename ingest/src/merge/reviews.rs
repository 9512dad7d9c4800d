//! Reviews of all sources, one after another.

use super::{Conflicts, MergeError, Merged, resolve};
use crate::wire::{Document, Kind, Review};

impl Merged {
    /// Reviews in the order of their ids; items carry their own errors.
    ///
    /// # Errors
    /// The feed cache cannot be opened.
    pub fn reviews(&self) -> Result<impl Iterator<Item = Result<Review, MergeError>>, MergeError> {
        let lines = self.catalog_lines(|kind| kind == Kind::Review)?;
        // What two sources say about one review is settled silently: there is nothing to choose from.
        let mut unheard = Conflicts::default();
        let read = move |line| match resolve(line?, &mut unheard)? {
            Document::Review(review) => Ok(Some(review)),
            _ => Ok(None),
        };
        Ok(lines.map(read).filter_map(Result::transpose))
    }
}
