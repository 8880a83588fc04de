//! Text of others as it may be shown: nothing in it steers what shows it.

use std::borrow::Cow;

/// The text with everything escaped by which it could move the cursor, recolour the screen, turn the direction of
/// writing or end the line.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match is_hostile(letter) {
            true => cleaned.extend(letter.escape_default()),
            false => cleaned.push(letter),
        }
    }
    Cow::Owned(cleaned)
}

/// Controls, marks of direction, the separators of lines and paragraphs, and the byte order mark.
pub fn is_hostile(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_the_cursor_is_shown() {
        assert_eq!(clean("a\x1b[31m\n\t\r\x07"), "a\\u{1b}[31m\\n\\t\\r\\u{7}");
        assert_eq!(
            clean("\u{9b}2J\u{202e}gnp\u{2066}\u{feff}\u{200b}"),
            "\\u{9b}2J\\u{202e}gnp\\u{2066}\\u{feff}\\u{200b}"
        );
        assert!(matches!(clean("雨量 été 🌧"), Cow::Borrowed(_)));
    }
}
