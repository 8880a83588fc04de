//! Text of others as it may be shown: on one line, and without what steers a terminal or turns the direction of reading.

/// The text with every character that is not to be seen as a space.
pub fn visible(text: &str) -> String {
    let hidden = |character: char| {
        character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|character| if hidden(character) { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_steers_is_not_shown() {
        assert_eq!(super::visible("a\nb\u{1b}[31mc\u{202e}d\u{2028}é 漢"), "a b [31mc d é 漢");
    }
}
