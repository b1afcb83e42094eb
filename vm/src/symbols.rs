//! The symbol table: one per VM, shared by all threads.
//!
//! A symbol has a number ([`Sym`]), by which the reader, expander and compiler know it, and, once a
//! program has seen it, a heap object in the old generation, which never moves.

use dashmap::DashMap;
use lisle_gc::Value;
use parking_lot::RwLock;
use std::sync::Arc;

/// The number of an interned symbol.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Sym(pub u32);

/// The symbols of a VM.
#[derive(Default)]
pub struct Symbols {
    numbers: DashMap<Arc<str>, Sym, rustc_hash::FxBuildHasher>,
    entries: RwLock<Vec<Entry>>,
}

struct Entry {
    name: Arc<str>,
    object: Value,
}

impl Symbols {
    /// The symbol with this name, made if need be.
    pub fn intern(&self, name: &str) -> Sym {
        if let Some(sym) = self.numbers.get(name) {
            return *sym;
        }
        let name: Arc<str> = name.into();
        *self.numbers.entry(name.clone()).or_insert_with(|| self.push(name))
    }
    /// A symbol that no name is interned under (`generate-symbol`).
    pub fn uninterned(&self, name: &str) -> Sym {
        self.push(name.into())
    }
    fn push(&self, name: Arc<str>) -> Sym {
        let mut entries = self.entries.write();
        entries.push(Entry { name, object: Value::UNBOUND });
        Sym(u32::try_from(entries.len() - 1).expect("fewer than 2^32 symbols"))
    }
    /// The name of a symbol.
    pub fn name(&self, sym: Sym) -> Arc<str> {
        self.entries.read()[sym.0 as usize].name.clone()
    }
    /// The heap object of a symbol, if a program has seen it.
    pub fn object(&self, sym: Sym) -> Option<Value> {
        let object = self.entries.read()[sym.0 as usize].object;
        (object != Value::UNBOUND).then_some(object)
    }
    /// Records the heap object of a symbol, unless another thread was first; the one to use.
    pub fn set_object(&self, sym: Sym, object: Value) -> Value {
        let mut entries = self.entries.write();
        let entry = &mut entries[sym.0 as usize];
        if entry.object == Value::UNBOUND {
            entry.object = object;
        }
        entry.object
    }
    /// Every symbol object, for the collector.
    pub fn each_object(&self, mut visit: impl FnMut(&mut Value)) {
        for entry in self.entries.write().iter_mut() {
            if entry.object != Value::UNBOUND {
                visit(&mut entry.object);
            }
        }
    }
}
