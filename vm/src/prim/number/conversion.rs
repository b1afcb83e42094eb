//! Exactness, and numbers as strings.

use crate::aside::{self, Key};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::num::heap::as_flonum;
use crate::num::{Number, arith, parse_number, to_value};
use crate::text;
use lisle_gc::Value;
use lisle_gc::value::FIXNUM_MAX;

type Answer = Result<Value, Raised>;

pub fn exact(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let v = args[0];
    if v.is_fixnum() {
        return Ok(v);
    }
    match as_flonum(v) {
        Some(x) if x.trunc() == x && x.abs() < FIXNUM_MAX as f64 => Ok(Value::fixnum(x as i64)),
        _ => arith::general_unary(cx, "exact", v, Number::to_exact),
    }
}

pub fn inexact(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let v = args[0];
    if let Some(n) = v.as_fixnum() {
        return cx.flonum(n as f64);
    }
    match as_flonum(v) {
        Some(_) => Ok(v),
        None => arith::general_unary(cx, "inexact", v, |n| Ok(n.to_inexact())),
    }
}

/// The optional radix at `position`.
fn radix(cx: &mut Cx<'_>, name: &str, args: &[Value], position: usize) -> Result<u32, Raised> {
    let Some(given) = args.get(position) else { return Ok(10) };
    match given.as_fixnum() {
        Some(radix @ 2..=36) => Ok(radix as u32),
        Some(_) => Err(cx.out_of_range(name, position + 1, *given)),
        None => Err(cx.wrong_type(name, position + 1, "exact integer from 2 to 36", *given)),
    }
}

pub fn number_to_string(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let number = arith::number_argument(cx, "number->string", args, 0)?;
    let radix = radix(cx, "number->string", args, 1)?;
    if aside::is_long("number->string", &[&number]) {
        let operands = vec![number.clone(), Number::Fixnum(i64::from(radix))];
        let key = || Key::Numbers("number->string".to_owned(), operands);
        let text = aside::compute(cx, key, move || number.to_text(radix))?;
        return cx.string(&text);
    }
    cx.string(&number.to_text(radix))
}

/// More characters than the text of any number has that `expt` would make, in a radix above 10.
const LONGEST_NUMBER: usize = 1 << 26;

pub fn string_to_number(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    if !text::is_string(args[0]) {
        return Err(cx.wrong_type("string->number", 1, "string", args[0]));
    }
    let radix = radix(cx, "string->number", args, 1)?;
    if text::length(args[0]) > LONGEST_NUMBER {
        let message = "string->number: the text is too long for a number";
        return Err(cx.error(ErrorKind::Range, message, &[]));
    }
    let text = text::to_rust_string(args[0]);
    let number = if aside::is_long_text(&text) {
        let copy = text.clone();
        aside::compute(cx, || Key::Text(text, radix), move || parse_number(&copy, radix))?
    } else {
        parse_number(&text, radix)
    };
    match number {
        Some(number) => to_value(cx, &number),
        None => Ok(Value::FALSE),
    }
}
