//! The text of a program, read by a thread that can be stopped meanwhile.

use super::FrontError;
use super::stopping::stopped;
use crate::condition::ErrorKind;
use crate::read::{Datum, Patience, ReadError, Reader};
use crate::source::{Source, Span};
use crate::vm::VmShared;
use lisle_gc::{External, Reason};
use lisle_threads::Mutator;

/// What a datum takes, about, in bytes.
const DATUM_BYTES: usize = 64;

/// Goes on until the thread is interrupted or the memory used up.
struct Reading<'r> {
    mutator: &'r mut Mutator,
    memory: External,
    stopped: Option<ErrorKind>,
}

impl Patience for Reading<'_> {
    fn is_over(&mut self, objects: usize) -> bool {
        if self.memory.set(&mut self.mutator.heap, objects * DATUM_BYTES).is_err() {
            self.stopped = Some(ErrorKind::HeapExhausted);
        } else if self.mutator.has_interrupt() {
            self.stopped = Some(ErrorKind::Interrupted);
        }
        self.stopped.is_some()
    }
}

/// The forms of a text up to its end or to what is no datum, and what is wrong there. A safepoint.
///
/// # Errors
/// When the thread is interrupted or the memory used up.
pub(crate) fn forms_of(
    vm: &VmShared,
    mutator: &mut Mutator,
    source: &Source,
) -> Result<(Vec<Datum>, Option<ReadError>), FrontError> {
    let first = try_forms_of(vm, mutator, source);
    if first.as_ref().is_err_and(|error| error.kind == ErrorKind::HeapExhausted) {
        mutator.collect(Reason::HeapLimit);
        return try_forms_of(vm, mutator, source);
    }
    first
}

fn try_forms_of(
    vm: &VmShared,
    mutator: &mut Mutator,
    source: &Source,
) -> Result<(Vec<Datum>, Option<ReadError>), FrontError> {
    let mut reading = Reading { mutator, memory: vm.heap.external(), stopped: None };
    let mut reader = Reader::new(source.id, &source.text, &vm.symbols);
    reader.read_with(&mut reading);
    let read = reader.rest();
    match reading.stopped {
        None => Ok(read),
        Some(ErrorKind::HeapExhausted) => {
            Err(FrontError::new(ErrorKind::HeapExhausted, "heap limit reached", Span::NONE))
        }
        Some(_) => Err(stopped(vm, mutator)),
    }
}
