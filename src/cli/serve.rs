//! `keepstone serve`

use super::arguments::{Place, Serve};
use super::{Outcome, about, whereabouts};
use crate::model::Error;
use crate::server::{Options, serve};

pub(super) fn run(place: &Place, options: &Serve) -> Outcome {
    let site = whereabouts::site(place)?;
    let options = Options { ordered: options.ordered, parent: options.parent_pid };
    match serve(site.clone(), about(), options) {
        Ok(ending) => {
            // Lets go of the lease and folds the write-ahead log into the manifest.
            site.close();
            Ok(ending.exit_code())
        }
        Err(error) => Err(Error::internal(format!("stdin and stdout can't be used: {error}")).into()),
    }
}
