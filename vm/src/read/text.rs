//! From data to text, for error messages and tests. (`write` prints heap objects; see there.)

use super::datum::{Datum, DatumKind};
use crate::num::parse::parse_number;
use crate::symbols::{Sym, Symbols};
use std::fmt;
use std::fmt::Write;

/// A piece of the text that is still to be written.
enum Work<'a> {
    Datum(&'a Datum),
    /// The rest of a list whose beginning has been written.
    Tail(&'a Datum),
    /// The rest of a vector.
    Items(&'a [Datum]),
    Close,
}

impl Datum {
    /// The datum as text; long data are cut off after about `limit` bytes.
    pub fn to_text_within(&self, symbols: &Symbols, limit: usize) -> String {
        write_datum(self, &|sym| symbol_text(&symbols.name(sym)), limit)
    }
    /// The datum as text, all of it.
    pub fn to_text(&self, symbols: &Symbols) -> String {
        self.to_text_within(symbols, usize::MAX)
    }
}

impl fmt::Debug for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write_datum(self, &|sym| format!("symbol-{}", sym.0), 1000))
    }
}

fn write_datum(datum: &Datum, name: &dyn Fn(Sym) -> String, limit: usize) -> String {
    let mut out = String::new();
    let mut work = vec![Work::Datum(datum)];
    while let Some(next) = work.pop() {
        if out.len() >= limit {
            out.push_str(" ...");
            break;
        }
        match next {
            Work::Close => out.push(')'),
            Work::Datum(datum) => match &datum.kind {
                DatumKind::Pair(pair) => {
                    if let Some((prefix, quoted)) = abbreviation(datum, name) {
                        out.push_str(prefix);
                        work.push(Work::Datum(quoted));
                    } else {
                        out.push('(');
                        work.push(Work::Tail(&pair.cdr));
                        work.push(Work::Datum(&pair.car));
                    }
                }
                DatumKind::Vector(items) => {
                    out.push_str("#(");
                    work.push(Work::Close);
                    if let Some((first, rest)) = items.split_first() {
                        work.push(Work::Items(rest));
                        work.push(Work::Datum(first));
                    }
                }
                DatumKind::Label(number, labelled) => {
                    out.push_str(&format!("#{number}="));
                    work.push(Work::Datum(&labelled.inner));
                }
                _ => write_atom(&datum.kind, name, &mut out),
            },
            Work::Tail(tail) => match &tail.kind {
                DatumKind::Nil => out.push(')'),
                DatumKind::Pair(pair) => {
                    out.push(' ');
                    work.push(Work::Tail(&pair.cdr));
                    work.push(Work::Datum(&pair.car));
                }
                _ => {
                    out.push_str(" . ");
                    work.push(Work::Close);
                    work.push(Work::Datum(tail));
                }
            },
            Work::Items(items) => {
                if let Some((first, rest)) = items.split_first() {
                    out.push(' ');
                    work.push(Work::Items(rest));
                    work.push(Work::Datum(first));
                }
            }
        }
    }
    out
}

/// `'x` for `(quote x)` and so on.
fn abbreviation<'a>(
    datum: &'a Datum,
    name: &dyn Fn(Sym) -> String,
) -> Option<(&'static str, &'a Datum)> {
    let pair = datum.as_pair()?;
    let DatumKind::Symbol(sym) = pair.car.kind else { return None };
    let rest = pair.cdr.as_pair()?;
    if !rest.cdr.is_nil() {
        return None;
    }
    let prefix = match name(sym).as_str() {
        "quote" => "'",
        "quasiquote" => "`",
        "unquote" => ",",
        "unquote-splicing" => ",@",
        _ => return None,
    };
    // A comma before this name would read as `,@`.
    let is_at = |sym| name(sym).starts_with('@');
    if prefix == "," && matches!(rest.car.kind, DatumKind::Symbol(sym) if is_at(sym)) {
        return None;
    }
    Some((prefix, &rest.car))
}

/// Writes a datum without parts.
fn write_atom(kind: &DatumKind, name: &dyn Fn(Sym) -> String, out: &mut String) {
    match kind {
        DatumKind::Nil => out.push_str("()"),
        DatumKind::Unspecified => out.push_str("#!unspecific"),
        DatumKind::Default => out.push_str("#!default"),
        DatumKind::Eof => out.push_str("#!eof"),
        DatumKind::Bool(value) => out.push_str(if *value { "#t" } else { "#f" }),
        DatumKind::Char(c) => write_character(*c, out),
        DatumKind::Number(number) => out.push_str(&number.to_string()),
        DatumKind::String(text) => write_quoted(text, '"', out),
        DatumKind::Symbol(sym) => out.push_str(&name(*sym)),
        DatumKind::Alias(alias) => out.push_str(&name(alias.symbol())),
        DatumKind::Bytevector(bytes) => {
            let bytes: Vec<String> = bytes.iter().map(u8::to_string).collect();
            out.push_str(&format!("#u8({})", bytes.join(" ")));
        }
        DatumKind::LabelRef(number) => out.push_str(&format!("#{number}#")),
        DatumKind::Opaque(_) => out.push_str("#<object>"),
        DatumKind::Pair(_) | DatumKind::Vector(_) | DatumKind::Label(..) => {}
    }
}

fn write_character(c: char, out: &mut String) {
    out.push_str("#\\");
    match c {
        '\x07' => out.push_str("alarm"),
        '\x08' => out.push_str("backspace"),
        '\x7f' => out.push_str("delete"),
        '\x1b' => out.push_str("escape"),
        '\n' => out.push_str("newline"),
        '\0' => out.push_str("null"),
        '\r' => out.push_str("return"),
        ' ' => out.push_str("space"),
        '\t' => out.push_str("tab"),
        _ if c.is_control() => out.push_str(&format!("x{:x}", c as u32)),
        _ => out.push(c),
    }
}

/// Writes text between quotes or bars.
fn write_quoted(text: &str, quote: char, out: &mut String) {
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            _ if c == quote => {
                out.push('\\');
                out.push(c);
            }
            _ if c.is_control() => {
                write!(out, "\\x{:x};", c as u32).expect("writing to a string cannot fail");
            }
            _ => out.push(c),
        }
    }
    out.push(quote);
}

/// A symbol as it must be written to be read back.
fn symbol_text(name: &str) -> String {
    let special =
        |c: char| c.is_whitespace() || c.is_control() || "()[]{}\";'`,|\\\u{fffd}".contains(c);
    let plain = !name.is_empty()
        && name != "."
        && !name.starts_with('#')
        && !name.contains(special)
        && parse_number(name, 10).is_none();
    if plain {
        return name.to_owned();
    }
    let mut out = String::new();
    write_quoted(name, '|', &mut out);
    out
}
