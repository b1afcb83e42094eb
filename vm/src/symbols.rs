//! The symbol table: one per VM, shared by all threads.
//!
//! A symbol has a number ([`Sym`]), by which the reader, expander and compiler know it, and, once a
//! program has seen it, a heap object in the old generation, which never moves.
//!
//! The table keeps no object alive: a full collection forgets those that nothing else refers to. A
//! number is *lasting* once something outside the heap may hold it: what the expander and compiler
//! meet. The others go with their object. They are good until the next safepoint of the thread that
//! asked, which is enough to make the object. A thread in native state may ask for lasting numbers
//! while a collection forgets others: whoever is first to lock a name's shard decides.

use dashmap::DashMap;
use lisle_gc::{External, HeapExhausted, LocalHeap, Value};
use parking_lot::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// The number of an interned symbol.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Sym(pub u32);

/// The symbols of a VM.
#[derive(Default)]
pub struct Symbols {
    numbers: DashMap<Arc<str>, Sym, rustc_hash::FxBuildHasher>,
    entries: RwLock<Entries>,
    /// The table's own memory, as far as symbols have objects.
    memory: OnceLock<External>,
}

#[derive(Default)]
struct Entries {
    entries: Vec<Entry>,
    /// Numbers of symbols that are gone.
    free: Vec<u32>,
}

struct Entry {
    name: Arc<str>,
    object: Value,
    is_interned: bool,
    is_lasting: AtomicBool,
}

/// What the table takes for a symbol besides two copies of the name, in bytes, about.
const ENTRY_BYTES: usize = 96;

impl Entry {
    fn bytes(&self) -> usize {
        ENTRY_BYTES + self.name.len()
    }
}

impl Entries {
    fn get(&self, sym: Sym) -> &Entry {
        &self.entries[sym.0 as usize]
    }

    fn push(&mut self, entry: Entry) -> Sym {
        if let Some(number) = self.free.pop() {
            self.entries[number as usize] = entry;
            return Sym(number);
        }
        self.entries.push(entry);
        Sym(u32::try_from(self.entries.len() - 1).expect("fewer than 2^32 symbols"))
    }
}

impl Symbols {
    /// The symbol with this name, made if need be.
    pub fn intern(&self, name: &str) -> Sym {
        self.number(name, true)
    }
    /// The same, good until the next safepoint of this thread: for making its object.
    pub fn intern_for_now(&self, name: &str) -> Sym {
        self.number(name, false)
    }
    fn number(&self, name: &str, lasting: bool) -> Sym {
        let found = |sym: Sym| {
            if lasting {
                // The shard is locked, so nobody forgets the symbol meanwhile.
                self.entries.read().get(sym).is_lasting.store(true, Ordering::Relaxed);
            }
            sym
        };
        if let Some(sym) = self.numbers.get(name) {
            return found(*sym);
        }
        let name: Arc<str> = name.into();
        let entry = self.numbers.entry(name.clone());
        let sym = entry.or_insert_with(|| self.push(name, true, lasting));
        found(*sym)
    }
    /// A symbol that no name is interned under (`generate-symbol`), good until the next safepoint.
    pub fn uninterned(&self, name: &str) -> Sym {
        self.push(name.into(), false, false)
    }
    fn push(&self, name: Arc<str>, is_interned: bool, lasting: bool) -> Sym {
        let is_lasting = AtomicBool::new(lasting);
        self.entries.write().push(Entry { name, object: Value::UNBOUND, is_interned, is_lasting })
    }
    /// Makes the number of a symbol, whose object is alive, a lasting one.
    pub fn make_lasting(&self, sym: Sym) {
        self.entries.read().get(sym).is_lasting.store(true, Ordering::Relaxed);
    }
    /// The name of a symbol.
    pub fn name(&self, sym: Sym) -> Arc<str> {
        self.entries.read().get(sym).name.clone()
    }
    /// The heap object of a symbol, if a program has seen it. Nothing else may lead to it so far.
    pub fn object(&self, heap: &mut LocalHeap, sym: Sym) -> Option<Value> {
        let object = self.entries.read().get(sym).object;
        (object != Value::UNBOUND).then(|| heap.weakly_read(object))
    }
    /// Records the heap object of a symbol, unless another thread was first; the one to use.
    ///
    /// # Errors
    /// When the table's memory would pass the heap limit.
    pub fn set_object(
        &self,
        heap: &mut LocalHeap,
        sym: Sym,
        object: Value,
    ) -> Result<Value, HeapExhausted> {
        let memory = self.memory.get_or_init(|| heap.heap().external());
        let bytes = self.entries.read().get(sym).bytes();
        memory.grow(heap, bytes)?;
        let mut entries = self.entries.write();
        let entry = &mut entries.entries[sym.0 as usize];
        if entry.object == Value::UNBOUND {
            entry.object = object;
        } else {
            memory.shrink(bytes);
        }
        Ok(heap.weakly_read(entry.object))
    }
    /// In a full collection of a stopped world: forgets the objects that are not alive, and the
    /// symbols that nothing else can refer to.
    pub fn forget_dead(&self, is_alive: impl Fn(Value) -> bool) {
        let mut candidates = Vec::new();
        let mut freed = 0;
        for (number, entry) in self.entries.write().entries.iter_mut().enumerate() {
            if entry.object != Value::UNBOUND && is_alive(entry.object) {
                continue;
            }
            if entry.object != Value::UNBOUND {
                entry.object = Value::UNBOUND;
                freed += entry.bytes();
            }
            // (The entry of a free number has no name and counts as lasting.)
            if !entry.is_lasting.load(Ordering::Relaxed) {
                candidates.push((Sym(number as u32), entry.name.clone(), entry.is_interned));
            }
        }
        if let Some(memory) = self.memory.get() {
            memory.shrink(freed);
        }
        for (sym, name, is_interned) in candidates {
            let is_lasting = || self.entries.read().get(sym).is_lasting.load(Ordering::Relaxed);
            if !is_interned || self.numbers.remove_if(&name, |_, _| !is_lasting()).is_some() {
                self.free(sym);
            }
        }
    }
    fn free(&self, sym: Sym) {
        let mut entries = self.entries.write();
        entries.entries[sym.0 as usize] = Entry {
            name: Arc::from(""),
            object: Value::UNBOUND,
            is_interned: false,
            is_lasting: AtomicBool::new(true),
        };
        entries.free.push(sym.0);
    }
    /// How many symbols there are.
    pub fn count(&self) -> usize {
        let entries = self.entries.read();
        entries.entries.len() - entries.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Symbols;
    use lisle_gc::{Heap, HeapConfig, Kind, LocalHeap, Stopped, Stress, Value, object};

    #[test]
    fn only_lasting_numbers_outlive_their_objects() {
        let symbols = Symbols::default();
        let lasting = symbols.intern("lasting");
        let passing = symbols.intern_for_now("passing");
        let uninterned = symbols.uninterned("uninterned");
        assert_eq!(symbols.intern_for_now("lasting"), lasting);
        assert_eq!((symbols.count(), &*symbols.name(uninterned)), (3, "uninterned"));
        symbols.forget_dead(|_| false);
        assert_eq!((symbols.count(), symbols.intern("lasting")), (1, lasting));
        // Its number may be used again.
        assert!(symbols.intern("new") == passing || symbols.intern("newer") == passing);
    }

    #[test]
    fn a_passing_number_becomes_lasting() {
        let symbols = Symbols::default();
        let sym = symbols.intern_for_now("a");
        assert_eq!(symbols.intern("a"), sym);
        let other = symbols.intern_for_now("b");
        symbols.make_lasting(other);
        symbols.forget_dead(|_| false);
        assert_eq!((symbols.intern("a"), symbols.intern("b")), (sym, other));
    }

    #[test]
    fn names_are_forgotten_and_interned_at_once_by_others() {
        let symbols = Symbols::default();
        std::thread::scope(|scope| {
            for seed in 0..3 {
                let symbols = &symbols;
                scope.spawn(move || {
                    for n in 0..3000 {
                        let name = format!("n{}", n * (seed + 1) % 100);
                        let sym = symbols.intern(&name);
                        assert_eq!(&*symbols.name(sym), name);
                    }
                });
            }
            for _ in 0..300 {
                symbols.forget_dead(|_| false);
            }
        });
        for n in 0..100 {
            let name = format!("n{n}");
            assert_eq!(&*symbols.name(symbols.intern(&name)), name);
        }
    }

    fn stop<R>(local: &mut LocalHeap, work: impl FnOnce(&mut Stopped<'_>) -> R) -> R {
        work(&mut Stopped { locals: vec![local], roots: Vec::new() })
    }

    #[test]
    fn an_object_that_is_asked_for_while_marking_is_marked() {
        let stress = Stress { poison: true, ..Stress::default() };
        let config = HeapConfig { stress, verify: true, ..HeapConfig::default() };
        let heap = Heap::new(config).expect("memory for a heap");
        let mut local = heap.local();
        let symbols = Symbols::default();
        let sym = symbols.intern("name");
        assert_eq!(symbols.object(&mut local, sym), None);
        let made = local.object_in_old_of(Kind::Symbol, &[Value::TRUE; 3]).expect("room");
        assert_eq!(symbols.set_object(&mut local, sym, made), Ok(made));
        let marking = stop(&mut local, |stopped| heap.begin_marking(stopped));
        let found = heap.add_root(symbols.object(&mut local, sym).expect("it was made"));
        stop(&mut local, |stopped| marking.expect("there are no weak pairs").end(stopped));
        assert_eq!(object::field(found.get(), 0), Value::TRUE);
    }
}
