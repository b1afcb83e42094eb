//! How long a reader goes on: what is read may be long, and who waits for it may want to stop.

use super::reader::ReadError;
use crate::num::Number;
use crate::num::parse::parse_number;
use crate::source::Span;

/// Who waits for what a reader reads.
pub trait Patience {
    /// Is it to give up? It has made about so many objects. It asks now and then.
    fn is_over(&mut self, objects: usize) -> bool;
    /// The number that a long text means, `Some(None)` if none; `None` if the reader is to give up.
    fn long_number(&mut self, text: &str) -> Option<Option<Number>> {
        Some(parse_number(text, 10))
    }
}

/// Texts of numbers from this length on take milliseconds.
const LONG_NUMBER: usize = 1 << 16;
/// So many bytes are read before the reader asks,
const BYTES_AT_ONCE: usize = 1 << 16;
/// or so many objects made.
const OBJECTS_AT_ONCE: usize = 4096;

/// Counts for a [`Patience`]; without one, nothing is ever over.
#[derive(Default)]
pub(super) struct Patient<'t> {
    patience: Option<&'t mut dyn Patience>,
    objects: usize,
    /// It is asked when so many bytes have been read.
    next_position: usize,
}

impl<'t> Patient<'t> {
    pub(super) fn new(patience: &'t mut dyn Patience) -> Patient<'t> {
        Patient { patience: Some(patience), objects: 0, next_position: BYTES_AT_ONCE }
    }

    /// This place has been reached.
    #[inline(always)]
    pub(super) fn reach(&mut self, position: usize) -> Result<(), ReadError> {
        if position < self.next_position {
            return Ok(());
        }
        self.next_position = position + BYTES_AT_ONCE;
        self.ask()
    }

    /// An object has been made.
    #[inline(always)]
    pub(super) fn count(&mut self) -> Result<(), ReadError> {
        self.objects += 1;
        if !self.objects.is_multiple_of(OBJECTS_AT_ONCE) {
            return Ok(());
        }
        self.ask()
    }

    /// The number that `text` means.
    pub(super) fn number(&mut self, text: &str) -> Result<Option<Number>, ReadError> {
        match &mut self.patience {
            Some(patience) if text.len() >= LONG_NUMBER => {
                patience.long_number(text).ok_or_else(given_up)
            }
            _ => Ok(parse_number(text, 10)),
        }
    }

    #[cold]
    fn ask(&mut self) -> Result<(), ReadError> {
        let objects = self.objects;
        match self.patience.as_mut().is_some_and(|patience| patience.is_over(objects)) {
            true => Err(given_up()),
            false => Ok(()),
        }
    }
}

fn given_up() -> ReadError {
    let message = "the reader was interrupted".to_owned();
    ReadError { message, span: Span::NONE, incomplete: false }
}
