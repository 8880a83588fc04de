//! `keepstone serve`

use std::net::{Ipv4Addr, SocketAddr};

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

/// An address as people type it.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let local = || {
        let (name, port) = text.rsplit_once(':')?;
        let port: u16 = port.parse().ok()?;
        name.eq_ignore_ascii_case("localhost").then_some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    };
    text.parse().ok().or_else(local).ok_or_else(|| "write an address and a port, as 127.0.0.1:8484".to_owned())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_are_taken_as_people_type_them() {
        for (text, expected) in [
            ("127.0.0.1:8484", "127.0.0.1:8484"),
            ("[::1]:0", "[::1]:0"),
            ("localhost:8484", "127.0.0.1:8484"),
            ("LOCALHOST:1", "127.0.0.1:1"),
        ] {
            assert_eq!(address(text), Ok(expected.parse().unwrap()), "{text}");
        }
        for text in ["", "8484", "localhost", "localhost:", "localhost:70000", "example.org:80", "127.0.0.1"] {
            assert!(address(text).unwrap_err().contains("127.0.0.1:8484"), "{text}");
        }
    }
}
