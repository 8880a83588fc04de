//! Facts about one thing, for people.

use super::paper::{Paper, Style};
use super::words;

/// Named facts, one a line; a name is written once.
#[derive(Default)]
pub(super) struct Facts(Vec<(&'static str, String)>);

impl Facts {
    pub(super) fn add(&mut self, name: &'static str, value: &str) {
        if !value.is_empty() {
            self.0.push((name, words::clean(value).into_owned()));
        }
    }

    pub(super) fn maybe(&mut self, name: &'static str, value: Option<&str>) {
        self.add(name, value.unwrap_or_default());
    }

    pub(super) fn list(&mut self, name: &'static str, values: &[String]) {
        self.add(name, &values.join(" "));
    }

    pub(super) fn render(&self, paper: &Paper) -> String {
        let mut before = "";
        let line = |(name, value): &(&'static str, String)| {
            let shown = if *name == before { "" } else { name };
            before = name;
            format!("  {}  {value}\n", paper.paint(&format!("{shown:<12}"), Style::Dim))
        };
        self.0.iter().map(line).collect()
    }
}
