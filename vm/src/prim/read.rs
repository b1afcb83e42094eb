//! `read` (R7RS 6.13.2).
//!
//! What was read ahead is handed to the reader; when a datum does not end in it, more is waited for
//! and the reader starts again. Input grows by doubling, so that a long datum takes linear time. What
//! the reader makes is counted as memory.

use super::port::stream::Input;
use super::port::{TEXT_IN, obtain, wanted_port};
use super::{Prim, blocking};
use crate::aside;
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::datum_value;
use crate::num::{Number, parse_number};
use crate::read::{Datum, Patience, Reader};
use crate::source::SourceId;
use crate::symbols::Symbols;
use lisle_gc::{External, Value};

/// Bytes handed to the reader at first.
const WINDOW: usize = 4 * 1024;
/// What an object of a datum takes, about.
const OBJECT_BYTES: usize = 64;

enum Attempt {
    Datum(Datum),
    End,
    /// What is wrong, and in which line.
    Wrong(String, usize),
    MoreWanted,
    /// Nothing was consumed: there is an interrupt, or no memory.
    Stopped(Raised),
}

/// The longest prefix of `bytes` that is text, and whether what follows can never become text.
fn text_prefix(bytes: &[u8]) -> (&str, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) => {
            let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]);
            (valid.expect("valid up to here"), error.error_len().is_some())
        }
    }
}

/// Can't the datum that ends `text` be continued by what follows?
fn is_closed(text: &str) -> bool {
    text.ends_with([')', ']', '"', '|'])
}

/// Reads until there is an interrupt or what is read takes all memory. Long numbers are made aside.
struct Reading<'r, 'c> {
    cx: &'r mut Cx<'c>,
    memory: &'r External,
    /// What stopped it.
    stopped: Option<Raised>,
}

impl Patience for Reading<'_, '_> {
    fn is_over(&mut self, objects: usize) -> bool {
        if self.memory.set(self.cx.heap(), objects * OBJECT_BYTES).is_err() {
            self.stopped = Some(self.cx.exhausted());
        } else if self.cx.mutator.has_interrupt() {
            self.stopped = Some(self.cx.retry());
        }
        self.stopped.is_some()
    }
    fn long_number(&mut self, text: &str) -> Option<Option<Number>> {
        let copy = text.to_owned();
        let key = || aside::Key::Text(text.to_owned(), 10);
        let number = aside::compute(self.cx, key, move || parse_number(&copy, 10));
        number.map_err(|raised| self.stopped = Some(raised)).ok()
    }
}

/// Reads a datum from a prefix of the input, trying ever longer ones.
fn attempt(cx: &mut Cx<'_>, input: &mut Input, memory: &External) -> Attempt {
    let symbols: &Symbols = &cx.vm().symbols;
    let mut window = WINDOW;
    loop {
        let all = window >= input.waiting().len();
        let (text, broken) = text_prefix(&input.waiting()[..window.min(input.waiting().len())]);
        let at_end = all && (broken || input.has_ended());
        let mut reading = Reading { cx, memory, stopped: None };
        let mut reader = Reader::new(SourceId::default(), text, symbols);
        reader.set_fold_case(input.fold_case);
        reader.read_for_now();
        reader.read_with(&mut reading);
        let result = reader.next();
        let (position, fold_case) = (reader.position(), reader.fold_case());
        if let Some(raised) = reading.stopped {
            return Attempt::Stopped(raised);
        }
        let outcome = match result {
            Ok(Some(datum)) if at_end || position < text.len() || is_closed(text) => {
                Attempt::Datum(datum)
            }
            Ok(None) if at_end && !broken => Attempt::End,
            Ok(None) if at_end => {
                Attempt::Wrong("the input is not UTF-8".to_owned(), input.line(text.len()))
            }
            Err(error) if at_end || !error.incomplete => {
                let line = input.line(error.span.start as usize);
                Attempt::Wrong(error.message, line)
            }
            _ if all => return Attempt::MoreWanted,
            _ => {
                window *= 2;
                continue;
            }
        };
        // At least a byte, so that reading on after an error gets somewhere.
        let error = matches!(outcome, Attempt::Wrong(..));
        let count = position.max(usize::from(error)).min(input.waiting().len());
        input.consume(count);
        input.fold_case = fold_case;
        return outcome;
    }
}

fn read(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "read", args, 0, TEXT_IN)?;
    let memory = cx.heap().heap().external();
    let mut seen = 0;
    loop {
        let mut input = obtain(cx, "read", &port, |input| input.waiting().len() > seen)?;
        let place = input.place();
        let outcome = attempt(cx, &mut input, &memory);
        seen = input.waiting().len();
        match outcome {
            Attempt::Datum(datum) => {
                let made = datum_value::datum_to_value_unless_interrupted(cx, &datum);
                return made.inspect_err(|_| input.go_back(place));
            }
            Attempt::End => return Ok(Value::EOF),
            Attempt::Wrong(message, line) => {
                drop(input);
                let place = match (line, port.name.as_str()) {
                    (1, "string") => String::new(),
                    (_, "string") => format!(" (line {line} of the string)"),
                    (_, name) => format!(" (line {line} of {name})"),
                };
                return Err(cx.error(ErrorKind::Read, &format!("read: {message}{place}"), &[]));
            }
            Attempt::MoreWanted => {}
            Attempt::Stopped(raised) => return Err(raised),
        }
    }
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[blocking("read", read, 0, 1)];
