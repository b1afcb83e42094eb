//! Symbols (R7RS 6.5) and booleans (6.3).

use super::{ANY, Prim, arguments, prim};
use crate::cx::{Cx, Raised};
use crate::symbols::Sym;
use crate::text::{self, Text};
use lisle_gc::object::{field, is_kind};
use lisle_gc::{Kind, Value};
use std::sync::atomic::{AtomicU64, Ordering};

/// Is `v` a symbol?
#[inline]
pub fn is_symbol(v: Value) -> bool {
    is_kind(v, Kind::Symbol)
}

/// The number of a value known to be a symbol.
pub fn number(symbol: Value) -> Sym {
    Sym(field(symbol, 2).assume_fixnum() as u32)
}

/// The name of a value known to be a symbol.
pub fn name(symbol: Value) -> Text {
    Text::of(field(symbol, 0))
}

/// The symbol with these characters as its name.
fn intern(cx: &mut Cx<'_>, text: Text) -> Result<Value, Raised> {
    let sym = cx.vm().symbols.intern_for_now(&text.to_rust_string());
    cx.symbol(sym)
}

fn symbol_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    arguments::of_kind(cx, name, args, position, Kind::Symbol, "a symbol")
}

fn is_symbol_prim(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_symbol(args[0])))
}

fn symbol_to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(field(symbol_argument(cx, "symbol->string", args, 0)?, 0))
}

fn string_to_symbol(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string->symbol", args, 0)?;
    intern(cx, text)
}

fn string_to_uninterned_symbol(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string->uninterned-symbol", args, 0)?;
    let sym = cx.vm().symbols.uninterned(&text.to_rust_string());
    cx.symbol(sym)
}

/// `(generate-uninterned-symbol [prefix])`, prefix a string or symbol.
fn generate_uninterned_symbol(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let prefix = match arguments::optional(args, 0) {
        Some(given) if is_symbol(given) => name(given).to_rust_string(),
        Some(given) if text::is_string(given) => text::to_rust_string(given),
        Some(given) => {
            let procedure = "generate-uninterned-symbol";
            return Err(cx.wrong_type(procedure, 1, "a string or a symbol", given));
        }
        None => "g".to_owned(),
    };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let sym = cx.vm().symbols.uninterned(&format!("{prefix}{number}"));
    cx.symbol(sym)
}

fn symbol_append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut joined = String::new();
    for position in 0..args.len() {
        let symbol = symbol_argument(cx, "symbol-append", args, position)?;
        let part = name(symbol);
        part.append_range_to(0, part.len(), &mut joined);
    }
    let sym = cx.vm().symbols.intern_for_now(&joined);
    cx.symbol(sym)
}

/// Do all neighbours among the arguments, which must be of one type, satisfy `related`?
fn chain(
    cx: &mut Cx<'_>,
    procedure: &str,
    args: &[Value],
    expected: &str,
    is_expected: impl Fn(Value) -> bool,
    related: impl Fn(Value, Value) -> bool,
) -> Result<Value, Raised> {
    if let Some(position) = args.iter().position(|&v| !is_expected(v)) {
        return Err(cx.wrong_type(procedure, position + 1, expected, args[position]));
    }
    Ok(Value::boolean(args.windows(2).all(|pair| related(pair[0], pair[1]))))
}

fn symbols_are_same(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    chain(cx, "symbol=?", args, "a symbol", is_symbol, |a, b| a == b)
}

fn symbols_ascend(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    chain(cx, "symbol<?", args, "a symbol", is_symbol, |a, b| name(a).compare(name(b)).is_lt())
}

fn is_boolean(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(args[0].is_boolean()))
}

fn booleans_are_same(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    chain(cx, "boolean=?", args, "a boolean", Value::is_boolean, |a, b| a == b)
}

fn not(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(!args[0].is_true()))
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("symbol?", is_symbol_prim, 1, 1),
    prim("symbol->string", symbol_to_string, 1, 1),
    prim("string->symbol", string_to_symbol, 1, 1),
    prim("intern", string_to_symbol, 1, 1),
    prim("string->uninterned-symbol", string_to_uninterned_symbol, 1, 1),
    prim("generate-uninterned-symbol", generate_uninterned_symbol, 0, 1),
    prim("gensym", generate_uninterned_symbol, 0, 1),
    prim("symbol-append", symbol_append, 0, ANY),
    prim("symbol=?", symbols_are_same, 1, ANY),
    prim("symbol<?", symbols_ascend, 1, ANY),
    prim("boolean?", is_boolean, 1, 1),
    prim("boolean=?", booleans_are_same, 1, ANY),
    prim("not", not, 1, 1),
];
