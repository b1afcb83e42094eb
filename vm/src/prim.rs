//! The primitives: procedures written in Rust.
//!
//! One file a section of R7RS or a SRFI; each exports a table. To add a primitive, write a function
//! of the type [`NativeFn`] and name it in its file's table; to add a file, name its table in
//! [`SECTIONS`]. Export the name from a library in `scheme/libraries.scm`.
//!
//! A primitive gets its arguments as a slice, their number already checked. It never calls guest
//! procedures: what does so is written in Scheme, in `scheme/`, over primitives.

use crate::cx::{Cx, Raised};
use lisle_gc::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

pub mod arguments;
pub mod bitwise;
pub mod r#box;
pub mod bytevector;
pub mod character;
pub mod condition;
pub mod control;
pub mod equality;
pub mod eval;
pub mod file;
pub mod hash_table;
pub mod number;
pub mod pair;
pub mod port;
#[cfg(feature = "probe")]
pub mod probe;
pub mod promise;
pub mod read;
pub mod record;
pub mod string;
pub mod symbol;
pub(crate) mod syntax;
pub mod system;
pub mod thread;
pub mod time;
pub mod vector;
pub mod weak;
pub mod write;

/// A primitive's code.
pub type NativeFn = fn(&mut Cx<'_>, &[Value]) -> Result<Value, Raised>;

/// A primitive.
pub struct Prim {
    /// The name of its global variable in the core namespace.
    pub name: &'static str,
    /// Its code.
    pub run: NativeFn,
    /// The fewest arguments it takes.
    pub min: u8,
    /// The most it takes; [`ANY`] for no bound.
    pub max: u8,
    /// May it wait? Then it is always called with a frame of its own, which the collector can see.
    pub blocking: bool,
}

/// As a maximum: no bound.
pub const ANY: u8 = 255;

/// An entry of a table.
pub const fn prim(name: &'static str, run: NativeFn, min: u8, max: u8) -> Prim {
    Prim { name, run, min, max, blocking: false }
}

/// An entry for a primitive that may wait.
pub const fn blocking(name: &'static str, run: NativeFn, min: u8, max: u8) -> Prim {
    Prim { name, run, min, max, blocking: true }
}

/// Every table.
pub static SECTIONS: &[&[Prim]] = &[
    bitwise::PRIMS,
    r#box::PRIMS,
    bytevector::PRIMS,
    character::PRIMS,
    condition::PRIMS,
    control::PRIMS,
    equality::PRIMS,
    eval::PRIMS,
    file::PRIMS,
    hash_table::PRIMS,
    number::PRIMS,
    number::fixnum::PRIMS,
    number::flonum::PRIMS,
    number::flonum::special::PRIMS,
    number::random::PRIMS,
    pair::PRIMS,
    port::PRIMS,
    #[cfg(feature = "probe")]
    probe::PRIMS,
    promise::PRIMS,
    read::PRIMS,
    record::PRIMS,
    string::PRIMS,
    symbol::PRIMS,
    syntax::PRIMS,
    system::PRIMS,
    thread::PRIMS,
    thread::SYNCHRONISATION,
    thread::CHANNELS,
    time::PRIMS,
    vector::PRIMS,
    weak::PRIMS,
    write::PRIMS,
];

/// The number of a primitive: its place in [`all`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PrimId(pub u32);

static ALL: LazyLock<Vec<&'static Prim>> =
    LazyLock::new(|| SECTIONS.iter().flat_map(|section| section.iter()).collect());

static BY_NAME: LazyLock<HashMap<&'static str, PrimId, rustc_hash::FxBuildHasher>> =
    LazyLock::new(|| {
        let numbered = ALL.iter().enumerate();
        numbered.map(|(index, prim)| (prim.name, PrimId(index as u32))).collect()
    });

/// Every primitive, by number.
pub fn all() -> &'static [&'static Prim] {
    &ALL
}

/// The primitive with this name.
pub fn lookup(name: &str) -> Option<PrimId> {
    BY_NAME.get(name).copied()
}
