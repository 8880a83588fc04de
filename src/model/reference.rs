//! How an artifact is referred to in short: by its id or a part of it, or by type, key and version.

use super::ids;

/// A reference as it was written; whether anything has it, the manifest knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// An id, the start of one, or the 8 hex digits at its end.
    Id(&'a str),
    /// One of the versions of a type and key.
    Key {
        /// The type: what stands before the first `:`.
        artifact_type: &'a str,
        /// The key.
        logical_key: &'a str,
        /// Which version.
        which: Which<'a>,
    },
}

/// Which of the versions of a type and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// The highest that is neither superseded nor deleted.
    Latest,
    /// The one of this number, whatever became of it.
    Version(u32),
    /// The one that this alias of the key stands for; where there is none, the `@` is the key's own.
    Alias(&'a str),
}

impl<'a> Reference<'a> {
    /// Reads `id`, `type:key`, `type:key@latest`, `type:key@v3` or `type:key@alias`. A key may hold `:` and `@` itself: only
    /// what stands behind the last `@`, and only `latest`, a version or an alias, does not belong to it.
    pub fn parse(text: &'a str) -> Self {
        let Some((artifact_type, rest)) = text.split_once(':') else { return Self::Id(text) };
        let version = rest.rsplit_once('@').and_then(|(key, word)| Some((key, Which::parse(word)?)));
        let (logical_key, which) = version.unwrap_or((rest, Which::Latest));
        Self::Key { artifact_type, logical_key, which }
    }
}

impl<'a> Which<'a> {
    fn parse(word: &'a str) -> Option<Self> {
        if word == "latest" {
            return Some(Self::Latest);
        }
        let version = word.strip_prefix('v').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        match version.and_then(|digits| digits.parse().ok()) {
            Some(version) => Some(Self::Version(version)),
            None => ids::is_name(word, 64).then_some(Self::Alias(word)),
        }
    }
}

/// The text in small letters, if it is 8 hex digits, as a generated id ends with.
pub fn id_tail(text: &str) -> Option<String> {
    let hex = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_colon_ends_the_type_and_the_last_at_begins_the_version() {
        let key = |artifact_type, logical_key, which| Reference::Key { artifact_type, logical_key, which };
        for (text, reference) in [
            ("art-1", Reference::Id("art-1")),
            ("art-1@v2", Reference::Id("art-1@v2")),
            ("rain:november", key("rain", "november", Which::Latest)),
            ("rain:november@latest", key("rain", "november", Which::Latest)),
            ("rain:november@v12", key("rain", "november", Which::Version(12))),
            ("slice:AAPL:2026@v1", key("slice", "AAPL:2026", Which::Version(1))),
            ("mail:a@b.org", key("mail", "a", Which::Alias("b.org"))),
            ("mail:a@b.org@latest", key("mail", "a@b.org", Which::Latest)),
            ("model:churn@production", key("model", "churn", Which::Alias("production"))),
            ("mail:a@b c", key("mail", "a@b c", Which::Latest)),
            ("mail:a@b.org@v3", key("mail", "a@b.org", Which::Version(3))),
            ("mail:a@v3@latest", key("mail", "a@v3", Which::Latest)),
            ("mail:a@v", key("mail", "a", Which::Alias("v"))),
            ("mail:a@v+3", key("mail", "a@v+3", Which::Latest)),
            ("mail:a@v99999999999", key("mail", "a", Which::Alias("v99999999999"))),
            (":", key("", "", Which::Latest)),
        ] {
            assert_eq!(Reference::parse(text), reference, "{text}");
        }
        assert_eq!(id_tail("5F2C81d4").as_deref(), Some("5f2c81d4"));
        assert_eq!((id_tail("5f2c81d"), id_tail("5f2c81dg"), id_tail("5f2c81d41")), (None, None, None));
    }
}
