//! `write`, `display` and their kin (R7RS 6.13.3).

use super::port::{TEXT_OUT, emit, wanted_port};
use super::{Prim, blocking};
use crate::cx::{Cx, Raised};
use crate::print::{Style, to_text_unless};
use lisle_gc::Value;

/// The written form of the first argument. An interrupt stops the writing; the primitive runs again
/// if the thread goes on. A text that does not fit the heap is refused.
fn text_of(cx: &mut Cx<'_>, args: &[Value], style: Style) -> Result<String, Raised> {
    let most = cx.vm().heap.limit();
    let mutator = &*cx.mutator;
    let stop = |bytes: usize| bytes > most || mutator.has_interrupt();
    match to_text_unless(cx.vm(), args[0], style, &stop) {
        Some(text) => Ok(text),
        None if cx.mutator.has_interrupt() => Err(cx.retry()),
        None => Err(cx.exhausted()),
    }
}

fn write_in_style(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    style: Style,
) -> Result<Value, Raised> {
    let port = wanted_port(cx, name, args, 1, TEXT_OUT)?;
    let text = text_of(cx, args, style)?;
    emit(cx, name, &port, text.as_bytes())
}

fn write(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    write_in_style(cx, "write", args, Style::Write)
}

fn display(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    write_in_style(cx, "display", args, Style::Display)
}

fn write_shared(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    write_in_style(cx, "write-shared", args, Style::Shared)
}

fn write_simple(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    write_in_style(cx, "write-simple", args, Style::Simple)
}

/// `(%write-to-string obj)`: what `write` would write.
fn write_to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = text_of(cx, args, Style::Write)?;
    cx.string(&text)
}

/// `(%display-to-string obj)`: what `display` would write.
fn display_to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = text_of(cx, args, Style::Display)?;
    cx.string(&text)
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    blocking("write", write, 1, 2),
    blocking("display", display, 1, 2),
    blocking("write-shared", write_shared, 1, 2),
    blocking("write-simple", write_simple, 1, 2),
    blocking("%write-to-string", write_to_string, 1, 1),
    blocking("%display-to-string", display_to_string, 1, 1),
];
