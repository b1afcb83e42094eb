//! Lisle: a virtual machine for R7RS Scheme on real operating-system threads over one shared,
//! precisely collected heap.
//!
//! ```
//! let vm = lisle::Vm::new()?;
//! assert_eq!(vm.eval_text("(map square '(1 2 3))")?, "(1 4 9)");
//! # Ok::<(), lisle::Error>(())
//! ```
//!
//! ARCHITECTURE.md in the repository has the map of the modules and the invariants they keep.

#![deny(unsafe_code)]

pub mod api;
mod aside;
#[expect(unsafe_code, reason = "looks at the code of procedures in frames")]
pub mod backtrace;
#[expect(unsafe_code, reason = "code is reached by address from closures")]
pub mod bytecode;
pub mod capability;
pub mod cli;
pub mod compile;
pub mod condition;
pub mod core_form;
pub mod cx;
pub mod datum_value;
mod events;
pub mod expand;
#[expect(unsafe_code, reason = "looks at the code of a closure just loaded")]
pub mod front;
pub mod globals;
pub mod hints;
pub mod interp;
pub mod limits;
pub mod load;
pub mod num;
pub mod opt;
mod places;
pub mod prim;
pub mod print;
pub mod read;
pub mod source;
pub mod statistics;
pub mod symbols;
pub mod text;
pub mod threads;
#[cfg(feature = "tracing")]
pub mod trace;
#[expect(unsafe_code, reason = "tells the collector the registers of loaded code")]
pub mod vm;

#[cfg(feature = "serde")]
pub use api::Serde;
#[doc(hidden)]
pub use api::derive;
pub use api::{
    Arguments, Async, Attached, Blocking, Builder, Bytes, Calling, Context, Error, ErrorKind,
    Exclusive, ExclusiveGuard, Field, Frame, FromScheme, Given, Guest, Host, HostFunction,
    HostType, InterruptHandle, IntoAnswer, IntoScheme, Kind, Libraries, Local, Parameter, Pinned,
    Place, Procedure, Progress, Rest, Root, Run, Symbol, Value, Vm, WeakVm, Window,
};
pub use capability::{Capabilities, Capability};
pub use expand::LibraryLoader;
pub use front::FileLoader;
pub use limits::{Limit, Limits, Refuel};
pub use lisle_derive::{FromScheme, HostType, IntoScheme};
pub use statistics::VmStats;
pub use vm::VmConfig;

/// The name of the thread that the command line runs programs on; it has a large native stack.
pub const MAIN_THREAD: &str = "lisle-main";
