//! Roots held by Rust code: slots in a table that the collector visits.

use crate::{Value, layout::Layout, roots::RootVisitor};
use parking_lot::Mutex;
use std::{fmt, sync::Arc};

/// The table of all [`Root`]s of a heap.
pub(crate) struct RootTable {
    layout: Layout,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// Slots that may hold a young pointer, so that a minor collection need not look at the others.
    young: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Slot {
    /// The value, or `Value::EMPTY` where the slot is free.
    value: Value,
    /// Is it on the list of young slots?
    is_listed: bool,
}

impl RootTable {
    pub(crate) fn new(layout: Layout) -> RootTable {
        RootTable { layout, slots: Mutex::default() }
    }

    pub(crate) fn add(self: &Arc<Self>, value: Value) -> Root {
        let mut slots = self.slots.lock();
        let index = match slots.free.pop() {
            Some(index) => index,
            None => {
                slots.slots.push(Slot { value: Value::EMPTY, is_listed: false });
                slots.slots.len() - 1
            }
        };
        self.fill(&mut slots, index, value);
        drop(slots);
        Root { table: Arc::clone(self), index }
    }

    fn fill(&self, slots: &mut Slots, index: usize, value: Value) {
        let slot = &mut slots.slots[index];
        slot.value = value;
        if self.layout.is_young(value.bits()) && !slot.is_listed {
            slot.is_listed = true;
            slots.young.push(index);
        }
    }

    /// Shows the slots that may hold young pointers.
    pub(crate) fn visit_young(&self, visitor: &mut dyn RootVisitor) {
        let mut table = self.slots.lock();
        let Slots { slots, young, .. } = &mut *table;
        young.retain(|&index| {
            let slot = &mut slots[index];
            visitor.visit(&mut slot.value);
            slot.is_listed = self.layout.is_young(slot.value.bits());
            slot.is_listed
        });
    }

    /// Shows all slots.
    pub(crate) fn visit(&self, visitor: &mut dyn RootVisitor) {
        for slot in &mut self.slots.lock().slots {
            visitor.visit(&mut slot.value);
        }
    }

    /// Slots in use.
    pub(crate) fn count(&self) -> usize {
        let slots = self.slots.lock();
        slots.slots.len() - slots.free.len()
    }
}

/// Keeps one value alive from Rust code, wherever it moves. `Send` and `Sync`; a slot in a table,
/// freed on drop. Make one with [`crate::Heap::add_root`].
pub struct Root {
    table: Arc<RootTable>,
    index: usize,
}

impl Root {
    /// The value. It is good until the next safepoint of the calling thread, like any other.
    pub fn get(&self) -> Value {
        self.table.slots.lock().slots[self.index].value
    }

    /// Holds another value instead.
    pub fn set(&self, value: Value) {
        self.table.fill(&mut self.table.slots.lock(), self.index, value);
    }
}

impl Clone for Root {
    fn clone(&self) -> Root {
        let value = self.get();
        self.table.add(value)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let mut slots = self.table.slots.lock();
        slots.slots[self.index].value = Value::EMPTY;
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
    use crate::{Value, layout::Layout};
    use std::sync::Arc;

    #[test]
    fn a_dropped_root_frees_its_slot() {
        let (_memory, layout) = Layout::reserve(0).expect("address space");
        let table = Arc::new(RootTable::new(layout));
        let first = table.add(Value::TRUE);
        let second = first.clone();
        assert_eq!((table.count(), second.get()), (2, Value::TRUE));
        drop(first);
        assert_eq!(table.count(), 1);
        let third = table.add(Value::NIL);
        assert_eq!(third.index, 0);
        third.set(Value::FALSE);
        assert_eq!((third.get(), second.get()), (Value::FALSE, Value::TRUE));
    }

    #[test]
    fn a_young_slot_is_listed_once() {
        let (_memory, layout) = Layout::reserve(0).expect("address space");
        let table = Arc::new(RootTable::new(layout));
        let young = Value::from_address(layout.young_base, crate::value::TAG_PAIR);
        let root = table.add(young);
        root.set(young);
        drop(root);
        let _again = table.add(young);
        assert_eq!(table.slots.lock().young, [0]);
    }
}
