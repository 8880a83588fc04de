//! `keepstone serve`

use super::arguments::{Place, Serve};
use super::{Outcome, about, print, whereabouts};
use crate::model::Error;
use crate::server::http::{HttpOptions, Token, serve as serve_http};
use crate::server::{Options, serve};

pub(super) fn run(place: &Place, options: &Serve) -> Outcome {
    let site = whereabouts::site(place)?;
    let lines = Options { ordered: options.ordered, parent: options.parent_pid };
    if let Some(address) = options.http {
        let token = options.http_token_file.as_deref().map(Token::from_file).transpose()?;
        let beside = options.stdio.then_some(lines);
        // Stdout may be the protocol's.
        let listening = |address| print::error_line(&format!("listening on http://{address}"));
        return Ok(serve_http(&site, about(), HttpOptions { address, token }, beside, listening)?.exit_code());
    }
    match serve(site.clone(), about(), lines) {
        Ok(ending) => {
            // Lets go of the lease and folds the write-ahead log into the manifest.
            site.close();
            Ok(ending.exit_code())
        }
        Err(error) => Err(Error::internal(format!("stdin and stdout can't be used: {error}")).into()),
    }
}
