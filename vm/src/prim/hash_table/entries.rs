//! The entries of a hash table: a vector of keys and values by turns, or, in a weak table, of
//! ephemerons and nothing.
//!
//! An entry of a weak table breaks when a collection finds that its key, or its value, or either
//! (as the table's [`Weakness`] says) is not used outside the table. The entry's place stays taken
//! until the table squeezes it out.

use lisle_gc::object::{field, is_kind, size, weak_field};
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value};

/// Which part of an entry the table does not keep alive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weakness {
    /// None.
    Strong,
    /// The key; the value is kept while the key is.
    Keys,
    /// The value; the key is kept while the value is.
    Values,
    /// Both: the entry is gone when either is.
    Both,
}

impl Weakness {
    const ALL: [Weakness; 4] = [Weakness::Strong, Weakness::Keys, Weakness::Values, Weakness::Both];

    /// The name by which the Scheme library gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Weakness::Strong => "strong",
            Weakness::Keys => "weak-keys",
            Weakness::Values => "weak-values",
            Weakness::Both => "weak-both",
        }
    }
    /// The weakness with this name.
    pub fn named(name: &str) -> Option<Weakness> {
        Weakness::ALL.into_iter().find(|weakness| weakness.name() == name)
    }
    /// The weakness with this number.
    pub fn numbered(number: i64) -> Weakness {
        Weakness::ALL[number as usize]
    }
}

/// The entries of a table, valid until the next safepoint.
#[derive(Clone, Copy)]
pub struct Entries {
    vector: Value,
    weakness: Weakness,
}

impl Entries {
    /// The entries in this vector.
    pub fn new(vector: Value, weakness: Weakness) -> Entries {
        Entries { vector, weakness }
    }
    /// How many there is room for.
    pub fn room(self) -> usize {
        size(self.vector) / 2
    }
    /// Key and value of an entry; `None` if it was deleted or is broken. To look at: what is to be used
    /// is read weakly ([`Entries::read`]).
    #[inline]
    pub fn get(self, entry: usize) -> Option<(Value, Value)> {
        let first = field(self.vector, 2 * entry);
        if first == Value::DELETED {
            return None;
        }
        match self.weakness {
            Weakness::Strong => Some((first, field(self.vector, 2 * entry + 1))),
            _ => self.get_weak(first),
        }
    }
    /// Key and value of what a weak table has for them.
    fn get_weak(self, first: Value) -> Option<(Value, Value)> {
        let (key, value) = match self.weakness {
            Weakness::Strong => return None,
            Weakness::Keys => (weak_field(first, 0), weak_field(first, 1)),
            Weakness::Values => (weak_field(first, 1), weak_field(first, 0)),
            Weakness::Both => match (weak_field(first, 0), weak_field(first, 1)) {
                (key, boxed) if is_kind(boxed, Kind::WeakBox) => (key, weak_field(boxed, 0)),
                _ => (Value::BROKEN, Value::BROKEN),
            },
        };
        (key != Value::BROKEN && value != Value::BROKEN).then_some((key, value))
    }
    /// The same, for somebody to use.
    pub fn read(self, heap: &mut LocalHeap, entry: usize) -> Option<(Value, Value)> {
        let (key, value) = self.get(entry)?;
        Some((heap.weakly_read(key), heap.weakly_read(value)))
    }
    /// The key of an entry; of one that was deleted or is broken, something that is no key.
    #[inline]
    pub fn key(self, entry: usize) -> Value {
        if self.weakness == Weakness::Strong {
            return field(self.vector, 2 * entry);
        }
        self.get(entry).map_or(Value::DELETED, |(key, _)| key)
    }
    /// Fills a place.
    pub fn put(
        self,
        heap: &mut LocalHeap,
        entry: usize,
        key: Value,
        value: Value,
    ) -> Result<(), HeapExhausted> {
        let (first, second) = match self.weakness {
            Weakness::Strong => (key, value),
            _ => (self.ephemeron(heap, key, value)?, Value::ZERO),
        };
        heap.store(self.vector, 2 * entry, first);
        heap.store(self.vector, 2 * entry + 1, second);
        Ok(())
    }
    /// What a weak table has for a key and its value.
    fn ephemeron(
        self,
        heap: &mut LocalHeap,
        key: Value,
        value: Value,
    ) -> Result<Value, HeapExhausted> {
        let shared = heap.heap().clone();
        match self.weakness {
            Weakness::Strong | Weakness::Keys => shared.new_ephemeron(heap, key, value),
            Weakness::Values => shared.new_ephemeron(heap, value, key),
            Weakness::Both => {
                let boxed = shared.new_weak_box(heap, value)?;
                shared.new_ephemeron(heap, key, boxed)
            }
        }
    }
    /// Gives the key in a place, which stays, another value.
    pub fn set_value(
        self,
        heap: &mut LocalHeap,
        entry: usize,
        value: Value,
    ) -> Result<(), HeapExhausted> {
        if self.weakness == Weakness::Strong {
            heap.store(self.vector, 2 * entry + 1, value);
            return Ok(());
        }
        self.put(heap, entry, self.key(entry), value)
    }
    /// Empties a place.
    pub fn delete(self, heap: &mut LocalHeap, entry: usize) {
        heap.store(self.vector, 2 * entry, Value::DELETED);
        heap.store(self.vector, 2 * entry + 1, Value::ZERO);
    }
    /// Moves an entry to a place in another vector.
    pub fn move_to(self, heap: &mut LocalHeap, entry: usize, to: Entries, place: usize) {
        for part in 0..2 {
            let word = field(self.vector, 2 * entry + part);
            heap.store(to.vector, 2 * place + part, word);
        }
    }
}
