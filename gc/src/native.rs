//! Values owned by Rust that the guest program holds: dropped some time after the guest's last
//! reference is gone, and never while the world is stopped.

use crate::{Value, layout::Layout, object, slot};
use std::{any::Any, sync::Arc};

/// A value of the host.
pub(crate) type Host = Arc<dyn Any + Send + Sync>;

/// The registry of host values; a `Native` object holds a number in it.
#[derive(Default)]
pub(crate) struct NativeTable {
    entries: Vec<Option<Entry>>,
    free: Vec<usize>,
    /// Numbers of the entries whose object is young.
    young: Vec<usize>,
}

struct Entry {
    object: Value,
    host: Host,
}

impl NativeTable {
    /// Registers a host value for an object, which has yet to be given the number returned.
    pub(crate) fn add(&mut self, object: Value, is_young: bool, host: Host) -> usize {
        let entry = Some(Entry { object, host });
        let number = match self.free.pop() {
            Some(number) => {
                self.entries[number] = entry;
                number
            }
            None => {
                self.entries.push(entry);
                self.entries.len() - 1
            }
        };
        if is_young {
            self.young.push(number);
        }
        number
    }

    /// The host value with this number.
    pub(crate) fn get(&self, number: usize) -> Option<Host> {
        Some(Arc::clone(&self.entries.get(number)?.as_ref()?.host))
    }

    /// Registered values.
    pub(crate) fn count(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// After copying: follows the objects that moved, takes out the host values of those that died.
    pub(crate) fn after_copying(&mut self, layout: &Layout, dead: &mut Vec<Host>) {
        let NativeTable { entries, free, young } = self;
        young.retain(|&number| {
            let Some(entry) = entries[number].as_mut() else { return false };
            let header = slot::load(entry.object.address());
            if header & 1 == 1 {
                entry.object = Value::from_bits(header);
                return layout.is_young(header);
            }
            dead.extend(entries[number].take().map(|entry| entry.host));
            free.push(number);
            false
        });
    }

    /// After marking: takes out the host values of the objects that died.
    pub(crate) fn after_marking(&mut self, alive: impl Fn(Value) -> bool, dead: &mut Vec<Host>) {
        for (number, entry) in self.entries.iter_mut().enumerate() {
            if let Some(host) = entry.take_if(|entry| !alive(entry.object)).map(|entry| entry.host)
            {
                dead.push(host);
                self.free.push(number);
            }
        }
    }
}

/// The number that a `Native` object holds.
pub(crate) fn number(native: Value) -> Option<usize> {
    usize::try_from(object::field(native, 0).as_fixnum()?).ok()
}
