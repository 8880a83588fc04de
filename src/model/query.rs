//! What is searched for in words: `rain AND (november OR "late autumn") -draft sta*`, read into a tree; by what it is ordered,
//! and by what its finds are counted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Result};

/// Longest query, in bytes.
pub const LONGEST: usize = 4096;

/// Most words of one query, those inside phrases too.
pub const MOST_WORDS: usize = 128;

/// How deep parentheses and NOT may nest.
const DEEPEST: usize = 10;

/// By what a search is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// When they were created.
    Created,
    /// When they last changed.
    Updated,
    /// By title, whatever the case of its letters; those without one come last in either order.
    Title,
    /// By size in bytes.
    Size,
    /// By type.
    Type,
    /// By how well the words fit: a rare word counts more than a frequent one, and more in the title than in names and tags,
    /// there more than in the description, and there more than elsewhere.
    Relevance,
}

/// By what found artifacts are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FacetBy {
    /// By type.
    Type,
    /// By tag.
    Tag,
    /// By state.
    Status,
    /// By family.
    Family,
    /// By outcome.
    Outcome,
    /// By source.
    Source,
}

/// A query as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// A word or a phrase.
    Term(Term),
    /// What it doesn't find.
    Not(Box<Query>),
    /// What all of them find.
    All(Vec<Query>),
    /// What any of them finds.
    Any(Vec<Query>),
}

/// A word or a phrase; a word with dots, hyphens or the like in it is the phrase of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The text, in which at least one letter or digit stands.
    pub text: String,
    /// Whether the last word may go on.
    pub prefix: bool,
}

enum Token {
    Term(Term),
    And,
    Or,
    Not,
    Open,
    Close,
}

impl Token {
    /// How many words it has.
    fn words(&self) -> usize {
        match self {
            Self::Term(term) => term.text.split(|next: char| !is_of_word(next)).filter(|word| !word.is_empty()).count(),
            _ => 0,
        }
    }
}

impl Query {
    /// Reads a query. AND, OR and NOT are operators where they are written in capitals; NOT binds most, then AND, which
    /// need not be written.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > LONGEST {
            return Err(wrong(format!("it has {} bytes and may have {LONGEST}", text.len())));
        }
        let tokens = tokens(text)?;
        let words: usize = tokens.iter().map(Token::words).sum();
        if words == 0 {
            return Err(wrong("there is no letter or digit to search for".to_owned()));
        }
        if words > MOST_WORDS {
            return Err(wrong(format!("it has {words} words and may have {MOST_WORDS}")));
        }
        let mut parser = Parser { tokens: tokens.into_iter().peekable() };
        let query = parser.any(0)?;
        match parser.tokens.next() {
            None => Ok(query),
            Some(_) => Err(wrong("a parenthesis is closed that was not opened".to_owned())),
        }
    }

    /// The words and phrases that are looked for, not those that are to be absent.
    pub fn wanted(&self) -> Vec<&Term> {
        let mut found = Vec::new();
        self.collect(true, &mut found);
        found
    }

    fn collect<'a>(&'a self, wanted: bool, found: &mut Vec<&'a Term>) {
        match self {
            Self::Term(term) if wanted => found.push(term),
            Self::Term(_) => {}
            Self::Not(query) => query.collect(!wanted, found),
            Self::All(queries) | Self::Any(queries) => {
                queries.iter().for_each(|query| query.collect(wanted, found));
            }
        }
    }
}

fn wrong(what: String) -> Error {
    Error::invalid_params(format!("query: {what}"))
        .field("query")
        .hint("write words, \"phrases\", starts of words as rain*, AND, OR, NOT or - before a word, and parentheses")
}

/// Whether a character belongs to a word.
fn is_of_word(character: char) -> bool {
    character.is_alphanumeric()
}

/// Cuts a query into its parts. What has neither letter nor digit says nothing and is passed over.
fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Ok(found) };
        let (token, length) = match first {
            '(' => (Some(Token::Open), 1),
            ')' => (Some(Token::Close), 1),
            '"' => {
                let Some(end) = rest[1..].find('"') else {
                    return Err(wrong("a phrase is not closed: a \" is missing".to_owned()));
                };
                let prefix = rest[end + 2..].starts_with('*');
                (term(&rest[1..=end], prefix), end + 2 + usize::from(prefix))
            }
            '-' if rest[1..].starts_with(|next: char| next == '"' || next == '(' || is_of_word(next)) => {
                (Some(Token::Not), 1)
            }
            _ => {
                let ends = |next: char| next.is_whitespace() || matches!(next, '(' | ')' | '"');
                let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
                let token = match word {
                    "AND" => Some(Token::And),
                    "OR" => Some(Token::Or),
                    "NOT" => Some(Token::Not),
                    _ => term(word, word.ends_with('*')),
                };
                (token, word.len())
            }
        };
        found.extend(token);
        rest = &rest[length..];
    }
}

fn term(text: &str, prefix: bool) -> Option<Token> {
    text.contains(is_of_word).then(|| Token::Term(Term { text: text.to_owned(), prefix }))
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
}

impl Parser {
    fn any(&mut self, depth: usize) -> Result<Query> {
        let mut queries = vec![self.all(depth)?];
        while self.tokens.next_if(|token| matches!(token, Token::Or)).is_some() {
            queries.push(self.all(depth)?);
        }
        Ok(if queries.len() == 1 { queries.remove(0) } else { Query::Any(queries) })
    }

    fn all(&mut self, depth: usize) -> Result<Query> {
        let mut queries = vec![self.one(depth)?];
        loop {
            match self.tokens.peek() {
                Some(Token::And) => {
                    self.tokens.next();
                }
                Some(Token::Term(_) | Token::Not | Token::Open) => {}
                _ => break,
            }
            queries.push(self.one(depth)?);
        }
        Ok(if queries.len() == 1 { queries.remove(0) } else { Query::All(queries) })
    }

    fn one(&mut self, depth: usize) -> Result<Query> {
        if depth > DEEPEST {
            return Err(wrong(format!("parentheses and NOT may nest {DEEPEST} deep")));
        }
        match self.tokens.next() {
            Some(Token::Term(term)) => Ok(Query::Term(term)),
            Some(Token::Not) => Ok(Query::Not(Box::new(self.one(depth + 1)?))),
            Some(Token::Open) => {
                let query = self.any(depth + 1)?;
                match self.tokens.next() {
                    Some(Token::Close) => Ok(query),
                    _ => Err(wrong("a parenthesis is not closed".to_owned())),
                }
            }
            Some(Token::And) => Err(wrong("a word is missing before or behind AND".to_owned())),
            Some(Token::Or) => Err(wrong("a word is missing before or behind OR".to_owned())),
            Some(Token::Close) => Err(wrong("a word is missing before a closing parenthesis".to_owned())),
            None => Err(wrong("a word is missing at the end".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A query with all its parentheses.
    fn shown(query: &Query) -> String {
        let joined =
            |queries: &[Query], word: &str| format!("({})", queries.iter().map(shown).collect::<Vec<_>>().join(word));
        match query {
            Query::Term(term) => format!("{:?}{}", term.text, if term.prefix { "*" } else { "" }),
            Query::Not(query) => format!("!{}", shown(query)),
            Query::All(queries) => joined(queries, " & "),
            Query::Any(queries) => joined(queries, " | "),
        }
    }

    #[test]
    fn words_phrases_prefixes_and_operators_are_told_apart() {
        for (text, meant) in [
            ("rain", r#""rain""#),
            ("rain november", r#"("rain" & "november")"#),
            ("rain AND november OR snow", r#"(("rain" & "november") | "snow")"#),
            ("rain (november OR snow)", r#"("rain" & ("november" | "snow"))"#),
            ("rain -draft", r#"("rain" & !"draft")"#),
            ("rain NOT draft", r#"("rain" & !"draft")"#),
            ("-draft", r#"!"draft""#),
            ("NOT NOT a", r#"!!"a""#),
            ("-(a OR b) c", r#"(!("a" | "b") & "c")"#),
            (r#""late autumn" sta*"#, r#"("late autumn" & "sta*"*)"#),
            (r#"a"b c"d"#, r#"("a" & "b c" & "d")"#),
            (r#"-"b c"*"#, r#"!"b c"*"#),
            ("run_20250920T080707Z", r#""run_20250920T080707Z""#),
            ("a-b and or not", r#"("a-b" & "and" & "or" & "not")"#),
            ("rain & wind - snow", r#"("rain" & "wind" & "snow")"#),
            ("(((a)))", r#""a""#),
            ("título:été", r#""título:été""#),
        ] {
            assert_eq!(shown(&Query::parse(text).unwrap()), meant, "{text}");
        }
    }

    #[test]
    fn what_is_no_query_is_told_why() {
        for (text, why) in [
            ("", "there is no letter or digit to search for"),
            ("*", "there is no letter or digit to search for"),
            (r#""" + ()"#, "there is no letter or digit to search for"),
            ("\"rain", "a phrase is not closed: a \" is missing"),
            ("(rain", "a parenthesis is not closed"),
            ("rain)", "a parenthesis is closed that was not opened"),
            ("rain ()", "a word is missing before a closing parenthesis"),
            ("rain AND", "a word is missing at the end"),
            ("OR rain", "a word is missing before or behind OR"),
            ("a AND AND b", "a word is missing before or behind AND"),
            ("rain NOT", "a word is missing at the end"),
            (&"a.b ".repeat(65), "it has 130 words and may have 128"),
            (&"a".repeat(LONGEST + 1), "it has 4097 bytes and may have 4096"),
            (&format!("{}a{}", "(".repeat(40), ")".repeat(40)), "parentheses and NOT may nest 10 deep"),
        ] {
            let error = Query::parse(text).unwrap_err();
            assert_eq!(error.message(), format!("query: {why}"), "{text}");
            assert_eq!(error.data().field.as_deref(), Some("query"));
        }
    }

    #[test]
    fn only_what_is_looked_for_counts() {
        let query = Query::parse("rain (sea OR -(mist NOT fog)) -draft").unwrap();
        let texts: Vec<&str> = query.wanted().into_iter().map(|term| term.text.as_str()).collect();
        assert_eq!(texts, ["rain", "sea", "fog"]);
    }
}
