//! Weak references: boxes, pairs and ephemerons that do not keep what they refer to alive.
//!
//! The tracing phases know nothing of them. A box or an ephemeron is an object whose payload counts
//! as bytes, so it is never followed. A weak pair is an ordinary pair, headerless, whose weak words
//! are *lifted* out of it for the length of a collection. The [`WeakTable`] lists all containers of
//! weak references, and [`settle`] gives them back what is left when everything that can be reached
//! otherwise has been.
//!
//! A minor collection looks only at the containers on the young list: those that are young, and
//! boxes and ephemerons that refer to something young (they never change, so this is known when
//! they are made). Of an old weak pair, `set-car!` is seen by the barrier like any store; its slot is
//! found among the remembered ones.
//!
//! An ephemeron's value counts as reachable through it only while its key is reachable otherwise
//! (Hayes, "Ephemerons: a new finalization mechanism", OOPSLA 1997).

pub(crate) mod settle;
#[cfg(test)]
mod tests;

use crate::{
    Heap, HeapExhausted, Kind, LocalHeap, Value, guardian::Guarded, layout::Layout, object, slot,
};
use rustc_hash::FxHashMap;
use settle::{Pending, Weaklings};

/// What sort of container a weak reference is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// An object with one weak field.
    Box,
    /// A pair whose first field is weak.
    Pair,
    /// An object with a key and a value.
    Ephemeron,
    /// A pair of a key and a value.
    EphemeronPair,
}

/// An object that contains weak references.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Container {
    pub(crate) object: Value,
    pub(crate) class: Class,
}

impl Class {
    fn is_pair(self) -> bool {
        matches!(self, Class::Pair | Class::EphemeronPair)
    }

    /// How many of its fields are not followed.
    fn weak_fields(self) -> usize {
        match self {
            Class::Box | Class::Pair => 1,
            Class::Ephemeron | Class::EphemeronPair => 2,
        }
    }
}

impl Container {
    /// The address of a field.
    pub(crate) fn slot(self, index: usize) -> usize {
        self.object.address() + 8 * (index + usize::from(!self.class.is_pair()))
    }

    /// Its weak fields, as far as there are.
    pub(crate) fn fields(self) -> [Value; 2] {
        let mut fields = [Value::ZERO; 2];
        for (index, field) in fields.iter_mut().enumerate().take(self.class.weak_fields()) {
            *field = Value::from_bits(slot::load(self.slot(index)));
        }
        fields
    }

    /// Takes the weak fields out.
    fn lift(self, is_listed: bool) -> Pending {
        let fields = self.fields();
        if self.class.is_pair() {
            for index in 0..self.class.weak_fields() {
                slot::store(self.slot(index), Value::BROKEN.bits());
            }
        }
        Pending { container: self, fields, is_listed }
    }
}

/// Every container of weak references in a heap, and what was given to guardians.
#[derive(Default)]
pub(crate) struct WeakTable {
    /// Young containers, new ones, and boxes and ephemerons that refer to something young.
    pub(crate) young: Vec<Container>,
    /// All others.
    pub(crate) old: Vec<Container>,
    /// The addresses of all weak pairs.
    pub(crate) pairs: FxHashMap<usize, Class>,
    /// Registrations of which some part may be young.
    pub(crate) guarded_young: Vec<Guarded>,
    /// All others.
    pub(crate) guarded_old: Vec<Guarded>,
    /// Ephemerons that collections have looked at, each time counted.
    pub(crate) looks: u64,
    /// Counts the registrations.
    pub(crate) registrations: u64,
}

impl WeakTable {
    fn add(&mut self, object: Value, class: Class) {
        self.young.push(Container { object, class });
        if class.is_pair() {
            self.pairs.insert(object.address(), class);
        }
    }

    /// Containers, dead ones included that no collection has found yet.
    pub(crate) fn count(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// Before a minor collection: takes the references out of all containers that it can change.
    pub(crate) fn lift_young(&mut self, layout: &Layout, remembered: &[usize]) -> Weaklings {
        let mut pending: Vec<Pending> =
            self.young.drain(..).map(|container| container.lift(true)).collect();
        if !self.pairs.is_empty() {
            for &address in remembered {
                // A slot that was lifted already holds nothing young.
                if layout.is_young(slot::load(address))
                    && let Some(container) = self.weak_pair_with_slot(address)
                {
                    pending.push(container.lift(false));
                }
            }
        }
        Weaklings::new(pending, std::mem::take(&mut self.guarded_young))
    }

    /// The weak pair of which this is the address of a weak field.
    fn weak_pair_with_slot(&self, address: usize) -> Option<Container> {
        let pair = |start: usize, class| Container {
            object: Value::from_address(start, crate::value::TAG_PAIR),
            class,
        };
        if let Some(&class) = self.pairs.get(&address) {
            return Some(pair(address, class));
        }
        let start = address - 8;
        match self.pairs.get(&start) {
            Some(Class::EphemeronPair) => Some(pair(start, Class::EphemeronPair)),
            _ => None,
        }
    }

    /// Before marking, when nothing is young: takes the references out of all weak pairs, which
    /// marking would follow.
    pub(crate) fn lift_pairs(&mut self) -> Vec<Pending> {
        debug_assert!(self.young.is_empty());
        let pairs = self.old.extract_if(.., |container| container.class.is_pair());
        pairs.map(|container| container.lift(true)).collect()
    }

    /// After marking, when nothing is young: takes the references out of all other containers.
    pub(crate) fn lift_others(&mut self, mut pending: Vec<Pending>) -> Weaklings {
        debug_assert!(self.young.is_empty() && self.guarded_young.is_empty());
        pending.extend(self.old.drain(..).map(|container| container.lift(true)));
        Weaklings::new(pending, std::mem::take(&mut self.guarded_old))
    }
}

impl Heap {
    fn new_weak_object(
        &self,
        local: &mut LocalHeap,
        class: Class,
        fields: &[Value],
    ) -> Result<Value, HeapExhausted> {
        let kind = if class == Class::Box { Kind::WeakBox } else { Kind::Ephemeron };
        let object = local.object(kind, 8 * fields.len())?;
        for (index, field) in fields.iter().enumerate() {
            object::set_raw_payload_word(object, index, field.bits());
        }
        self.weak.lock().add(object, class);
        Ok(object)
    }

    /// A `WeakBox`: [`object::weak_field`] 0 is the referent until a collection finds that nothing
    /// else keeps it, and [`Value::BROKEN`] then.
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn new_weak_box(
        &self,
        local: &mut LocalHeap,
        referent: Value,
    ) -> Result<Value, HeapExhausted> {
        self.new_weak_object(local, Class::Box, &[referent])
    }

    /// An `Ephemeron`: [`object::weak_field`] 0 and 1 are key and value until a collection finds
    /// that nothing keeps the key, except perhaps the value; then both are [`Value::BROKEN`].
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn new_ephemeron(
        &self,
        local: &mut LocalHeap,
        key: Value,
        value: Value,
    ) -> Result<Value, HeapExhausted> {
        self.new_weak_object(local, Class::Ephemeron, &[key, value])
    }

    /// A pair that does not keep its first field alive, which becomes [`Value::BROKEN`]; with
    /// `ephemeron`, the second only while something else keeps the first. It is a pair in every
    /// other respect.
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn new_weak_pair(
        &self,
        local: &mut LocalHeap,
        car: Value,
        cdr: Value,
        ephemeron: bool,
    ) -> Result<Value, HeapExhausted> {
        let pair = local.pair(car, cdr)?;
        let class = if ephemeron { Class::EphemeronPair } else { Class::Pair };
        self.weak.lock().add(pair, class);
        Ok(pair)
    }

    fn pair_class(&self, v: Value) -> Option<Class> {
        if v.is_pair() { self.weak.lock().pairs.get(&v.address()).copied() } else { None }
    }

    /// Is `v` a pair whose first field is weak?
    pub fn is_weak_pair(&self, v: Value) -> bool {
        self.pair_class(v) == Some(Class::Pair)
    }

    /// Is `v` a pair of an ephemeron's key and value?
    pub fn is_ephemeron_pair(&self, v: Value) -> bool {
        self.pair_class(v) == Some(Class::EphemeronPair)
    }
}
