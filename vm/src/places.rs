//! Places in programs as numbers that fit a record: what the events' `at` and `code` are made of.

use crate::backtrace;
use crate::bytecode::code::{Code, CodeKind};
use crate::source::{SourceId, Span};
use crate::symbols::Sym;
use crate::vm::VmShared;
use lisle_frames::Site;
use lisle_threads::Places;
use std::sync::Weak;

/// Where a procedure is, before the instruction at this address or at its entry.
pub(crate) fn site_of(code: &Code, address: Option<usize>) -> Site {
    let index = address.and_then(|address| code.index_of(address));
    let span = match (code.kind, index) {
        // At the head of a procedure or loop: what comes next says more than the whole.
        (CodeKind::Compiled, Some(index)) => match code.span_before(index) {
            span if span == code.span => code.span_from(index),
            span => span,
        },
        _ => code.span,
    };
    let span = if span.is_none() { code.span } else { span };
    Site {
        place: u64::from(span.source.0) << 32 | u64::from(span.start),
        name: code.name.map_or(0, |name| u64::from(name.0) + 1),
        is_native: matches!(code.kind, CodeKind::Primitive(_)),
    }
}

fn span_of(place: u64) -> Span {
    let start = (place & 0xffff_ffff) as u32;
    Span { source: SourceId((place >> 32) as u32), start, end: start }
}

/// Reads the numbers with the sources and symbols of a VM.
pub(crate) struct SourcePlaces(pub(crate) Weak<VmShared>);

impl Places for SourcePlaces {
    fn is_user(&self, place: u64) -> bool {
        self.0.upgrade().is_some_and(|vm| backtrace::is_user(&vm, span_of(place)))
    }

    fn at(&self, place: u64) -> String {
        let described = self.0.upgrade().and_then(|vm| vm.sources.describe_line(span_of(place)));
        described.unwrap_or_default()
    }

    fn name(&self, name: u64) -> String {
        let sym = name.checked_sub(1).and_then(|number| u32::try_from(number).ok());
        match (sym, self.0.upgrade()) {
            (Some(number), Some(vm)) => vm.symbols.name(Sym(number)).to_string(),
            _ => String::new(),
        }
    }
}
