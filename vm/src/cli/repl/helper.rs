//! What the line editor asks for while a form is typed: is it complete, how may this name go on,
//! what colours does it have.

use super::commands;
use crate::read::reader::Reader;
use crate::source::SourceId;
use crate::symbols::Symbols;
use crate::vm::VmShared;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter, MatchingBracketHighlighter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Hinter};
use std::borrow::Cow;
use std::sync::Arc;

/// Names are offered when there are at most so many.
const MOST_CANDIDATES: usize = 500;

/// Colours, as terminals are told of them.
const STRING: &str = "\x1b[32m";
const COMMENT: &str = "\x1b[90m";
const CONSTANT: &str = "\x1b[35m";
const PLAIN: &str = "\x1b[0m";

/// The editor's helper.
#[derive(Helper, Hinter)]
pub struct Forms {
    vm: Arc<VmShared>,
    brackets: MatchingBracketHighlighter,
    colours: bool,
}

impl Forms {
    /// For this machine; with colours unless the user wants none (`NO_COLOR`).
    pub fn new(vm: &Arc<VmShared>) -> Forms {
        let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Forms { vm: vm.clone(), brackets: MatchingBracketHighlighter::new(), colours }
    }
}

/// Asks for more lines until every form is complete.
impl Validator for Forms {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = commands::argument(context.input()).unwrap_or(context.input());
        let symbols = Symbols::default();
        let mut reader = Reader::new(SourceId::default(), text, &symbols);
        loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Err(error) if error.incomplete => return Ok(ValidationResult::Incomplete),
                // A wrong text is complete: its error is shown when it is evaluated.
                Ok(None) | Err(_) => return Ok(ValidationResult::Valid(None)),
            }
        }
    }
}

/// Does a name end before this character?
fn delimits(c: char) -> bool {
    c.is_whitespace() || "()[]\"';`,".contains(c)
}

impl Completer for Forms {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let pair = |name: &str| Pair { display: name.to_owned(), replacement: name.to_owned() };
        if let Some(typed) = line[..at].strip_prefix(',').filter(|typed| !typed.contains(' ')) {
            let commands = commands::NAMES.iter().filter(|(name, ..)| name.starts_with(typed));
            return Ok((1, commands.map(|(name, ..)| pair(name)).collect()));
        }
        let start = line[..at]
            .rfind(delimits)
            .map_or(0, |before| before + line[before..].chars().next().map_or(1, char::len_utf8));
        let typed = &line[start..at];
        if typed.is_empty() {
            return Ok((start, Vec::new()));
        }
        let expander = self.vm.front.expander(&self.vm);
        expander.standard_libraries(&self.vm.symbols);
        let names = expander.visible_names(expander.interaction_environment());
        let mut names: Vec<_> = names
            .into_iter()
            .map(|sym| self.vm.symbols.name(sym))
            .filter(|name| name.starts_with(typed) && !name.starts_with('%'))
            .take(MOST_CANDIDATES)
            .collect();
        names.sort();
        Ok((start, names.iter().map(|name| pair(name)).collect()))
    }
}

impl Highlighter for Forms {
    fn highlight<'l>(&self, line: &'l str, at: usize) -> Cow<'l, str> {
        if !self.colours {
            return Cow::Borrowed(line);
        }
        match self.brackets.highlight(line, at) {
            // The bracket's colour is inside the line now: no further colours.
            Cow::Owned(with_bracket) => Cow::Owned(with_bracket),
            Cow::Borrowed(line) => Cow::Owned(coloured(line)),
        }
    }
    fn highlight_char(&self, line: &str, at: usize, kind: CmdKind) -> bool {
        self.colours && (self.brackets.highlight_char(line, at, kind) || kind == CmdKind::Other)
    }
}

/// The line with its strings, comments and constants coloured.
fn coloured(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 32);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (colour, length) = match first {
            '"' => (STRING, string_length(rest)),
            ';' => (COMMENT, rest.find('\n').unwrap_or(rest.len())),
            '#' if rest.starts_with("#\\") => {
                let name = &rest[2..];
                let skip = name.chars().next().map_or(0, char::len_utf8);
                (CONSTANT, 2 + skip + name[skip..].find(delimits).unwrap_or(name.len() - skip))
            }
            c if delimits(c) => ("", c.len_utf8()),
            c => {
                let length = rest.find(delimits).unwrap_or(rest.len());
                let number = c == '#' || rest[..length].parse::<f64>().is_ok();
                (if number { CONSTANT } else { "" }, length)
            }
        };
        let (piece, after) = rest.split_at(length.max(first.len_utf8()));
        out.push_str(colour);
        out.push_str(piece);
        if !colour.is_empty() {
            out.push_str(PLAIN);
        }
        rest = after;
    }
    out
}

/// Bytes of the string literal that `text` begins with, as far as it goes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{CONSTANT, PLAIN, STRING, coloured};

    #[test]
    fn colours_add_nothing_visible() {
        for line in ["(display \"a;b\\\"\" 12 #\\( #t) ; no", "\"open", "#\\", "λ(x \"é\")"] {
            let coloured = coloured(line);
            let mut visible = String::new();
            let mut rest = coloured.as_str();
            while let Some(at) = rest.find('\x1b') {
                visible.push_str(&rest[..at]);
                rest = &rest[at + rest[at..].find('m').expect("a colour ends in m") + 1..];
            }
            visible.push_str(rest);
            assert_eq!(visible, line);
        }
    }

    #[test]
    fn strings_and_numbers_have_colours() {
        let expected = format!("({STRING}\"a b\"{PLAIN} {CONSTANT}-1.5{PLAIN} x)");
        assert_eq!(coloured("(\"a b\" -1.5 x)"), expected);
    }
}
