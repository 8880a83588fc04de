//! What standard output and error can show: colours on a terminal, and lines as wide as it is.

use std::io::IsTerminal;
use std::os::fd::AsFd;

/// What a word is painted as; what it says must also be clear without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Style {
    #[default]
    Plain,
    /// What one looks for: ids.
    Name,
    /// What only helps: heads, ages.
    Dim,
    /// Something was done.
    Good,
    /// Something to look at.
    Odd,
}

/// Where the output goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    colour: bool,
    /// Columns of the terminal; `None` where lines may be as long as they are.
    width: Option<usize>,
}

impl Paper {
    /// Standard output as it is.
    pub(super) fn stdout() -> Self {
        Self::of(std::io::stdout())
    }

    /// Standard error as it is.
    pub(super) fn stderr() -> Self {
        Self::of(std::io::stderr())
    }

    fn of(end: impl IsTerminal + AsFd) -> Self {
        if !end.is_terminal() {
            return Self::plain();
        }
        let width = rustix::termios::tcgetwinsize(&end).ok().map(|size| usize::from(size.ws_col));
        Self { colour: may_colour(), width: width.filter(|width| *width > 0) }
    }

    /// No terminal: no colours, nothing cut.
    pub(super) fn plain() -> Self {
        Self { colour: false, width: None }
    }

    /// How many columns a line may have.
    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    /// The text in its colour, where there are colours.
    pub(super) fn paint(&self, text: &str, style: Style) -> String {
        let code = match style {
            _ if !self.colour || text.is_empty() => return text.to_owned(),
            Style::Plain => return text.to_owned(),
            Style::Name => "36",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Odd => "33",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    #[cfg(test)]
    pub(super) fn terminal(width: usize) -> Self {
        Self { colour: true, width: Some(width) }
    }
}

/// Whether a terminal may be sent colours: not when NO_COLOR says anything, nor when it knows none.
pub(super) fn may_colour() -> bool {
    let said = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    said("NO_COLOR").is_none() && said("TERM").is_none_or(|term| term != "dumb")
}
