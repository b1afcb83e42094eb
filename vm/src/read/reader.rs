//! From tokens to data, with an explicit stack: nesting is limited by memory only.

#[cfg(test)]
mod tests;

use super::datum::{Datum, DatumKind};
use super::lexer::{Lexer, Prefix, Token, byte_value};
use super::patience::Patience;
use crate::source::{SourceId, Span};
use crate::symbols::{Sym, Symbols};
use rustc_hash::FxHashSet;
use std::fmt;

/// Why a text is no datum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Could more text make it right? (A REPL then asks for another line.)
    pub incomplete: bool,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

/// Reads data from a text, one after the other.
pub struct Reader<'t> {
    lexer: Lexer<'t>,
    prefixes: [Option<Sym>; 8],
    /// The data read so far of all open constructs, outermost first.
    items: Vec<Datum>,
    open: Vec<Open>,
    labels: FxHashSet<u32>,
}

/// A construct that is not finished.
struct Open {
    construct: Construct,
    /// Where it begins, in bytes.
    start: usize,
    /// Index of its first element in `items`.
    first: usize,
}

#[derive(Clone, Copy)]
enum Construct {
    /// Closed by this byte; `dot` is the number of elements before a dot.
    List {
        close: u8,
        dot: Option<usize>,
    },
    Vector,
    Bytevector,
    Prefix(Prefix),
    Comment,
    Label(u32),
}

/// Reads the first datum of `text`; with it, how many bytes were consumed. `None` if there is none.
pub fn read_one(
    source: SourceId,
    text: &str,
    symbols: &Symbols,
) -> Result<Option<(Datum, usize)>, ReadError> {
    let mut reader = Reader::new(source, text, symbols);
    let datum = reader.next()?;
    Ok(datum.map(|datum| (datum, reader.position())))
}

impl<'t> Reader<'t> {
    /// Symbols' numbers need to be good until the next safepoint only: the data become values before.
    pub fn read_for_now(&mut self) {
        self.lexer.read_for_now();
    }
    /// A reader at the beginning of `text`.
    pub fn new(source: SourceId, text: &'t str, symbols: &'t Symbols) -> Reader<'t> {
        Reader {
            lexer: Lexer::new(source, text, symbols),
            prefixes: [None; 8],
            items: Vec::new(),
            open: Vec::new(),
            labels: FxHashSet::default(),
        }
    }
    /// Reads for who has this patience: when it is over, the reader gives up, with an error.
    pub fn read_with(&mut self, patience: &'t mut dyn Patience) {
        self.lexer.read_with(patience);
    }
    /// How many bytes have been consumed.
    pub fn position(&self) -> usize {
        self.lexer.position()
    }
    /// All data up to the end of the text, or to what is no datum, and what is wrong there.
    pub fn rest(mut self) -> (Vec<Datum>, Option<ReadError>) {
        let mut data = Vec::new();
        loop {
            match self.next() {
                Ok(Some(datum)) => data.push(datum),
                Ok(None) => return (data, None),
                Err(error) => return (data, Some(error)),
            }
        }
    }
    /// Is `#!fold-case` in force?
    pub fn fold_case(&self) -> bool {
        self.lexer.fold_case()
    }
    /// Puts `#!fold-case` in force, or out of it.
    pub fn set_fold_case(&mut self, fold_case: bool) {
        self.lexer.set_fold_case(fold_case);
    }

    /// The next datum; `None` at the end of the text. After an error, reading goes on behind the
    /// token that was wrong.
    #[expect(clippy::should_implement_trait, reason = "a fallible iterator, read as a reader")]
    pub fn next(&mut self) -> Result<Option<Datum>, ReadError> {
        self.items.clear();
        self.open.clear();
        self.labels.clear();
        loop {
            let (token, start) = self.lexer.next_token()?;
            self.lexer.count()?;
            let finished = match token {
                Token::Atom(kind) => {
                    if let DatumKind::LabelRef(number) = kind {
                        self.check_reference(number, start)?;
                    }
                    self.add(Datum::new(kind, self.lexer.span_from(start)))?
                }
                Token::Open(close) => {
                    self.open(Construct::List { close, dot: None }, start);
                    None
                }
                Token::OpenVector => {
                    self.open(Construct::Vector, start);
                    None
                }
                Token::OpenBytevector => {
                    self.open(Construct::Bytevector, start);
                    None
                }
                Token::Prefix(prefix) => {
                    self.open(Construct::Prefix(prefix), start);
                    None
                }
                Token::DatumComment => {
                    self.open(Construct::Comment, start);
                    None
                }
                Token::Label(number) => {
                    if !self.labels.insert(number) {
                        return Err(self.error(start, format!("label #{number}= is used twice")));
                    }
                    self.open(Construct::Label(number), start);
                    None
                }
                Token::Dot => {
                    self.dot(start)?;
                    None
                }
                Token::Close(close) => {
                    let datum = self.close(close, start)?;
                    self.add(datum)?
                }
                Token::End if self.open.is_empty() => return Ok(None),
                Token::End => return Err(self.unfinished()),
            };
            if finished.is_some() {
                return Ok(finished);
            }
        }
    }

    fn open(&mut self, construct: Construct, start: usize) {
        self.open.push(Open { construct, start, first: self.items.len() });
    }

    /// Adds a finished datum to the innermost open construct; `Some` if there is none.
    #[inline(always)]
    fn add(&mut self, mut datum: Datum) -> Result<Option<Datum>, ReadError> {
        loop {
            let Some(innermost) = self.open.last() else { return Ok(Some(datum)) };
            let (first, start) = (innermost.first, innermost.start);
            match innermost.construct {
                Construct::List { dot: Some(before), .. } if self.items.len() - first > before => {
                    let message =
                        "there is more than one datum between the dot and the parenthesis";
                    return Err(self.error_at(datum.span, message));
                }
                Construct::Bytevector if byte_value(self.lexer.text_of(datum.span)).is_none() => {
                    let message = "a bytevector's elements must be exact integers from 0 to 255";
                    return Err(self.error_at(datum.span, message));
                }
                Construct::List { .. } | Construct::Vector | Construct::Bytevector => {
                    self.items.push(datum);
                    return Ok(None);
                }
                Construct::Comment => {
                    self.open.pop();
                    return Ok(None);
                }
                Construct::Prefix(prefix) => {
                    self.open.pop();
                    self.lexer.count()?;
                    let span = self.lexer.span_from(start);
                    let mark = Span { end: datum.span.start, ..span };
                    let name = Datum::symbol(self.prefix_symbol(prefix), mark);
                    datum = Datum::list([name, datum].into_iter(), span);
                }
                Construct::Label(number) => {
                    self.open.pop();
                    let span = self.lexer.span_from(start);
                    if matches!(datum.kind, DatumKind::LabelRef(_)) {
                        return Err(self.error_at(span, "a label must name a datum, not a label"));
                    }
                    datum = Datum::labelled(number, datum, span);
                }
            }
        }
    }

    /// The construct that a closing parenthesis finishes.
    fn close(&mut self, close: u8, start: usize) -> Result<Datum, ReadError> {
        let shown = char::from(close);
        let Some(innermost) = self.open.last() else {
            return Err(self.error(start, format!("unexpected {shown}: nothing is open here")));
        };
        let (construct, first, begin) = (innermost.construct, innermost.first, innermost.start);
        let expected = match construct {
            Construct::List { close, .. } => close,
            Construct::Vector | Construct::Bytevector => b')',
            Construct::Prefix(_) | Construct::Comment | Construct::Label(_) => {
                let opened = self.lexer.span_from(begin);
                let prefix = self.lexer.text_of(Span { end: opened.end - 1, ..opened }).trim_end();
                let message = format!("there is no datum between {prefix} and {shown}");
                return Err(self.error(start, message));
            }
        };
        if expected != close {
            let opening = if expected == b']' { '[' } else { '(' };
            let message =
                format!("unexpected {shown}: the {opening} is closed by {}", char::from(expected));
            return Err(self.error_at(self.lexer.span_from(begin), message));
        }
        self.open.pop();
        let span = self.lexer.span_from(begin);
        match construct {
            Construct::List { dot, .. } => {
                let mut tail = Datum::nil(span);
                if let Some(before) = dot {
                    if self.items.len() - first == before {
                        return Err(self.error(start, "there is no datum behind the dot"));
                    }
                    tail = self.items.pop().unwrap_or(tail);
                }
                Ok(Datum::list_with_tail(self.items.drain(first..), tail, span))
            }
            Construct::Bytevector => {
                let items = self.items.drain(first..);
                let bytes = items.filter_map(|item| byte_value(self.lexer.text_of(item.span)));
                Ok(Datum::new(DatumKind::Bytevector(bytes.collect()), span))
            }
            _ => Ok(Datum::vector(self.items.drain(first..).collect(), span)),
        }
    }

    fn dot(&mut self, start: usize) -> Result<(), ReadError> {
        let message = match self.open.last_mut() {
            Some(Open { construct: Construct::List { dot, .. }, first, .. }) => {
                let before = self.items.len() - *first;
                if dot.is_some() {
                    "there are two dots in this list"
                } else if before == 0 {
                    "there is no datum before the dot"
                } else {
                    *dot = Some(before);
                    return Ok(());
                }
            }
            _ => "a dot may only stand in a list",
        };
        Err(self.error(start, message))
    }

    fn check_reference(&self, number: u32, start: usize) -> Result<(), ReadError> {
        if self.labels.contains(&number) {
            return Ok(());
        }
        Err(self.error(start, format!("#{number}# refers to no label #{number}= before it")))
    }

    fn prefix_symbol(&mut self, prefix: Prefix) -> Sym {
        let lexer = &self.lexer;
        *self.prefixes[prefix as usize].get_or_insert_with(|| lexer.intern(prefix.name()))
    }

    /// The text has ended, but something is open.
    fn unfinished(&self) -> ReadError {
        let is_bracket = |open: &&Open| {
            matches!(
                open.construct,
                Construct::List { .. } | Construct::Vector | Construct::Bytevector
            )
        };
        let (start, message) = match self.open.iter().rev().find(is_bracket) {
            Some(Open { construct: Construct::List { close, .. }, start, .. }) => {
                let opening = if *close == b']' { '[' } else { '(' };
                let count = self.open.iter().filter(is_bracket).count();
                let more = if count > 1 {
                    format!(", nor {} more around it", count - 1)
                } else {
                    String::new()
                };
                (*start, format!("this {opening} is never closed{more}"))
            }
            Some(open) => (open.start, "this vector is never closed".to_owned()),
            None => {
                let start = self.open.last().map_or(0, |open| open.start);
                (start, "the text ends where a datum should follow".to_owned())
            }
        };
        let mut span = self.lexer.span_from(start);
        span.end = span.start + 1;
        ReadError { message, span, incomplete: true }
    }

    fn error(&self, start: usize, message: impl Into<String>) -> ReadError {
        self.error_at(self.lexer.span_from(start), message)
    }
    fn error_at(&self, span: Span, message: impl Into<String>) -> ReadError {
        ReadError { message: message.into(), span, incomplete: false }
    }
}
