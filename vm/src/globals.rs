//! Global variables: their names, cells, and what the compiler may assume of them.

use crate::symbols::Sym;
use lisle_gc::Value;
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;

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

/// The numbers of variables that nothing names any longer: environments that are gone leave them here.
/// Code that refers to such a variable has its cell.
#[derive(Clone, Default)]
pub struct Unused(Arc<Mutex<Vec<GlobalId>>>);

impl Unused {
    /// Nothing names these variables, or will.
    pub fn leave(&self, ids: impl Iterator<Item = GlobalId>) {
        self.0.lock().extend(ids);
    }
}

/// The global variables of a VM.
#[derive(Default)]
pub struct Globals {
    infos: RwLock<Vec<GlobalInfo>>,
    unused: Unused,
}

impl Globals {
    /// A new global variable.
    pub fn add(&self, info: GlobalInfo) -> GlobalId {
        let mut infos = self.infos.write();
        if let Some(id) = self.unused.0.lock().pop() {
            infos[id.0 as usize] = info;
            return id;
        }
        infos.push(info);
        GlobalId(u32::try_from(infos.len() - 1).expect("fewer than 2^32 globals"))
    }
    /// Where the numbers of variables are left that nothing names any longer.
    pub fn unused(&self) -> &Unused {
        &self.unused
    }
    /// How many there are.
    pub fn count(&self) -> usize {
        self.infos.read().len() - self.unused.0.lock().len()
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
