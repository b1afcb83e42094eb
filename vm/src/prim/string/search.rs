//! Searching strings for characters and for other strings.

use crate::cx::{Cx, Raised};
use crate::prim::arguments;
use crate::prim::pair::ListBuilder;
use crate::text::search::Direction;
use lisle_gc::Value;

fn position_or_false(position: Option<usize>) -> Value {
    position.map_or(Value::FALSE, |at| Value::fixnum(at as i64))
}

/// `(%string-index string char [start end])`
pub fn index(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-index", args, 0)?;
    let c = arguments::character(cx, "string-index", args, 1)?;
    let (start, end) = arguments::range(cx, "string-index", args, 2, text.len())?;
    Ok(position_or_false((start..end).find(|&at| text.get(at) == c)))
}

/// `(%string-rindex string char [start end])`
pub fn rindex(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-rindex", args, 0)?;
    let c = arguments::character(cx, "string-rindex", args, 1)?;
    let (start, end) = arguments::range(cx, "string-rindex", args, 2, text.len())?;
    Ok(position_or_false((start..end).rev().find(|&at| text.get(at) == c)))
}

/// `(string-search-forward pattern string start)`
pub fn search_forward(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let pattern = arguments::text(cx, "string-search-forward", args, 0)?;
    let text = arguments::text(cx, "string-search-forward", args, 1)?;
    let start = arguments::index(cx, "string-search-forward", args, 2, text.len() + 1)?;
    let part = start..text.len();
    Ok(position_or_false(text.occurrences(pattern, part, Direction::Forward).next()))
}

/// `(string-search-backward pattern string end)`: where the last occurrence that ends by `end` ends.
pub fn search_backward(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let name = "string-search-backward";
    let pattern = arguments::text(cx, name, args, 0)?;
    let text = arguments::text(cx, name, args, 1)?;
    let end = arguments::index(cx, name, args, 2, text.len() + 1)?;
    let found = text.occurrences(pattern, 0..end, Direction::Backward).next();
    Ok(position_or_false(found.map(|at| at + pattern.len())))
}

/// `(string-search-all pattern string)`: the positions of all occurrences.
pub fn search_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let pattern = arguments::text(cx, "string-search-all", args, 0)?;
    let text = arguments::text(cx, "string-search-all", args, 1)?;
    let mut list = ListBuilder::new();
    for at in text.occurrences(pattern, 0..text.len(), Direction::Forward) {
        list.push(cx, Value::fixnum(at as i64))?;
    }
    Ok(list.finish())
}

/// `(string-contains string pattern [start end])`
pub fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-contains", args, 0)?;
    let pattern = arguments::text(cx, "string-contains", args, 1)?;
    let (start, end) = arguments::range(cx, "string-contains", args, 2, text.len())?;
    let mut found = text.occurrences(pattern, start..end, Direction::Forward);
    Ok(position_or_false(found.next()))
}

/// `(string-prefix? prefix string)`
pub fn is_prefix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let prefix = arguments::text(cx, "string-prefix?", args, 0)?;
    let text = arguments::text(cx, "string-prefix?", args, 1)?;
    Ok(Value::boolean(text.has_at(0, prefix)))
}

/// `(string-suffix? suffix string)`
pub fn is_suffix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let suffix = arguments::text(cx, "string-suffix?", args, 0)?;
    let text = arguments::text(cx, "string-suffix?", args, 1)?;
    let at = text.len().checked_sub(suffix.len());
    Ok(Value::boolean(at.is_some_and(|at| text.has_at(at, suffix))))
}

/// `(string-prefix-length a b)`: length of the longest common prefix.
pub fn prefix_length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let a = arguments::text(cx, "string-prefix-length", args, 0)?;
    let b = arguments::text(cx, "string-prefix-length", args, 1)?;
    let length = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    Ok(Value::fixnum(length as i64))
}
