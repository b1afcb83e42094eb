//! Traces: which procedures were running where when a condition was raised, and how a condition
//! that nothing handled is described.

use crate::bytecode::code::{Code, CodeKind};
use crate::condition::{IRRITANTS, MESSAGE, TRACE};
use crate::print;
use crate::source::Span;
use crate::text;
use crate::vm::VmShared;
use lisle_gc::{Kind, Value, object};
use lisle_threads::Mutator;

/// How many frames a trace holds at most.
const TRACE_FRAMES: usize = 24;
/// How many frames a report shows at most.
const SHOWN_FRAMES: usize = 12;
/// Sources of Lisle's own library have names that begin so.
const LIBRARY_PREFIX: &str = "<lisle>";

/// A line of a backtrace.
#[derive(Clone, Debug)]
pub struct TraceLine {
    /// The procedure's name.
    pub procedure: String,
    /// Where it was.
    pub span: Span,
}

/// What is shown of a condition.
#[derive(Clone, Debug)]
pub struct Report {
    /// Message and irritants.
    pub message: String,
    /// The place in the program, if known.
    pub span: Span,
    /// The procedures that were running, innermost first.
    pub lines: Vec<TraceLine>,
}

/// Gives a condition that has none the trace of the mutator's published stack.
pub(crate) fn attach(mutator: &mut Mutator, vm: &VmShared, payload: Value) {
    if !is_condition(vm, payload)
        || object::field(payload, TRACE) != Value::FALSE
        || payload == vm.heap_exhausted_condition()
    {
        return;
    }
    let mut words = Vec::with_capacity(2 * TRACE_FRAMES);
    mutator.stack.each_frame(TRACE_FRAMES, |summary| {
        if !summary.procedure.is_procedure() {
            return;
        }
        let code = Code::at(object::field(summary.procedure, 0));
        // SAFETY: the first field of a procedure is the address of code, which lives as long as the
        // VM.
        let code = unsafe { &*code };
        let index = summary.address.and_then(|address| code.index_of(address));
        words.push(code.address_word());
        words.push(Value::fixnum(index.map_or(-1, i64::from)));
    });
    if let Ok(trace) = mutator.heap.object(Kind::Vector, words.len()) {
        for (index, word) in words.iter().enumerate() {
            object::init_field(trace, index, *word);
        }
        mutator.heap.store(payload, TRACE, trace);
    }
}

fn is_condition(vm: &VmShared, v: Value) -> bool {
    object::is_kind(v, Kind::Record) && object::field(v, 0) == vm.condition_type()
}

/// Message and irritants of a condition; any other object as `write` shows it.
pub fn describe(vm: &VmShared, payload: Value) -> String {
    if !is_condition(vm, payload) {
        return format!("uncaught object: {}", print::write_to_string(vm, payload));
    }
    let message = object::field(payload, MESSAGE);
    let mut described = if object::is_kind(message, Kind::String) {
        text::to_rust_string(message)
    } else {
        print::write_to_string(vm, message)
    };
    let mut irritants = object::field(payload, IRRITANTS);
    let mut separator = if described.ends_with(':') { " " } else { ": " };
    for _ in 0..16 {
        if !irritants.is_pair() {
            break;
        }
        described.push_str(separator);
        described.push_str(&shorten(print::write_to_string(vm, object::car(irritants))));
        separator = " ";
        irritants = object::cdr(irritants);
    }
    described
}

/// Long values are cut in messages.
fn shorten(text: String) -> String {
    const LONGEST: usize = 400;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

/// Everything worth showing of a condition.
pub fn report(vm: &VmShared, payload: Value) -> Report {
    let mut lines = Vec::new();
    let trace = match is_condition(vm, payload) {
        true => object::field(payload, TRACE),
        false => Value::FALSE,
    };
    if object::is_kind(trace, Kind::Vector) {
        for pair in 0..object::size(trace) / 2 {
            let code = Code::at(object::field(trace, 2 * pair));
            // SAFETY: traces hold addresses of code, which lives as long as the VM.
            let code = unsafe { &*code };
            let index = object::field(trace, 2 * pair + 1).as_fixnum().unwrap_or(-1);
            lines.extend(line(vm, code, index));
        }
    }
    let shown = |line: &&TraceLine| is_user(vm, line.span);
    let span = lines.iter().find(shown).map_or(Span::NONE, |line| line.span);
    lines.truncate(SHOWN_FRAMES);
    Report { message: describe(vm, payload), span, lines }
}

fn is_user(vm: &VmShared, span: Span) -> bool {
    vm.sources.get(span.source).is_some_and(|source| !source.name.starts_with(LIBRARY_PREFIX))
}

/// Internal procedures of the library are not shown.
fn line(vm: &VmShared, code: &Code, index: i64) -> Option<TraceLine> {
    let name = code.name.map(|sym| vm.symbols.name(sym));
    if name.as_deref().is_some_and(|name| name.starts_with('%')) {
        return None;
    }
    let span = match (code.kind, u32::try_from(index)) {
        (CodeKind::Compiled, Ok(index)) => code.span_before(index),
        _ => Span::NONE,
    };
    let procedure = name.map_or_else(|| "(anonymous)".to_owned(), |name| name.to_string());
    Some(TraceLine { procedure, span })
}
