//! Who may ask at all: clients of this machine by the name they call it, others by a token, and no web page.
//!
//! A browser lets any page send requests to 127.0.0.1, and a page's own name can be made to point there. What gives it away
//! are the headers that a page can't choose: Host, Origin and Sec-Fetch-Site.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::reply::Refused;
use crate::base::files;
use crate::model::{Error, Hash, Kind, Result};

const TOKEN_BYTES_MIN: usize = 32;

/// A secret that every request must show.
#[derive(Debug, Clone)]
pub struct Token(Hash);

impl Token {
    /// The token that a file holds, which nobody else may read.
    pub fn from_file(path: &Path) -> Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let mode = files::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::new(
                Kind::PathNotAllowed,
                format!("{} can be read by others than its owner", path.display()),
            )
            .hint(format!("chmod 600 {}", path.display())));
        }
        Self::new(files::read_text(path)?.trim())
            .map_err(|error| Error::invalid_params(format!("{}: {}", path.display(), error.message())))
    }

    /// This very token.
    pub fn new(token: &str) -> Result<Self> {
        if token.len() < TOKEN_BYTES_MIN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = format!("a token has at least {TOKEN_BYTES_MIN} visible ASCII characters and no spaces");
            return Err(Error::invalid_params(message));
        }
        Ok(Self(Hash::of(token.as_bytes())))
    }

    /// Whether it is the one that was shown. Their hashes are compared, whose bytes tell nothing about how near one is.
    fn is(&self, shown: &str) -> bool {
        self.0 == Hash::of(shown.as_bytes())
    }
}

/// Who may ask.
pub(super) struct Guard {
    address: SocketAddr,
    token: Option<Token>,
}

impl Guard {
    pub(super) fn new(address: SocketAddr, token: Option<Token>) -> Self {
        Self { address, token }
    }

    fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
        let forbidden = |error: Error| Refused(StatusCode::FORBIDDEN, error);
        if headers.get_all(HOST).iter().count() > 1 {
            return Err(Error::invalid_request("there are several Host headers").into());
        }
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if let Some(address) = uri.authority().filter(|address| !host.eq_ignore_ascii_case(address.as_str())) {
            let message = format!("the request is for {address}, and its Host header names another server");
            return Err(Error::invalid_request(message).into());
        }
        // Behind a token a page can't do anything, whatever name it uses.
        if self.token.is_none() && !self.is_own_name(host) {
            return Err(forbidden(Error::invalid_request(format!(
                "the Host header must name this server, {}",
                self.address
            ))));
        }
        let is_own = |origin: &str| origin.strip_prefix("http://").is_some_and(|own| own.eq_ignore_ascii_case(host));
        if let Some(origin) = headers.get(ORIGIN)
            && !origin.to_str().is_ok_and(is_own)
        {
            return Err(forbidden(Error::invalid_request("requests of other web pages are refused (Origin)")));
        }
        let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
        if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
            return Err(forbidden(Error::invalid_request("requests of other web pages are refused (Sec-Fetch-Site)")));
        }
        if let Some(token) = &self.token
            && uri.path() != "/healthz"
        {
            let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let shown =
                shown.and_then(|value| value.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
            if !shown.is_some_and(|(_, shown)| token.is(shown.trim())) {
                let error = Error::invalid_request("the token is missing or wrong")
                    .hint("send it in the header Authorization: Bearer TOKEN");
                return Err(Refused(StatusCode::UNAUTHORIZED, error));
            }
        }
        Ok(())
    }

    /// Whether a Host header names this server as its own clients would.
    fn is_own_name(&self, host: &str) -> bool {
        let port = self.address.port();
        let (name, given) = match host.rsplit_once(':') {
            Some((name, given)) if !given.ends_with(']') => (name, given.parse().ok()),
            _ => (host, Some(80)),
        };
        let own = self.address.ip().to_string();
        let own = if self.address.is_ipv6() { format!("[{own}]") } else { own };
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        given == Some(port) && (["localhost", "127.0.0.1", "[::1]"].into_iter().any(is) || is(&own))
    }
}

/// Lets a request through, or refuses it.
pub(super) async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match app.guard.admit(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(guard: &Guard, uri: &str, headers: &[(&'static str, &str)]) -> u16 {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        guard.admit(&uri.parse().unwrap(), &headers).err().map_or(200, |Refused(status, _)| status.as_u16())
    }

    #[test]
    fn only_its_own_names_and_pages_are_let_in() {
        let guard = Guard::new("127.0.0.1:8484".parse().unwrap(), None);
        for (host, status) in [
            ("127.0.0.1:8484", 200),
            ("localhost:8484", 200),
            ("LocalHost:8484", 200),
            ("[::1]:8484", 200),
            ("127.0.0.1", 403),
            ("127.0.0.1:80", 403),
            ("localhost", 403),
            ("evil.example:8484", 403),
            ("127.0.0.1.evil.example:8484", 403),
            ("0.0.0.0:8484", 403),
            ("localhost.:8484", 403),
            ("127.1:8484", 403),
            ("", 403),
        ] {
            assert_eq!(admitted(&guard, "/rpc", &[("host", host)]), status, "{host}");
        }
        assert_eq!(admitted(&guard, "/rpc", &[]), 403);
        let own = ("host", "127.0.0.1:8484");
        assert_eq!(admitted(&guard, "/rpc", &[own, ("host", "evil.example")]), 400);
        assert_eq!(admitted(&guard, "/rpc", &[own, own]), 400);
        assert_eq!(admitted(&guard, "http://127.0.0.1:8484/rpc", &[own]), 200);
        assert_eq!(admitted(&guard, "http://evil.example/rpc", &[own]), 400);
        for (name, value, status) in [
            ("origin", "http://127.0.0.1:8484", 200),
            ("origin", "http://localhost:8484", 403),
            ("origin", "https://127.0.0.1:8484", 403),
            ("origin", "http://127.0.0.1:8484.evil.example", 403),
            ("origin", "null", 403),
            ("sec-fetch-site", "same-origin", 200),
            ("sec-fetch-site", "none", 200),
            ("sec-fetch-site", "same-site", 403),
            ("sec-fetch-site", "cross-site", 403),
        ] {
            let headers = [("host", "127.0.0.1:8484"), (name, value)];
            assert_eq!(admitted(&guard, "/rpc", &headers), status, "{name}: {value}");
        }
    }

    #[test]
    fn a_token_is_asked_of_everybody_and_everywhere_but_for_health() {
        let secret = "0123456789abcdef0123456789abcdef";
        let guard = Guard::new("0.0.0.0:8484".parse().unwrap(), Some(Token::new(secret).unwrap()));
        let host = ("host", "store.example:8484");
        let bearer = format!("Bearer {secret}");
        assert_eq!(admitted(&guard, "/rpc", &[host]), 401);
        assert_eq!(admitted(&guard, "/healthz", &[host]), 200);
        assert_eq!(admitted(&guard, "/rpc", &[host, ("authorization", &bearer)]), 200);
        assert_eq!(admitted(&guard, "/rpc", &[host, ("authorization", &bearer[..30])]), 401);
        assert_eq!(admitted(&guard, "/rpc", &[host, ("authorization", secret)]), 401);
        assert_eq!(
            admitted(&guard, "/rpc", &[host, ("authorization", &bearer), ("origin", "http://evil.example")]),
            403
        );
    }

    #[test]
    fn a_token_must_be_long() {
        assert!(Token::new("short").is_err());
        assert!(Token::new(&"ä".repeat(40)).is_err());
        assert!(Token::new(&format!("{} {}", "a".repeat(20), "b".repeat(20))).is_err());
    }
}
