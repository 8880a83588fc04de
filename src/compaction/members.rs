//! Where the members of a JSON object stand in its text, which is what is needed to change a part and keep the rest.

use std::fmt;
use std::ops::Range;

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// One member: the places of its key, quotation marks included, and of its value.
pub(super) struct Member {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

/// Finds the members of the object that a line is; `false` where it is none. Duplicate keys are members like others.
pub(super) fn find(line: &str, members: &mut Vec<Member>) -> bool {
    members.clear();
    if !line.trim_start().starts_with('{') {
        return false;
    }
    let mut json = serde_json::Deserializer::from_str(line);
    (&mut json).deserialize_map(Finder { line, members }).is_ok() && json.end().is_ok()
}

struct Finder<'a, 'm> {
    line: &'a str,
    members: &'m mut Vec<Member>,
}

impl<'de> Visitor<'de> for Finder<'_, '_> {
    type Value = ();

    fn expecting(&self, form: &mut fmt::Formatter) -> fmt::Result {
        form.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let place = |token: &RawValue| {
            let start = token.get().as_ptr().addr() - self.line.as_ptr().addr();
            start..start + token.get().len()
        };
        while let Some(key) = map.next_key::<&RawValue>()? {
            let value = map.next_value::<&RawValue>()?;
            self.members.push(Member { key: place(key), value: place(value) });
        }
        Ok(())
    }
}

/// What is written in a key that needs no escapes; `None` for one with escapes.
pub(super) fn plain<'l>(line: &'l str, member: &Member) -> Option<&'l str> {
    let name = &line[member.key.start + 1..member.key.end - 1];
    (!name.contains('\\')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_where_they_are_found() {
        let line = " { \"a\" : \"x\\\"y\" ,\"a\":[1,{\"b\":2}],\"ü\":-1.50e3}\r\n";
        let mut members = Vec::new();
        assert!(find(line, &mut members));
        let texts: Vec<_> = members.iter().map(|at| (&line[at.key.clone()], &line[at.value.clone()])).collect();
        assert_eq!(texts, [("\"a\"", "\"x\\\"y\""), ("\"a\"", "[1,{\"b\":2}]"), ("\"ü\"", "-1.50e3")]);
    }

    #[test]
    fn what_is_no_object_has_none() {
        let mut members = Vec::new();
        for line in
            ["", "\n", "[1]", "\"{}\"", "{", "{\"a\":1", "{\"a\":1}{}", "{'a':1}", "{\"a\":01}", "\u{feff}{\"a\":1}"]
        {
            assert!(!find(line, &mut members), "{line:?}");
        }
        assert!(find("{}", &mut members) && members.is_empty());
    }
}
