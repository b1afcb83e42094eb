//! Comparison of strings, with and without regard to case.

use crate::cx::{Cx, Raised};
use crate::prim::arguments::{self, AT_MOST, EQUAL, GREATER, LESS, holds};
use crate::prim::character::case;
use crate::text::Text;
use lisle_gc::Value;
use std::cmp::Ordering;

/// The characters of a string, folded.
pub fn folded(text: Text) -> Vec<char> {
    let mut folded = Vec::with_capacity(text.len());
    text.chars().for_each(|c| case::fold_full(c, |f| folded.push(f)));
    folded
}

fn order<const RELATION: u8, const FOLD: bool>(a: Text, b: Text) -> Ordering {
    if FOLD {
        folded(a).cmp(&folded(b))
    } else if RELATION == EQUAL {
        if a.equal(b) { Ordering::Equal } else { Ordering::Less }
    } else {
        a.compare(b)
    }
}

/// `string=?` and the other nine.
pub fn compare<const RELATION: u8, const FOLD: bool>(
    cx: &mut Cx<'_>,
    args: &[Value],
) -> Result<Value, Raised> {
    let mut previous = arguments::text(cx, name(RELATION, FOLD), args, 0)?;
    let mut holds_so_far = true;
    for position in 1..args.len() {
        let next = arguments::text(cx, name(RELATION, FOLD), args, position)?;
        holds_so_far = holds_so_far && holds::<RELATION>(order::<RELATION, FOLD>(previous, next));
        previous = next;
    }
    Ok(Value::boolean(holds_so_far))
}

fn name(relation: u8, fold: bool) -> &'static str {
    match (relation, fold) {
        (EQUAL, false) => "string=?",
        (LESS, false) => "string<?",
        (GREATER, false) => "string>?",
        (AT_MOST, false) => "string<=?",
        (_, false) => "string>=?",
        (EQUAL, true) => "string-ci=?",
        (LESS, true) => "string-ci<?",
        (GREATER, true) => "string-ci>?",
        (AT_MOST, true) => "string-ci<=?",
        (_, true) => "string-ci>=?",
    }
}
