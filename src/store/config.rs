//! keepstone.toml: what people edit. An unknown key is refused by name.

use std::path::Path;

use serde::Deserialize;

use crate::base::files;
use crate::model::{Error, Result};

/// What keepstone.toml says; what it leaves out has its default.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How readable names are made.
    pub names: Names,
    /// What a request may bring.
    pub limits: Limits,
}

/// How readable names are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// A reflink where the file system has them, else a hard link, else a copy.
    #[default]
    Link,
    /// A copy of its own, which may be changed without touching the object.
    Copy,
}

/// What a request may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Most files in one tree.
    pub tree_files: u64,
    /// Most bytes of one file that is uploaded over HTTP.
    pub upload_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { tree_files: 100_000, upload_bytes: 4 << 30 }
    }
}

/// What `init` writes: every key with its default and what it means.
pub const TEMPLATE: &str = r#"# The configuration of this keepstone store. Every key shows its default.

# How the readable names below artifacts/ are made:
#   "link"  a reflink where the file system has them, else a hard link, else a copy
#   "copy"  always a copy of its own
names = "link"

[limits]
# Most files that one published folder may have.
tree_files = 100000
# Most bytes of one file that is uploaded over HTTP.
upload_bytes = 4294967296
"#;

impl Config {
    /// Reads keepstone.toml; a missing file means the defaults.
    pub fn read(path: &Path) -> Result<Self> {
        if !files::exists(path) {
            return Ok(Self::default());
        }
        let text = files::read_text(path)?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
            let place = line.map_or_else(String::new, |line| format!(" line {line}"));
            Error::invalid_data(format!("{}{place}: {}", path.display(), error.message().replace('\n', ", ")))
                .hint("correct it, or write a fresh one with `keepstone init --force`")
        })
    }
}
