//! Values owned by Rust that the guest program holds: dropped some time after the guest's last
//! reference is gone, and never while the world is stopped.
//!
//! A `Native` object says where the registry keeps the host's value, so that reading it takes no lock.
//! A `Code` object, which is followed at every call, holds the address of its value itself; the
//! [`CodeTable`] says whose value is to be dropped when (GC-13).
//!
//! # Validity
//! The registry keeps the value of an object at its place until a collection found the object dead. So
//! whoever has a live object may read what it refers to; values are live between safepoints (GC-6).

use crate::{Heap, HeapExhausted, Kind, LocalHeap, Value, layout::Layout, object, slot};
use std::{any::Any, ptr, sync::Arc};

/// A value of the host.
pub(crate) type Host = Arc<dyn Any + Send + Sync>;

/// The registry of host values.
#[derive(Default)]
pub(crate) struct NativeTable {
    entries: Vec<Option<Entry>>,
    free: Vec<usize>,
    /// Numbers of the entries whose object is young.
    young: Vec<usize>,
}

struct Entry {
    object: Value,
    /// Objects refer to what this points to.
    host: Arc<Host>,
}

impl NativeTable {
    /// Registers a host value for a `Native` object and makes it refer to it.
    pub(crate) fn add(&mut self, object: Value, is_young: bool, host: Host) {
        let host = Arc::new(host);
        let place = Arc::as_ptr(&host).expose_provenance();
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
        let place = i64::try_from(place).expect("addresses are smaller than fixnums");
        object::init_field(object, 0, Value::fixnum(place));
    }

    /// Objects that own a value.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Value> {
        self.entries.iter().flatten().map(|entry| entry.object)
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
            dead.extend(entries[number].take().map(|entry| Host::clone(&entry.host)));
            free.push(number);
            false
        });
    }

    /// After marking: takes out the host values of the objects that died.
    pub(crate) fn after_marking(&mut self, alive: impl Fn(Value) -> bool, dead: &mut Vec<Host>) {
        for (number, entry) in self.entries.iter_mut().enumerate() {
            if let Some(entry) = entry.take_if(|entry| !alive(entry.object)) {
                dead.push(Host::clone(&entry.host));
                self.free.push(number);
            }
        }
    }
}

/// What `Code` objects, which are old, own.
#[derive(Default)]
pub(crate) struct CodeTable {
    entries: Vec<(Value, Host)>,
}

impl CodeTable {
    /// Keeps a value for as long as an old object.
    pub(crate) fn add(&mut self, object: Value, host: Host) {
        self.entries.push((object, host));
    }

    /// Objects that own a value.
    pub(crate) fn objects(&self) -> impl ExactSizeIterator<Item = Value> {
        self.entries.iter().map(|(object, _)| *object)
    }

    /// After marking: takes out what the objects that died owned.
    pub(crate) fn after_marking(&mut self, alive: impl Fn(Value) -> bool, dead: &mut Vec<Host>) {
        let died = self.entries.extract_if(.., |(object, _)| !alive(*object));
        dead.extend(died.map(|(_, host)| host));
    }
}

/// The host value of a live `Native` object.
#[inline]
pub(crate) fn host(native: Value) -> Option<Host> {
    let place = usize::try_from(object::field(native, 0).as_fixnum()?).ok()?;
    // SAFETY: the registry keeps what this points to (Validity), and nobody changes it.
    unsafe { ptr::with_exposed_provenance::<Host>(place).as_ref() }.cloned()
}

impl Heap {
    /// A `Native` object that owns a value of the host. The value is dropped some time after the
    /// object became unreachable, with the world running. The object has so many fields more, which
    /// hold `#f` at first: payload words 1 and up.
    ///
    /// # Errors
    /// When the heap limit is reached; the value is dropped at once.
    pub fn new_native(
        &self,
        local: &mut LocalHeap,
        value: Box<dyn Any + Send + Sync>,
        fields: usize,
    ) -> Result<Value, HeapExhausted> {
        self.new_native_sharing(local, Arc::from(value), fields)
    }

    /// The same with a value that may have other owners, who then have its last reference dropped.
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn new_native_sharing(
        &self,
        local: &mut LocalHeap,
        value: Arc<dyn Any + Send + Sync>,
        fields: usize,
    ) -> Result<Value, HeapExhausted> {
        let object = local.object(Kind::Native, 1 + fields)?;
        for field in 1..=fields {
            object::init_field(object, field, Value::FALSE);
        }
        self.natives.lock().add(object, local.is_young(object), value);
        Ok(object)
    }

    /// The host's value that a `Native` object owns, or `None` for other values. Takes no lock.
    #[inline]
    pub fn native(&self, v: Value) -> Option<Arc<dyn Any + Send + Sync>> {
        if !object::is_kind(v, Kind::Native) {
            return None;
        }
        host(v)
    }

    /// A `Code` object with these fields: raw words and constants. It never moves, and owns a value,
    /// which is dropped some time after the object became unreachable, with the world running.
    ///
    /// # Errors
    /// When the heap limit is reached; the value is dropped at once.
    pub fn new_code(
        &self,
        local: &mut LocalHeap,
        fields: &[Value],
        value: Arc<dyn Any + Send + Sync>,
    ) -> Result<Value, HeapExhausted> {
        let code = local.object_in_old_of(Kind::Code, fields)?;
        self.codes.lock().add(code, value);
        Ok(code)
    }
}
