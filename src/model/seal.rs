//! JSON files that carry a check of their own bytes, so that a flipped bit shows even when the manifest is lost.

use sha2::Sha256;

use super::Hash;

const LABEL: &str = "\"check\": \"";

/// Adds a last field `check` to the text of a JSON object: SHA-256 of everything before it.
pub fn seal(mut object: String) -> String {
    let open = object.trim_end().strip_suffix('}').expect("an object ends with a brace");
    let body = open.trim_end().len();
    let gap = open[body..].to_owned();
    let indent = if gap.is_empty() { " " } else { "\n  " };
    object.truncate(body);
    object.extend([",", indent]);
    let check = Hash::of(object.as_bytes()).to_string();
    object.extend([LABEL, &check, "\"", &gap, "}"]);
    object
}

/// What ends a JSON object on lines of its own that was hashed on its way out, up to the comma and the indent behind its
/// last field.
pub fn closing(written: &Sha256) -> String {
    format!("{LABEL}{}\"\n}}\n", Hash::finish(written.clone()))
}

/// The length of what the seal of a sealed text is over.
pub fn body_length(text: &str) -> usize {
    text.rfind(LABEL).unwrap_or(text.len())
}

/// Whether a sealed text is as it was written.
pub fn intact(text: &str) -> bool {
    let Some(at) = text.rfind(LABEL) else { return false };
    let (body, check) = (&text[..at], &text[at + LABEL.len()..]);
    let Some((check, rest)) = check.split_once('"') else { return false };
    (rest == "}" || rest == "\n}") && check == Hash::of(body.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::{closing, intact, seal};

    #[test]
    fn what_is_written_in_pieces_is_sealed_alike() {
        let body = "{\n  \"a\": 1,\n  ";
        let closed = format!("{body}{}", closing(&Sha256::new().chain_update(body)));
        assert_eq!(closed, format!("{}\n", seal("{\n  \"a\": 1\n}".to_owned())));
    }

    #[test]
    fn every_flipped_bit_shows() {
        for object in ["{\"a\": 1}", "{\n  \"a\": 1\n}\n"] {
            let sealed = seal(object.to_owned());
            assert!(intact(&sealed), "{sealed}");
            assert!(serde_json::from_str::<serde_json::Value>(&sealed).is_ok());
            for at in 0..sealed.len() {
                for bit in 0..7 {
                    let mut bytes = sealed.clone().into_bytes();
                    bytes[at] ^= 1 << bit;
                    let changed = String::from_utf8(bytes).expect("seven-bit text stays UTF-8");
                    assert!(!intact(&changed), "bit {bit} of byte {at} in {changed}");
                }
            }
        }
    }
}
