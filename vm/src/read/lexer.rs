//! From text to tokens: the lexical syntax of R7RS, section 7.1.1.
//!
//! More is tolerated where nothing can be misunderstood: brackets are parentheses, a quote ends a
//! token, `1+` is a symbol, a first line `#!/...` is a comment.

mod escapes;

use super::datum::DatumKind;
use super::patience::{Patience, Patient};
use super::reader::ReadError;
use crate::num::Number;
use crate::num::parse::parse_number;
use crate::prim::character::case::fold_full;
use crate::source::{SourceId, Span};
use crate::symbols::{Sym, Symbols};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A token.
pub enum Token {
    /// `(` or `[`; what closes it.
    Open(u8),
    /// `)` or `]`.
    Close(u8),
    /// `#(`.
    OpenVector,
    /// `#u8(`.
    OpenBytevector,
    /// `'` and its like: the symbol that stands for it.
    Prefix(Prefix),
    /// `#;`.
    DatumComment,
    /// `.` on its own.
    Dot,
    /// `#0=`.
    Label(u32),
    /// Any datum of one token, `#0#` among them.
    Atom(DatumKind),
    /// There are no more tokens.
    End,
}

/// An abbreviation of a two-element list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prefix {
    /// `'`
    Quote,
    /// `` ` ``
    Quasiquote,
    /// `,`
    Unquote,
    /// `,@`
    UnquoteSplicing,
    /// `#'`
    Syntax,
    /// `` #` ``
    Quasisyntax,
    /// `#,`
    Unsyntax,
    /// `#,@`
    UnsyntaxSplicing,
}

impl Prefix {
    /// The symbol the prefix stands for.
    pub fn name(self) -> &'static str {
        match self {
            Prefix::Quote => "quote",
            Prefix::Quasiquote => "quasiquote",
            Prefix::Unquote => "unquote",
            Prefix::UnquoteSplicing => "unquote-splicing",
            Prefix::Syntax => "syntax",
            Prefix::Quasisyntax => "quasisyntax",
            Prefix::Unsyntax => "unsyntax",
            Prefix::UnsyntaxSplicing => "unsyntax-splicing",
        }
    }
}

/// Turns a text into tokens.
pub struct Lexer<'t> {
    source: SourceId,
    text: &'t str,
    bytes: &'t [u8],
    position: usize,
    fold_case: bool,
    symbols: &'t Symbols,
    /// Are the symbols' numbers to last?
    is_lasting: bool,
    /// The symbols seen in this text, so that the shared table is asked once for each.
    seen: FxHashMap<&'t str, Sym>,
    patient: Patient<'t>,
}

/// The bytes that end a token. Those of characters outside ASCII are looked at as characters.
const DELIMITERS: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"\t\n\x0b\x0c\r ()[]\";|'`,";
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
};

fn is_delimiter(byte: u8) -> bool {
    DELIMITERS[usize::from(byte)]
}

impl<'t> Lexer<'t> {
    /// A lexer at the beginning of `text`.
    pub fn new(source: SourceId, text: &'t str, symbols: &'t Symbols) -> Lexer<'t> {
        Lexer {
            source,
            text,
            bytes: text.as_bytes(),
            position: 0,
            fold_case: false,
            symbols,
            is_lasting: true,
            seen: FxHashMap::default(),
            patient: Patient::default(),
        }
    }
    /// How many bytes have been consumed.
    pub fn position(&self) -> usize {
        self.position
    }
    /// Symbols' numbers need to be good until the next safepoint only.
    pub fn read_for_now(&mut self) {
        self.is_lasting = false;
    }
    /// Reads for who has this patience.
    pub fn read_with(&mut self, patience: &'t mut dyn Patience) {
        self.patient = Patient::new(patience);
    }
    /// An object has been made of what was read.
    ///
    /// # Errors
    /// When the reader is to give up.
    #[inline(always)]
    pub fn count(&mut self) -> Result<(), ReadError> {
        self.patient.count()
    }
    fn intern_symbol(&self, name: &str) -> Sym {
        match self.is_lasting {
            true => self.symbols.intern(name),
            false => self.symbols.intern_for_now(name),
        }
    }
    /// Are symbols and character names read as if in lower case?
    pub fn fold_case(&self) -> bool {
        self.fold_case
    }
    /// Says whether symbols and character names are read as if in lower case.
    pub fn set_fold_case(&mut self, fold_case: bool) {
        self.fold_case = fold_case;
    }
    /// The symbol named `name`.
    pub fn intern(&self, name: &str) -> Sym {
        self.intern_symbol(name)
    }
    /// The text of a span of this text.
    pub fn text_of(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
    /// The span from `start` to what has been consumed.
    pub fn span_from(&self, start: usize) -> Span {
        let offset = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        Span { source: self.source, start: offset(start), end: offset(self.position) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }
    fn peek_char(&self) -> Option<char> {
        self.text.get(self.position..).and_then(|rest| rest.chars().next())
    }
    fn error(&self, start: usize, message: impl Into<String>) -> ReadError {
        ReadError { message: message.into(), span: self.span_from(start), incomplete: false }
    }
    fn incomplete(&self, start: usize, message: &str) -> ReadError {
        ReadError { message: message.to_owned(), span: self.span_from(start), incomplete: true }
    }

    /// The next token and where it begins.
    #[inline(always)]
    pub fn next_token(&mut self) -> Result<(Token, usize), ReadError> {
        self.skip_blanks()?;
        let start = self.position;
        let Some(byte) = self.peek() else { return Ok((Token::End, start)) };
        self.position += 1;
        let token = match byte {
            b'(' => Token::Open(b')'),
            b'[' => Token::Open(b']'),
            b')' | b']' => Token::Close(byte),
            b'\'' => Token::Prefix(Prefix::Quote),
            b'`' => Token::Prefix(Prefix::Quasiquote),
            b',' if self.peek() == Some(b'@') => {
                self.position += 1;
                Token::Prefix(Prefix::UnquoteSplicing)
            }
            b',' => Token::Prefix(Prefix::Unquote),
            b'"' => Token::Atom(DatumKind::String(self.string(start)?)),
            b'|' => Token::Atom(DatumKind::Symbol(self.bar_symbol(start)?)),
            b'#' => self.hash(start)?,
            b'{' | b'}' => {
                return Err(self.error(start, format!("unexpected {}", char::from(byte))));
            }
            _ => self.number_or_symbol(start)?,
        };
        Ok((token, start))
    }

    /// Skips whitespace and comments other than `#;`.
    fn skip_blanks(&mut self) -> Result<(), ReadError> {
        loop {
            self.patient.reach(self.position)?;
            match self.peek() {
                Some(b'\t'..=b'\r' | b' ') => self.position += 1,
                Some(b';') => self.skip_line(),
                Some(b'#') => match self.bytes.get(self.position + 1) {
                    Some(b'|') => self.skip_block_comment()?,
                    Some(b'!')
                        if self.position == 0 && matches!(self.bytes.get(2), Some(b'/' | b' ')) =>
                    {
                        self.skip_line();
                    }
                    Some(b'!') if self.skip_directive() => {}
                    _ => return Ok(()),
                },
                Some(128..) => match self.peek_char() {
                    Some(c) if c.is_whitespace() || c == '\u{feff}' => {
                        self.position += c.len_utf8()
                    }
                    _ => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
    }
    fn skip_line(&mut self) {
        let rest = &self.bytes[self.position..];
        self.position += rest.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(rest.len());
    }
    fn skip_block_comment(&mut self) -> Result<(), ReadError> {
        let start = self.position;
        self.position += 2;
        let mut depth = 1u64;
        while depth > 0 {
            self.patient.reach(self.position)?;
            match (self.peek(), self.bytes.get(self.position + 1)) {
                (Some(b'|'), Some(b'#')) => {
                    depth -= 1;
                    self.position += 2;
                }
                (Some(b'#'), Some(b'|')) => {
                    depth += 1;
                    self.position += 2;
                }
                (Some(_), _) => self.position += 1,
                (None, _) => {
                    self.position = start + 2;
                    let error = self.incomplete(start, "this block comment #| is never closed");
                    self.position = self.bytes.len();
                    return Err(error);
                }
            }
        }
        Ok(())
    }
    /// Consumes `#!fold-case` or `#!no-fold-case`, if one of them comes next.
    fn skip_directive(&mut self) -> bool {
        for (name, fold_case) in [("#!fold-case", true), ("#!no-fold-case", false)] {
            let end = self.position + name.len();
            let here = self.bytes.get(self.position..end);
            if here.is_some_and(|bytes| bytes.eq_ignore_ascii_case(name.as_bytes()))
                && self.bytes.get(end).is_none_or(|&b| is_delimiter(b))
            {
                self.position = end;
                self.fold_case = fold_case;
                return true;
            }
        }
        false
    }

    /// Consumes up to the next delimiter and returns the text since `start`.
    fn token_text(&mut self, start: usize) -> &'t str {
        while let Some(byte) = self.peek() {
            if byte < 128 {
                if is_delimiter(byte) {
                    break;
                }
                self.position += 1;
            } else {
                match self.peek_char() {
                    Some(c) if !c.is_whitespace() => self.position += c.len_utf8(),
                    _ => break,
                }
            }
        }
        &self.text[start..self.position]
    }

    #[inline(always)]
    fn number_or_symbol(&mut self, start: usize) -> Result<Token, ReadError> {
        self.position = start;
        let text = self.token_text(start);
        let bytes = text.as_bytes();
        let numeric = match bytes {
            [b'0'..=b'9', ..] | [b'+' | b'-', _, ..] => true,
            [b'.', second, ..] => second.is_ascii_digit(),
            _ => false,
        };
        if numeric && let Some(number) = self.patient.number(text)? {
            return Ok(Token::Atom(DatumKind::Number(Arc::new(number))));
        }
        if text == "." {
            return Ok(Token::Dot);
        }
        if let Some(bad) = text.chars().find(|c| c.is_control() || *c == '\u{fffd}' || *c == '\\') {
            self.position = (start + bad.len_utf8()).max(self.position);
            return Err(self.error(start, format!("unexpected character {bad:?} in a symbol")));
        }
        Ok(Token::Atom(DatumKind::Symbol(self.symbol(text))))
    }
    fn symbol(&mut self, text: &'t str) -> Sym {
        if self.fold_case {
            let mut folded = String::with_capacity(text.len());
            text.chars().for_each(|c| fold_full(c, |folded_char| folded.push(folded_char)));
            return self.intern_symbol(&folded);
        }
        if let Some(sym) = self.seen.get(text) {
            return *sym;
        }
        let sym = self.intern_symbol(text);
        self.seen.insert(text, sym);
        sym
    }

    /// A token that begins with `#`.
    fn hash(&mut self, start: usize) -> Result<Token, ReadError> {
        let Some(byte) = self.peek() else {
            return Err(self.incomplete(start, "the text ends after #"));
        };
        match byte {
            b'(' => {
                self.position += 1;
                Ok(Token::OpenVector)
            }
            b';' => {
                self.position += 1;
                Ok(Token::DatumComment)
            }
            b'\'' | b'`' | b',' => {
                self.position += 1;
                Ok(Token::Prefix(match byte {
                    b'\'' => Prefix::Syntax,
                    b'`' => Prefix::Quasisyntax,
                    _ if self.peek() == Some(b'@') => {
                        self.position += 1;
                        Prefix::UnsyntaxSplicing
                    }
                    _ => Prefix::Unsyntax,
                }))
            }
            b'\\' => Ok(Token::Atom(DatumKind::Char(self.character(start)?))),
            b'0'..=b'9' => self.label(start),
            _ => self.hash_word(start),
        }
    }
    /// `#` followed by a word: a boolean, a number with a prefix, the beginning of a bytevector.
    fn hash_word(&mut self, start: usize) -> Result<Token, ReadError> {
        let text = self.token_text(start);
        let kind = match text {
            "#t" | "#true" => DatumKind::Bool(true),
            "#f" | "#false" => DatumKind::Bool(false),
            "#u8" | "#U8" if self.peek() == Some(b'(') => {
                self.position += 1;
                return Ok(Token::OpenBytevector);
            }
            "#!eof" => DatumKind::Eof,
            "#!default" => DatumKind::Default,
            "#!unspecific" | "#!unspecified" => DatumKind::Unspecified,
            _ if text.eq_ignore_ascii_case("#t") || text.eq_ignore_ascii_case("#true") => {
                DatumKind::Bool(true)
            }
            _ if text.eq_ignore_ascii_case("#f") || text.eq_ignore_ascii_case("#false") => {
                DatumKind::Bool(false)
            }
            _ if matches!(
                text.as_bytes()[1..].first(),
                Some(
                    b'x' | b'X'
                        | b'b'
                        | b'B'
                        | b'o'
                        | b'O'
                        | b'd'
                        | b'D'
                        | b'e'
                        | b'E'
                        | b'i'
                        | b'I'
                )
            ) =>
            {
                match self.patient.number(text)? {
                    Some(number) => DatumKind::Number(Arc::new(number)),
                    None => return Err(self.error(start, format!("{} is no number", shown(text)))),
                }
            }
            _ => return Err(self.error(start, format!("unknown syntax {}", shown(text)))),
        };
        Ok(Token::Atom(kind))
    }
    /// `#0=` or `#0#`.
    fn label(&mut self, start: usize) -> Result<Token, ReadError> {
        let digits = self.bytes[self.position..].iter().take_while(|b| b.is_ascii_digit()).count();
        let number = self.text[self.position..self.position + digits].parse::<u32>();
        self.position += digits;
        let mark = self.peek();
        match (mark, number) {
            (Some(b'=' | b'#'), Ok(number)) => {
                self.position += 1;
                let is_label = mark == Some(b'=');
                Ok(if is_label {
                    Token::Label(number)
                } else {
                    Token::Atom(DatumKind::LabelRef(number))
                })
            }
            (None, Ok(_)) => Err(self.incomplete(start, "the text ends inside a datum label")),
            _ => {
                let text = self.token_text(start);
                Err(self.error(start, format!("{} is no datum label", shown(text))))
            }
        }
    }
}

/// The beginning of a text, for an error message.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

/// Is a datum read from this text a byte, written as an exact integer?
pub fn byte_value(text: &str) -> Option<u8> {
    match parse_number(text, 10)? {
        Number::Fixnum(n) => u8::try_from(n).ok(),
        _ => None,
    }
}
