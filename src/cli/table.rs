//! Tables with aligned columns, measured by what a terminal shows.

use std::fmt::Write;

use super::paper::{Paper, Style};
use super::words::{clean, cut, width};

/// Space between two columns.
const GAP: usize = 2;

/// No column is cut below this.
const NARROWEST: usize = 8;

/// Which side the cells of a column are moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    head: &'static str,
    side: Side,
    style: Style,
    shrinks: bool,
    always: bool,
}

impl Column {
    /// Text.
    pub(super) const fn left(head: &'static str) -> Self {
        Self { head, side: Side::Left, style: Style::Plain, shrinks: false, always: false }
    }

    /// Numbers.
    pub(super) const fn right(head: &'static str) -> Self {
        Self { side: Side::Right, ..Self::left(head) }
    }

    /// Its cells may be cut where a terminal is too narrow.
    pub(super) const fn shrinks(self) -> Self {
        Self { shrinks: true, ..self }
    }

    /// It is shown also when all its cells are empty.
    pub(super) const fn always(self) -> Self {
        Self { always: true, ..self }
    }

    /// Its cells are painted.
    pub(super) const fn painted(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

/// Rows of cells under their heads. The cells must be clean. A column in which every cell is empty is left out.
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(super) fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with a cell for each column.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// The table as lines; nothing when it has no rows.
    pub(super) fn render(&self, paper: &Paper) -> String {
        self.render_with(paper, None)
    }

    /// The same with lines of text below each row.
    pub(super) fn render_with(&self, paper: &Paper, below: Option<&[Vec<String>]>) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let filled = |at: &usize| self.columns[*at].always || self.rows.iter().any(|row| !row[*at].is_empty());
        let shown: Vec<usize> = (0..self.columns.len()).filter(filled).collect();
        let widths = self.widths(&shown, paper);
        let mut text = String::new();
        let heads: Vec<&str> = self.columns.iter().map(|column| column.head).collect();
        self.line(&mut text, &shown, &widths, paper, |at| (heads[at], Style::Dim));
        for (place, row) in self.rows.iter().enumerate() {
            self.line(&mut text, &shown, &widths, paper, |at| (row[at].as_str(), self.columns[at].style));
            for line in below.and_then(|below| below.get(place)).into_iter().flatten() {
                writeln!(text, "  {}", clean(line)).expect("a string");
            }
        }
        text
    }

    /// How wide each shown column is.
    fn widths(&self, shown: &[usize], paper: &Paper) -> Vec<usize> {
        let widest = |at: &usize| {
            let cells = self.rows.iter().map(|row| width(&row[*at]));
            cells.max().unwrap_or(0).max(width(self.columns[*at].head))
        };
        let mut widths: Vec<usize> = shown.iter().map(widest).collect();
        let gaps = GAP * shown.len().saturating_sub(1);
        let most = paper.width().unwrap_or(usize::MAX);
        // The widest of those that may shrink gives way first.
        while widths.iter().sum::<usize>() + gaps > most {
            let wide = (0..shown.len())
                .filter(|at| self.columns[shown[*at]].shrinks && widths[*at] > NARROWEST)
                .max_by_key(|at| widths[*at]);
            let Some(wide) = wide else { break };
            widths[wide] -= 1;
        }
        widths
    }

    fn line<'a>(
        &self,
        text: &mut String,
        shown: &[usize],
        widths: &[usize],
        paper: &Paper,
        cell: impl Fn(usize) -> (&'a str, Style),
    ) {
        let mut spaces = 0;
        for (place, at) in shown.iter().enumerate() {
            let (content, style) = cell(*at);
            let content = cut(content, widths[place]);
            let pad = widths[place] - width(&content);
            let (before, after) = if self.columns[*at].side == Side::Right { (pad, 0) } else { (0, pad) };
            if !content.is_empty() {
                // Spaces are written only when something follows them.
                write!(text, "{:1$}{2}", "", spaces + before, paper.paint(&content, style)).expect("a string");
                spaces = 0;
            } else {
                spaces += before;
            }
            spaces += after + GAP;
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&[
            Column::left("ID").painted(Style::Name),
            Column::left("KEY").shrinks(),
            Column::left("NONE"),
            Column::right("SIZE"),
            Column::left("TAGS").shrinks(),
        ]);
        let mut row = |cells: [&str; 5]| table.row(cells.map(str::to_owned).to_vec());
        row(["a", "雨量 of november", "", "12 B", ""]);
        row(["bcd", "x", "", "1.0 kB", "symbol=AAPL"]);
        table
    }

    #[test]
    fn columns_align_by_what_is_shown_and_empty_ones_are_left_out() {
        assert_eq!(
            table().render(&Paper::plain()),
            "\
ID   KEY                 SIZE  TAGS
a    雨量 of november    12 B
bcd  x                 1.0 kB  symbol=AAPL
"
        );
        assert_eq!(Table::new(&[Column::left("ID")]).render(&Paper::plain()), "");
    }

    #[test]
    fn a_narrow_terminal_cuts_the_widest_first() {
        let text = table().render(&Paper::terminal(36));
        let plain = text.replace("\x1b[2m", "").replace("\x1b[36m", "").replace("\x1b[0m", "");
        assert_eq!(
            plain,
            "\
ID   KEY            SIZE  TAGS
a    雨量 of no…    12 B
bcd  x            1.0 kB  symbol=AA…
"
        );
        assert!(text.contains("\x1b[36mbcd\x1b[0m") && text.starts_with("\x1b[2mID\x1b[0m"));
        assert!(plain.lines().all(|line| width(line) <= 36));
    }
}
