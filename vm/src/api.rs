//! Lisle in a Rust program: the embedding interface. docs/embedding.md is its guide.
//!
//! | file | what |
//! |---|---|
//! | `handle.rs`, `builder.rs` | [`Vm`]: evaluating, defining, calling |
//! | `attach.rs` | which mutator the calling thread is: the only file here that needs `unsafe` |
//! | `context.rs` | [`Context`]: what may run guest code, and so collect |
//! | `window.rs`, `local.rs` | [`Window`] and [`Local`]: values, while nothing collects |
//! | `root.rs` | [`Root`]: values that the host keeps |
//! | `convert.rs`, `numbers.rs`, `collections.rs` | [`FromScheme`] and [`IntoScheme`] |
//! | `serde.rs`, `big_integers.rs` | the same by way of serde, and for `num-bigint`: features |
//! | `function.rs`, `parameter.rs` | closures as Scheme procedures |
//! | `waiting.rs` | procedures that wait, and futures |
//! | `run.rs` | calls that run in slices of fuel |
//! | `host_type.rs`, `field.rs` | values of the host's own types, and Scheme values in them |
//! | `libraries.rs` | where libraries come from |
//! | `derive.rs` | what the code of the derive macros calls |
//! | `interrupt.rs` | [`InterruptHandle`] |
//! | `error.rs` | [`Error`] |
//!
//! # Why a stale value does not compile
//! A collection can happen only where guest code may run or the thread may wait. All such operations
//! take `&mut Context` or go through [`Vm`]. A [`Local`] exists only inside the closure given to
//! [`Context::window`], which borrows the context mutably, and carries that window's own lifetime,
//! which nothing outside the closure can name and which no other window shares. So it can neither
//! leave the window, nor meet an operation that collects, nor a window of another VM. One way
//! remains to run guest code inside a window: a closure may hold a [`Vm`] or a [`Root`] and call
//! through that. Those find the window open and return an [`Error`] of the kind
//! [`ErrorKind::Window`].

#[expect(unsafe_code, reason = "reaches the mutator of the calling thread")]
pub(crate) mod attach;
#[cfg(feature = "bigint")]
mod big_integers;
pub mod builder;
pub mod collections;
pub mod context;
pub mod convert;
#[doc(hidden)]
pub mod derive;
pub mod error;
pub mod field;
pub mod function;
pub mod handle;
pub mod host_type;
pub mod interrupt;
pub mod libraries;
pub mod local;
pub mod numbers;
pub mod parameter;
pub mod root;
pub mod run;
#[cfg(feature = "serde")]
pub mod serde;
pub mod waiting;
pub mod window;

pub use builder::Builder;
pub use collections::Bytes;
pub use context::Context;
pub use convert::{Arguments, FromScheme, Given, IntoScheme, Symbol};
pub use error::{Error, ErrorKind, Frame, Place};
pub use field::{Field, Guest};
pub use function::{HostFunction, IntoAnswer};
pub use handle::{Attached, Vm, WeakVm};
pub use host_type::{Exclusive, ExclusiveGuard, Host, HostType, Pinned};
pub use interrupt::InterruptHandle;
pub use libraries::{Libraries, Loaders};
pub use local::Local;
pub use parameter::{Parameter, Rest};
pub use root::{Kind, Procedure, Root, Value};
pub use run::{Progress, Run};
#[cfg(feature = "serde")]
pub use serde::Serde;
pub use waiting::{Async, Blocking, Calling};
pub use window::Window;
