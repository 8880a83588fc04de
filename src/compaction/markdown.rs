//! Compact Markdown: empty sections removed, headers canonical, blank lines between blocks one at most. Everything else
//! stands as it did: a parser says where headers and blocks are, and confirms that the rest still reads the same.

use std::ops::Range;

use pulldown_cmark::utils::TextMergeWithOffset;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::settings::Markdown;

/// Markdown as it is written, and what was done to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Compact {
    pub(super) text: String,
    /// Sections of the original.
    pub(super) sections: u64,
    /// Those that were empty and are gone.
    pub(super) removed: u64,
    /// Headers that were written otherwise.
    pub(super) rewritten: u64,
}

/// Makes Markdown compact; `None` where that would make something read differently.
pub(super) fn compact(text: &str, settings: &Markdown) -> Option<Compact> {
    let (mended, glued) = if settings.canonical_headers { separated(text) } else { (text.to_owned(), 0) };
    let sections = Sections::of(&mended);
    let gone = if settings.remove_empty_sections { sections.empty() } else { vec![false; sections.headers.len()] };
    let (compact, rewritten) = sections.written(&gone, settings.canonical_headers);
    let removed: Vec<Range<usize>> =
        sections.headers.iter().zip(&gone).filter(|(_, gone)| **gone).map(|(header, _)| header.place.clone()).collect();
    (reads(&compact, &[]) == reads(&mended, &removed)).then_some(Compact {
        sections: sections.headers.len() as u64,
        removed: removed.len() as u64,
        rewritten: rewritten + glued,
        text: compact,
    })
}

fn parse(text: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
        | Options::ENABLE_GFM;
    TextMergeWithOffset::new(Parser::new_ext(text, options).into_offset_iter())
}

/// What a text says, without the parts that lie in these places.
fn reads<'t>(text: &'t str, without: &[Range<usize>]) -> Vec<Event<'t>> {
    let left_out = |place: &Range<usize>| {
        let after = without.partition_point(|gone| gone.end <= place.start);
        without.get(after).is_some_and(|gone| gone.start <= place.start)
    };
    parse(text).filter(|(_, place)| !left_out(place)).map(|(event, _)| event).collect()
}

/// Where the line begins that a place lies in.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Where the line ends that a place lies in, its line end included.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Puts the missing space into `##Title`, which was meant as a header, behind the first header. One `#` alone is left: it
/// may be a tag or a number. Answers how many there were.
fn separated(text: &str) -> (String, u64) {
    let mut depth = 0;
    let mut seen_header = false;
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut inlines: Vec<Range<usize>> = Vec::new();
    for (event, place) in parse(text) {
        match event {
            Event::Start(tag) => {
                seen_header |= depth == 0 && matches!(tag, Tag::Heading { .. });
                if depth == 0 && seen_header && tag == Tag::Paragraph {
                    paragraphs.push(place);
                } else if depth == 1 {
                    inlines.push(place);
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Code(_) | Event::InlineHtml(_) if depth == 1 => inlines.push(place),
            _ => {}
        }
    }
    let mut mended = String::new();
    let (mut done, mut count) = (0, 0);
    for paragraph in paragraphs {
        let mut at = line_start(text, paragraph.start);
        while at < paragraph.end {
            let hashes = text[at..].bytes().take_while(|byte| *byte == b'#').count();
            let title = text[at + hashes..].starts_with(char::is_alphanumeric);
            let before = inlines.partition_point(|inline| inline.end <= at);
            let inside = inlines.get(before).is_some_and(|inline| inline.start < at);
            if (2..=6).contains(&hashes) && title && !inside {
                mended.push_str(&text[done..at + hashes]);
                mended.push(' ');
                (done, count) = (at + hashes, count + 1);
            }
            at = line_end(text, at);
        }
    }
    mended.push_str(&text[done..]);
    // A header ends a paragraph, behind which other things may begin than inside one.
    if flat(&mended) == flat(text) { (mended, count) } else { (text.to_owned(), 0) }
}

/// What a text says, whether it says it in a header or in a paragraph.
fn flat(text: &str) -> Vec<Event<'_>> {
    let mut depth = 0;
    let told = parse(text).filter_map(|(event, _)| {
        depth -= usize::from(matches!(event, Event::End(_)));
        let outermost = depth == 0;
        depth += usize::from(matches!(event, Event::Start(_)));
        match event {
            Event::Start(Tag::Paragraph | Tag::Heading { .. }) | Event::End(TagEnd::Paragraph | TagEnd::Heading(_))
                if outermost =>
            {
                None
            }
            Event::SoftBreak | Event::HardBreak if depth == 1 => None,
            Event::Text(text) if depth == 1 => {
                Some(Event::Text(text.trim_start_matches('#').trim().to_owned().into())).filter(|_| !text.is_empty())
            }
            other => Some(other),
        }
    });
    told.collect()
}

struct Header {
    level: usize,
    /// Its whole lines.
    place: Range<usize>,
    /// Whether it begins with `#`.
    hashes: bool,
}

/// A text, its headers, and its other blocks. Headers inside lists and quotes belong to those.
struct Sections<'t> {
    text: &'t str,
    headers: Vec<Header>,
    blocks: Vec<Range<usize>>,
}

impl<'t> Sections<'t> {
    fn of(text: &'t str) -> Self {
        let mut depth = 0;
        let (mut headers, mut blocks) = (Vec::new(), Vec::new());
        for (event, place) in parse(text) {
            match event {
                Event::Start(tag) => {
                    match tag {
                        Tag::Heading { level, .. } if depth == 0 => {
                            let hashes = text[place.start..].starts_with('#');
                            let last = text[..place.end].trim_end().len().max(place.start);
                            let place = line_start(text, place.start)..line_end(text, last);
                            headers.push(Header { level: level as usize, place, hashes });
                        }
                        _ if depth == 0 => blocks.push(place),
                        _ => {}
                    }
                    depth += 1;
                }
                Event::End(_) => depth -= 1,
                _ if depth == 0 => blocks.push(place),
                _ => {}
            }
        }
        Self { text, headers, blocks }
    }

    /// What stands between a header and the next one, whatever its level.
    fn body(&self, header: usize) -> Range<usize> {
        let end = self.headers.get(header + 1).map_or(self.text.len(), |next| next.place.start);
        self.headers[header].place.end..end
    }

    /// Which sections have no text, in themselves or in any section below them.
    fn empty(&self) -> Vec<bool> {
        let mut empty = vec![false; self.headers.len()];
        // The smallest level among the headers from here to the next section that stays, 0 without one: where that is
        // below a header, so is the section.
        let mut highest = 0;
        for (at, header) in self.headers.iter().enumerate().rev() {
            let filled = !self.text[self.body(at)].trim().is_empty() || highest > header.level;
            empty[at] = !filled;
            highest = match filled {
                true => header.level,
                false => highest.min(header.level),
            };
        }
        // A text of nothing but headers keeps its title.
        if let Some(title) = self.headers.first()
            && empty.iter().all(|empty| *empty)
            && self.text[..title.place.start].trim().is_empty()
        {
            empty[0] = false;
        }
        empty
    }

    /// The text without these sections, and how many headers are written otherwise.
    fn written(&self, gone: &[bool], canonical: bool) -> (String, u64) {
        let Some(first) = self.headers.first() else { return (self.text.to_owned(), 0) };
        let mut out = self.text[..first.place.start].to_owned();
        let before = out.len();
        let mut rewritten = 0;
        for (at, header) in self.headers.iter().enumerate() {
            if gone[at] {
                blank_line(&mut out, &self.text[header.place.clone()]);
                continue;
            }
            let line = &self.text[header.place.clone()];
            match canonical_header(line, header) {
                Some(written) if canonical && written != line => {
                    out.push_str(&written);
                    rewritten += 1;
                }
                _ => out.push_str(line),
            }
            self.write_body(at, &mut out);
        }
        // What the last sections leave are blank lines, or none.
        let text_end = out.trim_end().len().max(before);
        if let Some(end) = out[text_end..].find('\n') {
            out.truncate(text_end + end + 1);
        }
        (out, rewritten)
    }

    /// What follows a header, with one blank line where there were several between blocks.
    fn write_body(&self, header: usize, out: &mut String) {
        let body = self.body(header);
        let mut at = body.start;
        let mut blank = false;
        while at < body.end {
            let end = line_end(self.text, at);
            let line = &self.text[at..end];
            let block = self.blocks.partition_point(|block| block.end <= at);
            let inside = self.blocks.get(block).is_some_and(|block| block.start <= at);
            let is_blank = !inside && line.trim().is_empty();
            match (is_blank, blank) {
                (false, _) => out.push_str(line),
                (true, false) => out.push_str(line_break(line)),
                (true, true) => {}
            }
            blank = is_blank;
            at = end;
        }
    }
}

/// `## Title`: the hashes, one space, the title, without closing hashes and what stands behind.
fn canonical_header(line: &str, header: &Header) -> Option<String> {
    if !header.hashes {
        return None;
    }
    let hashes = "#".repeat(header.level);
    let title = line.trim_start_matches(' ').strip_prefix(&hashes)?.trim_matches([' ', '\t', '\r', '\n']);
    let open = title.trim_end_matches('#');
    let title = if open.is_empty() || open.ends_with([' ', '\t']) { open.trim_end_matches([' ', '\t']) } else { title };
    let space = if title.is_empty() { "" } else { " " };
    Some(format!("{hashes}{space}{title}{}", line_break(line)))
}

/// How a line ends.
fn line_break(line: &str) -> &str {
    match line.strip_suffix('\n') {
        Some(text) if text.ends_with('\r') => "\r\n",
        Some(_) => "\n",
        None => "",
    }
}

/// Sees to it that a text ends with a blank line, so that what follows stays apart from it.
fn blank_line(out: &mut String, removed: &str) {
    let end = line_break(removed);
    if !out.is_empty() && out.ends_with('\n') && !out.ends_with("\n\n") && !out.ends_with("\n\r\n") {
        out.push_str(end);
    }
}
