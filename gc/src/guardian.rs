//! Guardians: queues into which a collection puts what was given to them and is not used otherwise
//! (Dybvig, Bruggeman and Eby, "Guardians in a generation-based garbage collector", PLDI 1993).
//!
//! A [`Kind::Guardian`] is a heap object with the queue: a list of what is to be given back, whose
//! links were made when the objects were given to it, so that a collection allocates nothing. What it
//! watches is listed in the [`crate::weak::WeakTable`]. Nothing is run when an object dies: the
//! program asks the guardian whenever it likes.

use crate::{
    Heap, HeapExhausted, Kind, LocalHeap, Value, layout::Layout, object, weak::settle::Tracer,
};
use std::sync::atomic::Ordering;

// Payload fields of a guardian.
const LOCK: usize = 0;
const FIRST: usize = 1;
const LAST: usize = 2;
const FIELDS: usize = 3;

const UNLOCKED: u64 = Value::ZERO.bits();
const LOCKED: u64 = Value::fixnum(1).bits();

/// An object given to a guardian.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guarded {
    pub(crate) object: Value,
    /// The link for the queue, with what is to be given back.
    pub(crate) link: Value,
    pub(crate) guardian: Value,
    /// Counts up.
    pub(crate) number: u64,
}

impl Guarded {
    /// May a minor collection change it?
    pub(crate) fn is_young(&self, layout: &Layout) -> bool {
        [self.object, self.link, self.guardian].into_iter().any(|v| layout.is_young(v.bits()))
    }

    /// If object and guardian are alive, keeps the link; how it is listed from now on.
    pub(crate) fn keep(&self, tracer: &mut impl Tracer) -> Option<Guarded> {
        let object = tracer.now(self.object)?;
        let guardian = tracer.now(self.guardian)?;
        Some(Guarded { object, link: tracer.keep(self.link), guardian, number: self.number })
    }

    /// If the guardian is alive, puts the link into its queue.
    pub(crate) fn deliver(&self, tracer: &mut impl Tracer) -> bool {
        let Some(guardian) = tracer.now(self.guardian) else { return false };
        let link = tracer.keep(self.link);
        let field = |index: usize| guardian.address() + 8 * (1 + index);
        if object::field(guardian, FIRST).is_nil() {
            tracer.store(field(FIRST), link);
        } else {
            // The guardian was traced, so its fields lead to where the links are now.
            tracer.store(object::field(guardian, LAST).address() + 8, link);
        }
        tracer.store(field(LAST), link);
        // The link may lead to other guardians, whose fields the next delivery reads.
        tracer.drain();
        true
    }
}

impl Heap {
    /// A guardian that watches nothing.
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn new_guardian(&self, local: &mut LocalHeap) -> Result<Value, HeapExhausted> {
        let guardian = local.object(Kind::Guardian, FIELDS)?;
        object::init_field(guardian, FIRST, Value::NIL);
        object::init_field(guardian, LAST, Value::NIL);
        Ok(guardian)
    }

    /// Has a guardian watch an object: when a collection finds that nothing else keeps it alive,
    /// the guardian gets `representative` (which may be the object). Several guardians may watch an
    /// object, and one may several times.
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn guard(
        &self,
        local: &mut LocalHeap,
        guardian: Value,
        object: Value,
        representative: Value,
    ) -> Result<(), HeapExhausted> {
        if !object.is_pointer() {
            // What is no object cannot die.
            return Ok(());
        }
        let link = local.pair(representative, Value::NIL)?;
        let mut table = self.weak.lock();
        table.registrations += 1;
        let number = table.registrations;
        table.guarded_young.push(Guarded { object, link, guardian, number });
        Ok(())
    }

    /// What a guardian has had longest, taken out of its queue.
    pub fn take_guarded(&self, local: &mut LocalHeap, guardian: Value) -> Option<Value> {
        let lock = object::field_atomic(guardian, LOCK);
        // Held for these few instructions only, and over no safepoint. Acquire pairs with the
        // release below.
        while lock
            .compare_exchange_weak(UNLOCKED, LOCKED, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            std::thread::yield_now();
        }
        let first = object::field(guardian, FIRST);
        let taken = first.is_pair().then(|| {
            let rest = object::cdr(first);
            local.store(guardian, FIRST, rest);
            if rest.is_nil() {
                local.store(guardian, LAST, rest);
            }
            object::car(first)
        });
        lock.store(UNLOCKED, Ordering::Release);
        taken
    }
}
