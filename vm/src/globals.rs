//! Global variables: their names, cells, and what the compiler may assume of them.

use crate::symbols::Sym;
use lisle_gc::Value;
use parking_lot::RwLock;

/// The number of a global variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GlobalId(pub u32);

/// What is known of a global variable.
#[derive(Clone, Debug)]
pub struct GlobalInfo {
    /// The name it was made under.
    pub name: Sym,
    /// Its cell: a heap object of kind `Cell` in the old generation, which never moves.
    pub cell: Value,
    /// Can the program not change it? True of everything a standard library exports.
    pub constant: bool,
    /// Is it one of the core primitives the compiler knows (see `bytecode::intrinsic`)?
    /// Only set where `constant` is.
    pub standard: bool,
}

/// The global variables of a VM.
#[derive(Default)]
pub struct Globals {
    infos: RwLock<Vec<GlobalInfo>>,
}

impl Globals {
    /// A new global variable.
    pub fn add(&self, info: GlobalInfo) -> GlobalId {
        let mut infos = self.infos.write();
        infos.push(info);
        GlobalId(u32::try_from(infos.len() - 1).expect("fewer than 2^32 globals"))
    }
    /// What is known of a global variable.
    pub fn info(&self, id: GlobalId) -> GlobalInfo {
        self.infos.read()[id.0 as usize].clone()
    }
    /// Changes what is known of a global variable.
    pub fn update(&self, id: GlobalId, change: impl FnOnce(&mut GlobalInfo)) {
        change(&mut self.infos.write()[id.0 as usize]);
    }
    /// The names of all that a program or library has made.
    pub fn names(&self) -> Vec<Sym> {
        self.infos.read().iter().filter(|info| !info.constant).map(|info| info.name).collect()
    }
    /// Every cell, for the collector.
    pub fn each_cell(&self, mut visit: impl FnMut(&mut Value)) {
        for info in self.infos.write().iter_mut() {
            visit(&mut info.cell);
        }
    }
}
