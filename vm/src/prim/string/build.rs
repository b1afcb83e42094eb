//! Strings made from others: joined, split, padded, in another case.

use super::{allocate, compare::folded, elements, from_chars, slice};
use crate::cx::{Cx, Raised};
use crate::prim::arguments;
use crate::prim::pair::ListBuilder;
use crate::prim::symbol;
use crate::text::search::Direction;
use crate::text::{self, Text};
use lisle_gc::Value;
use smallvec::SmallVec;

/// The strings `args`, one after the other.
pub fn join_texts(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let mut parts = SmallVec::<[Text; 8]>::with_capacity(args.len());
    for position in 0..args.len() {
        parts.push(arguments::text(cx, name, args, position)?);
    }
    allocate(cx, |heap| text::concatenate(heap, &parts))
}

fn strings_of_list(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Vec<Value>, Raised> {
    let strings = elements(cx, name, args, 0)?;
    if strings.iter().all(|&s| text::is_string(s)) {
        Ok(strings)
    } else {
        Err(cx.wrong_type(name, 1, "a list of strings", args[0]))
    }
}

/// `(string-concatenate list)`
pub fn concatenate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let strings = strings_of_list(cx, "string-concatenate", args)?;
    join_texts(cx, "string-concatenate", &strings)
}

/// `(string-join list [delimiter [grammar]])`, grammar one of the symbols `infix`, `strict-infix`,
/// `suffix` and `prefix`.
pub fn join(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let strings = strings_of_list(cx, "string-join", args)?;
    let delimiter = match arguments::optional(args, 1) {
        Some(_) => {
            arguments::text(cx, "string-join", args, 1)?;
            args[1]
        }
        None => cx.string(" ")?,
    };
    let grammar = match arguments::optional(args, 2) {
        Some(given) if symbol::is_symbol(given) => symbol::name(given).to_rust_string(),
        Some(given) => return Err(cx.wrong_type("string-join", 3, "a symbol", given)),
        None => "infix".to_owned(),
    };
    let (before, between, after) = match grammar.as_str() {
        "infix" => (false, true, false),
        "strict-infix" if !strings.is_empty() => (false, true, false),
        "suffix" => (false, false, true),
        "prefix" => (true, false, false),
        _ => return Err(cx.out_of_range("string-join", 3, args[2])),
    };
    let mut parts = Vec::with_capacity(strings.len() * 2);
    for (index, string) in strings.into_iter().enumerate() {
        if before || (between && index > 0) {
            parts.push(delimiter);
        }
        parts.push(string);
        if after {
            parts.push(delimiter);
        }
    }
    join_texts(cx, "string-join", &parts)
}

/// `(string-split string [delimiter])`: the delimiter is a character or a string that is not empty;
/// without one, the runs of characters that are no white space.
pub fn split(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-split", args, 0)?;
    let pieces = match arguments::optional(args, 1) {
        None => words(text),
        Some(given) => match (given.as_char(), Text::try_of(given)) {
            (Some(c), _) => pieces(text, 1, (0..text.len()).filter(|&at| text.get(at) == c)),
            (None, Some(d)) if !d.is_empty() => {
                pieces(text, d.len(), text.occurrences(d, 0..text.len(), Direction::Forward))
            }
            _ => {
                let expected = "a character or a string that is not empty";
                return Err(cx.wrong_type("string-split", 2, expected, given));
            }
        },
    };
    let mut list = ListBuilder::new();
    for (start, end) in pieces {
        let piece = slice(cx, text, start, end)?;
        list.push(cx, piece)?;
    }
    Ok(list.finish())
}

/// What lies between delimiters of this width, which begin at these places; one that overlaps the one
/// before it is none.
fn pieces(
    text: Text,
    width: usize,
    delimiters: impl Iterator<Item = usize>,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for at in delimiters {
        if at >= start {
            found.push((start, at));
            start = at + width;
        }
    }
    found.push((start, text.len()));
    found
}

fn words(text: Text) -> Vec<(usize, usize)> {
    pieces(text, 1, (0..text.len()).filter(|&at| text.get(at).is_whitespace()))
        .into_iter()
        .filter(|&(start, end)| start < end)
        .collect()
}

/// `(string-reverse string [start end])`
pub fn reverse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-reverse", args, 0)?;
    let (start, end) = arguments::range(cx, "string-reverse", args, 1, text.len())?;
    let chars: Vec<char> = text.range(start, end).rev().collect();
    from_chars(cx, &chars)
}

fn pad_arguments(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
) -> Result<(Text, usize, char), Raised> {
    let text = arguments::text(cx, name, args, 0)?;
    let width = arguments::size(cx, name, args, 1)?;
    if width > text::MAX_LENGTH {
        return Err(cx.exhausted());
    }
    let fill = if args.len() > 2 { arguments::character(cx, name, args, 2)? } else { ' ' };
    Ok((text, width, fill))
}

/// `(string-pad-left string width [char])`: cuts or fills at the left.
pub fn pad_left(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let (text, width, fill) = pad_arguments(cx, "string-pad-left", args)?;
    if width <= text.len() {
        return slice(cx, text, text.len() - width, text.len());
    }
    let padding = allocate(cx, |heap| text::filled(heap, width - text.len(), fill))?;
    join_texts(cx, "string-pad-left", &[padding, args[0]])
}

/// `(string-pad-right string width [char])`: cuts or fills at the right.
pub fn pad_right(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let (text, width, fill) = pad_arguments(cx, "string-pad-right", args)?;
    if width <= text.len() {
        return slice(cx, text, 0, width);
    }
    let padding = allocate(cx, |heap| text::filled(heap, width - text.len(), fill))?;
    join_texts(cx, "string-pad-right", &[args[0], padding])
}

/// `(string-upcase string)`
pub fn upcase(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-upcase", args, 0)?;
    cx.string(&text.to_rust_string().to_uppercase())
}

/// `(string-downcase string)`
pub fn downcase(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-downcase", args, 0)?;
    cx.string(&text.to_rust_string().to_lowercase())
}

/// `(string-foldcase string)`
pub fn foldcase(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-foldcase", args, 0)?;
    from_chars(cx, &folded(text))
}
