//! Roots held by Rust code: slots in a table that the collector visits.
//!
//! Reading a slot takes no lock. Making and dropping a root takes that of one part of the table; threads
//! use different parts as far as there are enough. A slot is written under its part's lock, by the
//! collector with the world stopped, so a copy of a root made by a thread that no collection waits for
//! holds what the root held, wherever that was moved meanwhile.
//!
//! Such threads also drop roots at any time. What a root held when marking looked at it stays marked, and
//! weak references to it stay; so whoever checks the marks, or poisons what is dead, has to see it too.
//! While a marking is checked, the table therefore keeps what is overwritten in it.

use crate::{Value, layout::Layout, roots::RootVisitor};
use parking_lot::Mutex;
use std::{
    array,
    cell::Cell,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

/// Parts of the table.
const PARTS: usize = 16;
/// Slots that are made at once. They never move, so that they are read without a lock.
const CHUNK: usize = 64;

/// The table of all [`Root`]s of a heap.
pub(crate) struct RootTable {
    parts: [Arc<Part>; PARTS],
}

struct Part {
    layout: Layout,
    slots: Mutex<Slots>,
}

/// Words of values, `Value::EMPTY` where a slot is free.
struct Chunk([AtomicU64; CHUNK]);

#[derive(Default)]
struct Slots {
    chunks: Vec<Arc<Chunk>>,
    /// For each slot: is it on the list of young ones?
    listed: Vec<bool>,
    free: Vec<usize>,
    /// What slots held that were changed since marking looked at them, if that is to be kept: old
    /// objects, since nothing is young then.
    overwritten: Option<Vec<Value>>,
    /// Slots that may hold a young pointer, so that a minor collection need not look at the others.
    young: Vec<usize>,
}

impl Slots {
    fn word(&self, index: usize) -> &AtomicU64 {
        &self.chunks[index / CHUNK].0[index % CHUNK]
    }
    fn fill(&mut self, layout: Layout, index: usize, value: Value) {
        let before = Value::from_bits(self.word(index).load(Ordering::Relaxed));
        if let Some(overwritten) = &mut self.overwritten
            && !layout.is_young(before.bits())
        {
            overwritten.push(before);
        }
        // Release: whoever reads the slot sees the object, also one made by another thread.
        self.word(index).store(value.bits(), Ordering::Release);
        if layout.is_young(value.bits()) && !self.listed[index] {
            self.listed[index] = true;
            self.young.push(index);
        }
    }
    fn visit(&self, index: usize, visitor: &mut dyn RootVisitor) -> Value {
        // Relaxed: the world is stopped.
        let mut value = Value::from_bits(self.word(index).load(Ordering::Relaxed));
        visitor.visit(&mut value);
        self.word(index).store(value.bits(), Ordering::Relaxed);
        value
    }
    fn visit_all(&mut self, visitor: &mut dyn RootVisitor) {
        for index in 0..self.listed.len() {
            self.visit(index, visitor);
        }
        self.overwritten.iter_mut().flatten().for_each(|value| visitor.visit(value));
    }
}

/// The part of the table in which the calling thread makes its roots.
fn own_part() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static PART: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    PART.with(|part| {
        if part.get() == usize::MAX {
            // Relaxed: only to spread threads.
            part.set(NEXT.fetch_add(1, Ordering::Relaxed) % PARTS);
        }
        part.get()
    })
}

impl RootTable {
    pub(crate) fn new(layout: Layout) -> RootTable {
        RootTable { parts: array::from_fn(|_| Arc::new(Part { layout, slots: Mutex::default() })) }
    }

    pub(crate) fn add(&self, value: Value) -> Root {
        let part = &self.parts[own_part()];
        part.add(&mut part.slots.lock(), value)
    }

    /// Shows the slots that may hold young pointers.
    pub(crate) fn visit_young(&self, visitor: &mut dyn RootVisitor) {
        for part in &self.parts {
            let mut slots = part.slots.lock();
            let mut young = std::mem::take(&mut slots.young);
            young.retain(|&index| {
                let value = slots.visit(index, visitor);
                slots.listed[index] = part.layout.is_young(value.bits());
                slots.listed[index]
            });
            slots.young = young;
        }
    }

    /// Shows all slots, and what is kept of those that have changed.
    pub(crate) fn visit(&self, visitor: &mut dyn RootVisitor) {
        for part in &self.parts {
            part.slots.lock().visit_all(visitor);
        }
    }

    /// Shows all slots, and keeps from then on what is overwritten.
    pub(crate) fn visit_and_keep(&self, visitor: &mut dyn RootVisitor) {
        for part in &self.parts {
            let mut slots = part.slots.lock();
            slots.visit_all(visitor);
            slots.overwritten = Some(Vec::new());
        }
    }

    /// The marking is over: forgets what was kept.
    pub(crate) fn keep_no_more(&self) {
        for part in &self.parts {
            part.slots.lock().overwritten = None;
        }
    }

    /// Slots in use.
    pub(crate) fn count(&self) -> usize {
        let used = |part: &Arc<Part>| {
            let slots = part.slots.lock();
            slots.listed.len() - slots.free.len()
        };
        self.parts.iter().map(used).sum()
    }
}

impl Part {
    fn add(self: &Arc<Part>, slots: &mut Slots, value: Value) -> Root {
        if slots.free.is_empty() {
            let first = slots.listed.len();
            let empty = || AtomicU64::new(Value::EMPTY.bits());
            slots.chunks.push(Arc::new(Chunk(array::from_fn(|_| empty()))));
            slots.listed.resize(first + CHUNK, false);
            slots.free.extend((first..first + CHUNK).rev());
        }
        let index = slots.free.pop().expect("there are free slots now");
        slots.fill(self.layout, index, value);
        let chunk = Arc::clone(&slots.chunks[index / CHUNK]);
        Root { part: Arc::clone(self), chunk, index }
    }
}

/// Keeps one value alive from Rust code, wherever it moves. `Send` and `Sync`; a slot in a table,
/// freed on drop. Make one with [`crate::Heap::add_root`].
pub struct Root {
    part: Arc<Part>,
    chunk: Arc<Chunk>,
    index: usize,
}

impl Root {
    /// The value. It is good until the next safepoint of the calling thread, like any other.
    #[inline]
    pub fn get(&self) -> Value {
        // Acquire: with the store in `Slots::fill`.
        Value::from_bits(self.chunk.0[self.index % CHUNK].load(Ordering::Acquire))
    }

    /// Holds another value instead.
    pub fn set(&self, value: Value) {
        self.part.slots.lock().fill(self.part.layout, self.index, value);
    }
}

impl Clone for Root {
    fn clone(&self) -> Root {
        // One lock for both: a collection moves the value before or after.
        let mut slots = self.part.slots.lock();
        let value = self.get();
        self.part.add(&mut slots, value)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let mut slots = self.part.slots.lock();
        slots.fill(self.part.layout, self.index, Value::EMPTY);
        slots.free.push(self.index);
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root({:?})", self.get())
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Root>();
};

#[cfg(test)]
mod tests {
    use super::RootTable;
    use crate::{RootVisitor, Value, layout::Layout, value::TAG_PAIR};
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_dropped_root_frees_its_slot() {
        let (_memory, layout) = Layout::reserve(0).expect("address space");
        let table = RootTable::new(layout);
        let first = table.add(Value::TRUE);
        let second = first.clone();
        assert_eq!((table.count(), second.get()), (2, Value::TRUE));
        drop(first);
        assert_eq!(table.count(), 1);
        let third = table.add(Value::NIL);
        assert_eq!((third.index, table.count()), (0, 2));
        third.set(Value::FALSE);
        assert_eq!((third.get(), second.get()), (Value::FALSE, Value::TRUE));
    }

    #[test]
    fn a_young_slot_is_listed_once() {
        let (_memory, layout) = Layout::reserve(0).expect("address space");
        let table = RootTable::new(layout);
        let young = Value::from_address(layout.young_base, TAG_PAIR);
        let root = table.add(young);
        root.set(young);
        drop(root);
        let _again = table.add(young);
        assert_eq!(table.parts[super::own_part()].slots.lock().young, [0]);
    }

    #[test]
    fn what_is_overwritten_while_marking_is_checked_is_still_shown() {
        struct Shown(Vec<Value>);
        impl RootVisitor for Shown {
            fn visit(&mut self, slot: &mut Value) {
                if slot.is_fixnum() {
                    self.0.push(*slot);
                }
            }
            fn visit_range(&mut self, _: *mut u64, _: usize) {}
            fn is_minor(&self) -> bool {
                false
            }
            fn is_alive(&self, _: Value) -> bool {
                true
            }
        }
        let (_memory, layout) = Layout::reserve(0).expect("address space");
        let table = RootTable::new(layout);
        let [set, dropped] = [1, 2].map(|n| table.add(Value::fixnum(n)));
        let shown = || {
            let mut shown = Shown(Vec::new());
            table.visit(&mut shown);
            shown.0.iter().map(|v| v.assume_fixnum()).collect::<Vec<_>>()
        };
        table.visit_and_keep(&mut Shown(Vec::new()));
        drop(dropped);
        set.set(Value::fixnum(3));
        assert_eq!(shown(), [3, 2, 1]);
        table.keep_no_more();
        assert_eq!(shown(), [3]);
    }

    /// Moves what every slot in use holds to one address, or finds it there.
    struct Move {
        to: Value,
        is_done: bool,
    }
    impl RootVisitor for Move {
        fn visit(&mut self, slot: &mut Value) {
            if *slot != Value::EMPTY {
                assert!(!self.is_done || *slot == self.to, "a stale value");
                *slot = self.to;
            }
        }
        fn visit_range(&mut self, _: *mut u64, _: usize) {}
        fn is_minor(&self) -> bool {
            true
        }
        fn is_alive(&self, _: Value) -> bool {
            true
        }
    }

    #[test]
    fn roots_cloned_while_others_move_hold_what_was_moved() {
        let (_memory, layout) = Layout::reserve(0).expect("address space");
        let place = |offset| Value::from_address(layout.young_base + offset, TAG_PAIR);
        let table = RootTable::new(layout);
        let root = table.add(place(0));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    drop(root.clone());
                }
            });
            for turn in 1..2000 {
                let to = place(turn % 2 * 32);
                table.visit_young(&mut Move { to, is_done: false });
                // A copy that took the old value and was listed after the move would be stale.
                table.visit(&mut Move { to, is_done: true });
            }
            done.store(true, Ordering::Relaxed);
        });
    }
}
