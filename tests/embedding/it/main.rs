//! Tests of the embedding interface, by a crate that knows nothing of Lisle but that.

#![forbid(unsafe_code)]

mod calls;
mod conversions;
mod errors;
#[rustfmt::skip] // Its samples stand as they stand in the documents.
mod guide;
mod host_types;
mod libraries;
mod limits;
mod machines;
mod rooting;
mod serde;
mod threads;
mod waiting;

use lisle::{Builder, Vm};

/// A machine with every way of making mistakes show.
fn stressed() -> Vm {
    stress(Vm::builder()).build().expect("the system has memory")
}

fn stress(builder: Builder) -> Builder {
    builder.stress_collections(true).stress_frames(true).verify_heap(true)
}

/// The machines that a test is run on: as usual, and under stress.
fn machines() -> [Vm; 2] {
    [Vm::new().expect("the system has memory"), stressed()]
}
