//! `NAME=VALUE` as it is given in options.

use serde_json::Value;

/// A tag: `key=value`, or a word whose value is "".
pub(super) fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    named(key, "a tag needs a name: KEY=VALUE or a word")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// A parameter; a value that is JSON is read as that, everything else is text.
pub(super) fn param(text: &str) -> Result<(String, Value), String> {
    let (key, value) = pair(text)?;
    Ok((key, serde_json::from_str(&value).unwrap_or(Value::String(value))))
}

/// A name and a text.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("it is written NAME=VALUE")?;
    named(key, "a name must stand before the =")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn named(key: &str, otherwise: &str) -> Result<(), String> {
    if key.is_empty() { Err(otherwise.to_owned()) } else { Ok(()) }
}

/// What something was made from: a reference, or `relation=reference`. No id and no type holds `=`, so only one that
/// stands before the first `:` ends a relation.
pub(super) fn input(text: &str) -> (Option<&str>, &str) {
    let before = text.split_once(':').map_or(text, |(before, _)| before);
    match before.split_once('=') {
        Some((relation, _)) => (Some(relation), &text[relation.len() + 1..]),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_may_hold_everything() {
        assert_eq!(tag("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!((tag("word"), tag("a=")), (Ok(("word".into(), String::new())), Ok(("a".into(), String::new()))));
        assert!(tag("").is_err() && tag("=b").is_err() && pair("a").is_err() && pair("=b").is_err());
        for (text, value) in [
            ("n=5", json!(5)),
            ("n=0.5", json!(0.5)),
            ("n=true", json!(true)),
            ("n=\"5\"", json!("5")),
            ("n=[1,2]", json!([1, 2])),
            ("n=fast", json!("fast")),
            ("n=", json!("")),
            ("n=2026-01-01", json!("2026-01-01")),
        ] {
            assert_eq!(param(text), Ok(("n".into(), value)), "{text}");
        }
    }

    #[test]
    fn a_relation_ends_before_the_type() {
        for (text, relation, reference) in [
            ("rain:november", None, "rain:november"),
            ("5f2c81d4", None, "5f2c81d4"),
            ("config_from=5f2c81d4", Some("config_from"), "5f2c81d4"),
            ("config_from=settings:a=b", Some("config_from"), "settings:a=b"),
            ("settings:a=b", None, "settings:a=b"),
        ] {
            assert_eq!(input(text), (relation, reference), "{text}");
        }
    }
}
