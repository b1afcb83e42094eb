//! Strings, `|symbols|` and characters: the tokens that know escapes.

use super::{Lexer, is_delimiter, shown};
use crate::read::reader::ReadError;
use crate::symbols::Sym;
use std::sync::Arc;

/// The names of characters: R7RS's first, then those of older reports.
const CHARACTER_NAMES: &[(&str, char)] = &[
    ("alarm", '\x07'),
    ("backspace", '\x08'),
    ("delete", '\x7f'),
    ("escape", '\x1b'),
    ("newline", '\n'),
    ("null", '\0'),
    ("return", '\r'),
    ("space", ' '),
    ("tab", '\t'),
    ("altmode", '\x1b'),
    ("linefeed", '\n'),
    ("nul", '\0'),
    ("page", '\x0c'),
    ("rubout", '\x7f'),
    ("vtab", '\x0b'),
];

impl Lexer<'_> {
    /// The rest of a string whose opening quote has been consumed.
    pub(super) fn string(&mut self, start: usize) -> Result<Arc<str>, ReadError> {
        self.quoted(start, b'"', "this string is never closed").map(Arc::from)
    }

    /// The rest of a symbol between bars whose first bar has been consumed.
    pub(super) fn bar_symbol(&mut self, start: usize) -> Result<Sym, ReadError> {
        let name = self.quoted(start, b'|', "this symbol's | is never closed")?;
        Ok(self.intern_symbol(&name))
    }

    /// Text with escapes up to `close`.
    fn quoted(&mut self, start: usize, close: u8, unclosed: &str) -> Result<String, ReadError> {
        let mut text = String::new();
        loop {
            self.patient.reach(self.position)?;
            let rest = &self.bytes[self.position..];
            let special = rest.iter().position(|&b| b == close || b == b'\\' || b == b'\r');
            let Some(plain) = special else {
                self.position = start + 1;
                let error = self.incomplete(start, unclosed);
                self.position = self.bytes.len();
                return Err(error);
            };
            text.push_str(&self.text[self.position..self.position + plain]);
            self.position += plain;
            match self.bytes[self.position] {
                b'\r' => {
                    self.skip_line_ending();
                    text.push('\n');
                }
                b'\\' => {
                    if let Some(c) = self.escape(start, unclosed)? {
                        text.push(c);
                    }
                }
                _ => {
                    self.position += 1;
                    return Ok(text);
                }
            }
        }
    }

    /// One escape sequence; `None` for a line continuation.
    fn escape(&mut self, start: usize, unclosed: &str) -> Result<Option<char>, ReadError> {
        let backslash = self.position;
        self.position += 1;
        let Some(c) = self.peek_char() else { return Err(self.incomplete(start, unclosed)) };
        self.position += c.len_utf8();
        let meant = match c {
            'a' => '\x07',
            'b' => '\x08',
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            '"' | '\\' | '|' => c,
            'x' | 'X' => return self.hex_escape(backslash).map(Some),
            ' ' | '\t' | '\n' | '\r' => return self.line_continuation(backslash).map(|()| None),
            _ => return Err(self.error(backslash, format!("unknown escape \\{c} in a string"))),
        };
        Ok(Some(meant))
    }

    /// The rest of `\x41;`.
    fn hex_escape(&mut self, backslash: usize) -> Result<char, ReadError> {
        let rest = &self.bytes[self.position..];
        let digits = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let code = u32::from_str_radix(&self.text[self.position..self.position + digits], 16);
        self.position += digits;
        if self.peek().is_none() {
            return Err(self.incomplete(backslash, "the text ends inside an escape"));
        }
        if self.peek() != Some(b';') {
            return Err(
                self.error(backslash, "an escape \\x needs hexadecimal digits and a semicolon")
            );
        }
        self.position += 1;
        let character = code.ok().and_then(char::from_u32);
        character.ok_or_else(|| self.error(backslash, "this escape names no Unicode character"))
    }

    /// The rest of a backslash before a line's end, up to the next line's first visible character.
    fn line_continuation(&mut self, backslash: usize) -> Result<(), ReadError> {
        self.position = backslash + 1;
        self.skip_spaces();
        if !matches!(self.peek(), Some(b'\n' | b'\r')) {
            if self.peek().is_none() {
                return Err(self.incomplete(backslash, "the text ends inside a string"));
            }
            return Err(self.error(backslash, "a backslash before a space must end its line"));
        }
        self.skip_line_ending();
        self.skip_spaces();
        Ok(())
    }
    fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.position += 1;
        }
    }
    fn skip_line_ending(&mut self) {
        if self.peek() == Some(b'\r') {
            self.position += 1;
            if self.peek() == Some(b'\n') {
                self.position += 1;
            }
        } else {
            self.position += 1;
        }
    }

    /// A character; `#` has been consumed.
    pub(super) fn character(&mut self, start: usize) -> Result<char, ReadError> {
        self.position += 1;
        let Some(first) = self.peek_char() else {
            return Err(self.incomplete(start, "the text ends after #\\"));
        };
        let begin = self.position;
        self.position += first.len_utf8();
        if first.is_ascii() && (is_delimiter(first as u8) || first.is_control()) {
            return Ok(first);
        }
        let name = self.token_text(begin);
        if name.len() == first.len_utf8() {
            return Ok(first);
        }
        if let Some(digits) = name.strip_prefix(['x', 'X'])
            && digits.bytes().all(|b| b.is_ascii_hexdigit())
        {
            let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
            return code.ok_or_else(|| {
                self.error(start, format!("#\\{} names no Unicode character", shown(name)))
            });
        }
        let folded = if self.fold_case { name.to_lowercase() } else { name.to_owned() };
        let found = CHARACTER_NAMES.iter().find(|(known, _)| *known == folded);
        found
            .map(|(_, c)| *c)
            .ok_or_else(|| self.error(start, format!("unknown character name #\\{}", shown(name))))
    }
}
