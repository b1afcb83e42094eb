//! Traces: which procedures were running where when a condition was raised, and how a condition
//! that nothing handled is described.

use crate::bytecode::code::{Code, CodeKind};
use crate::condition::{ErrorKind, IRRITANTS, KIND, MESSAGE, TRACE};
use crate::hints::{self, Hint};
use crate::prim::{symbol, syntax};
use crate::print;
use crate::source::Span;
use crate::symbols::Sym;
use crate::text;
use crate::vm::VmShared;
use lisle_gc::{Kind, Value, object};
use lisle_threads::Mutator;

/// How many frames a trace holds at most.
const TRACE_FRAMES: usize = 24;
/// At most so many irritants are shown.
const SHOWN_IRRITANTS: usize = 16;
/// Sources of Lisle's own library have names that begin so.
const LIBRARY_PREFIX: &str = "<lisle>";

/// A line of a backtrace.
#[derive(Clone, Debug)]
pub struct TraceLine {
    /// The procedure's name.
    pub procedure: String,
    /// Where it was.
    pub span: Span,
    /// The procedure it had called, when that is not the one in the line before: its frame, and
    /// perhaps others, are gone because it ended in a tail call.
    pub elided: Option<String>,
}

/// What is shown of a condition.
#[derive(Clone, Debug)]
pub struct Report {
    /// The kind of condition, as [`ErrorKind::name`] has it; `uncaught` for other objects.
    pub kind: String,
    /// Message and irritants.
    pub message: String,
    /// The place in the program, if known.
    pub span: Span,
    /// The procedures that were running, innermost first.
    pub lines: Vec<TraceLine>,
    /// The macro uses that the program at `span` came out of, innermost first: the macro's name and
    /// the use.
    pub expansions: Vec<(String, Span)>,
    /// What may help.
    pub hints: Vec<Hint>,
}

impl Report {
    /// What is shown of an error that the reader or the compiler found.
    pub fn of_kind(kind: ErrorKind, message: String, span: Span) -> Report {
        let kind = kind.name().to_owned();
        let (lines, expansions, hints) = Default::default();
        Report { kind, message, span, lines, expansions, hints }
    }
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
        // SAFETY: a procedure in a frame.
        let code = unsafe { &*Code::of(summary.procedure) };
        let index = summary.address.and_then(|address| code.index_of(address));
        words.push(object::field(summary.procedure, 0));
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
    let mut described = message_of(vm, payload);
    push_irritants(&mut described, payload, |irritant| match syntax::object_of(vm, irritant) {
        Some(form) => shorten(form.0.to_text(&vm.symbols)),
        None if is_condition(vm, irritant) && irritant != payload => shorten(summary(vm, irritant)),
        None => shorten(print::write_to_string(vm, irritant)),
    });
    described
}

/// A condition among the irritants of another: its message and its irritants, those as `write` shows
/// them.
fn summary(vm: &VmShared, condition: Value) -> String {
    let mut summary = message_of(vm, condition);
    push_irritants(&mut summary, condition, |irritant| print::write_to_string(vm, irritant));
    summary
}

fn message_of(vm: &VmShared, condition: Value) -> String {
    let message = object::field(condition, MESSAGE);
    match object::is_kind(message, Kind::String) {
        true => text::to_rust_string(message),
        false => print::write_to_string(vm, message),
    }
}

/// Appends the first irritants of a condition; the list is the program's and may be circular.
fn push_irritants(text: &mut String, condition: Value, written: impl Fn(Value) -> String) {
    let mut separator = if text.ends_with(':') { " " } else { ": " };
    let mut irritants = object::field(condition, IRRITANTS);
    for _ in 0..SHOWN_IRRITANTS {
        if !irritants.is_pair() {
            break;
        }
        text.push_str(separator);
        text.push_str(&written(object::car(irritants)));
        separator = " ";
        irritants = object::cdr(irritants);
    }
}

/// Long values are cut in messages.
pub(crate) fn shorten(text: String) -> String {
    const LONGEST: usize = 400;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

/// Everything worth showing of a condition.
pub fn report(vm: &VmShared, payload: Value) -> Report {
    let frames = frames_of(vm, payload);
    let mut lines: Vec<TraceLine> = Vec::with_capacity(frames.len());
    let mut inner: Option<&Code> = None;
    for (code, next) in &frames {
        push_lines(vm, &mut lines, (code, *next), inner);
        inner = Some(code);
    }
    let shown = |line: &&TraceLine| is_user(vm, line.span);
    let span = lines.iter().find(shown).map_or(Span::NONE, |line| line.span);
    let kind = kind_of(vm, payload);
    let innermost = frames.first().map(|(code, _)| *code);
    let irritant = first_irritant(vm, payload).and_then(symbol_of);
    let hints = hints::of_condition(vm, &kind, irritant, innermost, span);
    Report { kind, message: describe(vm, payload), span, lines, expansions: Vec::new(), hints }
}

/// The code of the frames in a condition's trace, innermost first, and the word after the instruction
/// that each was at.
fn frames_of(vm: &VmShared, payload: Value) -> Vec<(&Code, Option<u32>)> {
    if !is_condition(vm, payload) {
        return Vec::new();
    }
    let trace = object::field(payload, TRACE);
    if !object::is_kind(trace, Kind::Vector) {
        return Vec::new();
    }
    let frame = |pair: usize| {
        // SAFETY: traces hold code objects, and no safepoint comes before the last use of it.
        let code = unsafe { &*Code::at(object::field(trace, 2 * pair)) };
        let next = object::field(trace, 2 * pair + 1).as_fixnum();
        (code, next.and_then(|next| u32::try_from(next).ok()))
    };
    (0..object::size(trace) / 2).map(frame).collect()
}

fn kind_of(vm: &VmShared, payload: Value) -> String {
    let named = |kind| symbol_of(kind).map(|sym| vm.symbols.name(sym).to_string());
    match is_condition(vm, payload) {
        true => named(object::field(payload, KIND)).unwrap_or_default(),
        false => "uncaught".to_owned(),
    }
}

fn first_irritant(vm: &VmShared, payload: Value) -> Option<Value> {
    let irritants = is_condition(vm, payload).then(|| object::field(payload, IRRITANTS))?;
    irritants.is_pair().then(|| object::car(irritants))
}

fn symbol_of(v: Value) -> Option<Sym> {
    object::is_kind(v, Kind::Symbol).then(|| symbol::number(v))
}

/// Is this a place in a program, and not in Lisle's own library?
pub(crate) fn is_user(vm: &VmShared, span: Span) -> bool {
    vm.sources.get(span.source).is_some_and(|source| !source.name.starts_with(LIBRARY_PREFIX))
}

/// The lines for a frame: one for each procedure written out where it was, and its own.
fn push_lines(
    vm: &VmShared,
    lines: &mut Vec<TraceLine>,
    (code, next): (&Code, Option<u32>),
    inner: Option<&Code>,
) {
    let Some(mut line) = line(vm, code, next, inner) else { return };
    for inlined in next.into_iter().flat_map(|next| code.inlined_before(next)) {
        let procedure = vm.symbols.name(inlined.name).to_string();
        lines.push(TraceLine { procedure, span: line.span, elided: line.elided.take() });
        line.span = inlined.call;
    }
    lines.push(line);
}

/// The line for a frame that was at the instruction before word `next`; `inner` is the code of the
/// frame above it. Internal procedures of the library are not shown.
fn line(vm: &VmShared, code: &Code, next: Option<u32>, inner: Option<&Code>) -> Option<TraceLine> {
    let name = code.name.map(|sym| vm.symbols.name(sym));
    if name.as_deref().is_some_and(|name| name.starts_with('%')) {
        return None;
    }
    let span = match (code.kind, next) {
        (CodeKind::Compiled, Some(next)) => code.span_before(next),
        _ => Span::NONE,
    };
    let procedure = match name {
        Some(name) => name.to_string(),
        None if code.span.is_none() => "the top level".to_owned(),
        None => "(anonymous)".to_owned(),
    };
    let called = next.filter(|_| code.kind == CodeKind::Compiled);
    let called = called.and_then(|next| code.global_called_before(next));
    let elided = called.and_then(|cell| elided(vm, cell, inner));
    Some(TraceLine { procedure, span, elided })
}

/// The name of the procedure in `cell`, which a frame has called, if the frame above runs other code.
fn elided(vm: &VmShared, cell: Value, inner: Option<&Code>) -> Option<String> {
    let callee = object::field(cell, 0);
    let inner = inner?;
    // SAFETY: a procedure, in a cell that is alive.
    if !callee.is_procedure() || std::ptr::eq(unsafe { Code::of(callee) }, inner) {
        return None;
    }
    let name = vm.symbols.name(symbol_of(object::field(cell, 1))?).to_string();
    (!name.starts_with('%')).then_some(name)
}
