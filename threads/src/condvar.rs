//! Condition variables (SRFI 18). Waiting for one is [`crate::mutex::unlock_and_wait`].
//!
//! # Layout of a `Condvar` object
//! | payload word | what |
//! |---|---|
//! | 0 | name, any value |
//! | 1 | specific, any value |
//! | 2 | its [`WaitId`], a fixnum |

use crate::label;
use crate::mutator::Mutator;
use crate::reason::{Label, WaitId, WaitingFor};
use crate::wait::Queue;
use lisle_gc::object::{field, init_field, is_kind};
use lisle_gc::{HeapExhausted, Kind, Value};

const NAME: usize = 0;
const SPECIFIC: usize = 1;
const WAIT_ID: usize = 2;
const SIZE: usize = 3;

/// Is this a condition variable?
pub fn is_condvar(v: Value) -> bool {
    is_kind(v, Kind::Condvar)
}

/// A new condition variable.
///
/// # Errors
/// When the heap limit is reached.
pub fn make(m: &mut Mutator, name: Value) -> Result<Value, HeapExhausted> {
    let condvar = m.heap.object(Kind::Condvar, SIZE)?;
    let id = m.world.queues.new_id();
    init_field(condvar, NAME, name);
    init_field(condvar, SPECIFIC, Value::UNSPECIFIED);
    init_field(condvar, WAIT_ID, Value::fixnum(id.0 as i64));
    Ok(condvar)
}

/// The name.
pub fn name(condvar: Value) -> Value {
    field(condvar, NAME)
}
/// The value attached to the condition variable.
pub fn specific(condvar: Value) -> Value {
    field(condvar, SPECIFIC)
}
/// Attaches a value to the condition variable.
pub fn set_specific(m: &mut Mutator, condvar: Value, value: Value) {
    m.heap.store(condvar, SPECIFIC, value);
}
pub(crate) fn wait_id(condvar: Value) -> WaitId {
    WaitId(field(condvar, WAIT_ID).assume_fixnum() as u64)
}
pub(crate) fn waiting_for(condvar: Value) -> WaitingFor {
    WaitingFor::Condvar(label(condvar))
}
/// How reports call it.
pub fn label(condvar: Value) -> Label {
    Label { id: wait_id(condvar), name: label::text(name(condvar)) }
}

/// Wakes one thread that waits.
pub fn signal(m: &Mutator, condvar: Value) {
    let id = wait_id(condvar);
    m.world.shard(id).wake_one(id, Queue::Takers);
}
/// Wakes all threads that wait.
pub fn broadcast(m: &Mutator, condvar: Value) {
    let id = wait_id(condvar);
    m.world.shard(id).wake_all(id, Queue::Takers);
}
