//! Mutexes (SRFI 18).
//!
//! # Layout of a `Mutex` object
//! | payload word | what | written by |
//! |---|---|---|
//! | 0 | name, any value | maker |
//! | 1 | specific, any value | anyone |
//! | 2 | locked: 0 no, 1 yes, 2 yes and registered as awaited from its owner | under the shard's lock |
//! | 3 | owner: the thread object, or `#f` | as 2 |
//! | 4 | its [`WaitId`], a fixnum | maker |
//!
//! NOTE(abandoned): a mutex is abandoned as soon as its owner has terminated; nothing is written
//! into the mutex when that happens. So that threads which wait for it wake then, a mutex with
//! waiters is registered under its owner (`World::awaited`). Whoever registers does so before
//! looking whether the owner has terminated; a thread that ends sets its state before it looks into
//! the register. So one of the two sees the other.

use crate::label;
use crate::mutator::{Held, Mutator};
use crate::park::{Ticket, Wake};
use crate::reason::{Label, WaitId, WaitingFor};
use crate::thread::{self, ThreadState};
use crate::time::Timeout;
use crate::wait::{LockedShard, Queue, Turn};
use crate::world::World;
use lisle_gc::object::{field, init_field, is_kind};
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value};

const NAME: usize = 0;
const SPECIFIC: usize = 1;
const LOCKED: usize = 2;
const OWNER: usize = 3;
const WAIT_ID: usize = 4;
const SIZE: usize = 5;

const OPEN: Value = Value::fixnum(0);
const TAKEN: Value = Value::fixnum(1);
const AWAITED: Value = Value::fixnum(2);

/// The state of a mutex.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MutexState {
    /// Locked, with this thread as its owner.
    Owned(Value),
    /// Locked without an owner.
    NotOwned,
    /// Its owner ended without unlocking it.
    Abandoned,
    /// Unlocked.
    NotAbandoned,
}

/// What came of locking a mutex.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockOutcome {
    /// It is locked now.
    Locked,
    /// It is locked now, and was abandoned before by this owner.
    Abandoned(Value),
    /// Not in time.
    TimedOut,
    /// An interrupt is pending; the mutex is not locked.
    Interrupted,
}

/// What came of unlocking a mutex and waiting for a condition variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitOutcome {
    /// The condition variable was signalled.
    Signalled,
    /// Not in time.
    TimedOut,
    /// An interrupt is pending.
    Interrupted,
}

/// Is this a mutex?
pub fn is_mutex(v: Value) -> bool {
    is_kind(v, Kind::Mutex)
}

/// A new, unlocked mutex.
///
/// # Errors
/// When the heap limit is reached.
pub fn make(m: &mut Mutator, name: Value) -> Result<Value, HeapExhausted> {
    let mutex = m.heap.object(Kind::Mutex, SIZE)?;
    let id = m.world.queues.new_id();
    init_field(mutex, NAME, name);
    init_field(mutex, SPECIFIC, Value::UNSPECIFIED);
    init_field(mutex, OWNER, Value::FALSE);
    init_field(mutex, WAIT_ID, Value::fixnum(id.0 as i64));
    Ok(mutex)
}

/// The name.
pub fn name(mutex: Value) -> Value {
    field(mutex, NAME)
}
/// The value attached to the mutex.
pub fn specific(mutex: Value) -> Value {
    field(mutex, SPECIFIC)
}
/// Attaches a value to the mutex.
pub fn set_specific(m: &mut Mutator, mutex: Value, value: Value) {
    m.heap.store(mutex, SPECIFIC, value);
}
fn wait_id(mutex: Value) -> WaitId {
    WaitId(field(mutex, WAIT_ID).assume_fixnum() as u64)
}
fn has_ended(owner: Value) -> bool {
    owner.is_true() && thread::state(owner) == ThreadState::Terminated
}

/// The state.
pub fn state(m: &Mutator, mutex: Value) -> MutexState {
    let _shard = m.world.shard(wait_id(mutex));
    let owner = field(mutex, OWNER);
    match field(mutex, LOCKED) {
        OPEN => MutexState::NotAbandoned,
        _ if has_ended(owner) => MutexState::Abandoned,
        _ if owner.is_true() => MutexState::Owned(owner),
        _ => MutexState::NotOwned,
    }
}

/// Locks a mutex, with `owner` (a thread object, or `#f` for none) as its owner. May wait.
pub fn lock(m: &mut Mutator, mutex: Value, timeout: Timeout, owner: Value) -> LockOutcome {
    let waiting = match attempt(m, mutex, timeout, owner, Turn::Last) {
        Attempt::Decided(outcome) => return outcome,
        Attempt::Waiting(ticket) => ticket,
    };
    let held = m.hold(&[mutex, owner]);
    let outcome = lock_held(m, &held, timeout, waiting);
    m.release(held);
    outcome
}

enum Attempt {
    Decided(LockOutcome),
    /// The thread has entered the queue.
    Waiting(Ticket),
}

fn lock_held(m: &mut Mutator, held: &Held, timeout: Timeout, ticket: Ticket) -> LockOutcome {
    let mut ticket = ticket;
    loop {
        let mutex = m.held(held, 0);
        let until = timeout.until(|| waiting_for(mutex));
        let turn = match m.park_in((wait_id(mutex), Queue::Takers), ticket, until) {
            Wake::Notified(_) => Turn::First,
            Wake::TimedOut => Turn::Last,
            Wake::Interrupted => return LockOutcome::Interrupted,
        };
        match attempt(m, m.held(held, 0), timeout, m.held(held, 1), turn) {
            Attempt::Decided(outcome) => return outcome,
            Attempt::Waiting(next) => ticket = next,
        }
    }
}

fn waiting_for(mutex: Value) -> WaitingFor {
    let owner = field(mutex, OWNER);
    let owner = if owner.is_true() { thread::mutator(owner) } else { None };
    WaitingFor::Mutex { label: label(mutex), owner }
}
/// How reports call it.
pub fn label(mutex: Value) -> Label {
    Label { id: wait_id(mutex), name: label::text(name(mutex)) }
}

/// Locks the mutex if it is free; else enters the queue if there is time left.
fn attempt(m: &mut Mutator, mutex: Value, timeout: Timeout, owner: Value, turn: Turn) -> Attempt {
    let id = wait_id(mutex);
    let world = &*m.world;
    let mut shard = world.shard(id);
    if field(mutex, LOCKED) == OPEN {
        take(&mut m.heap, world, &mut shard, mutex, owner);
        return Attempt::Decided(LockOutcome::Locked);
    }
    let before = field(mutex, OWNER);
    if has_ended(before) {
        take(&mut m.heap, world, &mut shard, mutex, owner);
        return Attempt::Decided(LockOutcome::Abandoned(before));
    }
    if timeout.is_past() {
        return Attempt::Decided(LockOutcome::TimedOut);
    }
    register_awaited(world, mutex);
    let before = field(mutex, OWNER);
    if has_ended(before) {
        take(&mut m.heap, world, &mut shard, mutex, owner);
        return Attempt::Decided(LockOutcome::Abandoned(before));
    }
    let ticket = m.parker.prepare();
    shard.enter((id, Queue::Takers), &m.parker, ticket, 0, turn);
    Attempt::Waiting(ticket)
}

/// The mutex gets a new owner. Under the shard's lock.
fn take(
    heap: &mut LocalHeap,
    world: &World,
    shard: &mut LockedShard<'_>,
    mutex: Value,
    owner: Value,
) {
    unregister_awaited(world, mutex);
    let id = wait_id(mutex);
    heap.store(mutex, OWNER, owner);
    init_field(mutex, LOCKED, TAKEN);
    if shard.has_waiters(id, Queue::Takers) {
        register_awaited(world, mutex);
        if has_ended(owner) {
            shard.wake_one(id, Queue::Takers);
        }
    }
}

/// Others wait for this mutex: its owner's end must wake them, see NOTE(abandoned).
fn register_awaited(world: &World, mutex: Value) {
    let owner = field(mutex, OWNER);
    if owner.is_true() && field(mutex, LOCKED) != AWAITED {
        init_field(mutex, LOCKED, AWAITED);
        let mut awaited = world.awaited.lock();
        awaited.entry(thread::wait_id(owner)).or_default().insert(wait_id(mutex));
    }
}

fn unregister_awaited(world: &World, mutex: Value) {
    if field(mutex, LOCKED) == AWAITED {
        let owner = thread::wait_id(field(mutex, OWNER));
        let mut awaited = world.awaited.lock();
        if let Some(mutexes) = awaited.get_mut(&owner) {
            mutexes.remove(&wait_id(mutex));
            if mutexes.is_empty() {
                awaited.remove(&owner);
            }
        }
    }
}

/// Makes a mutex that was just locked abandoned by `owner`, which has ended, again: as if it had not been
/// locked.
pub fn abandon_again(m: &mut Mutator, mutex: Value, owner: Value) {
    debug_assert!(has_ended(owner), "it abandoned the mutex");
    let id = wait_id(mutex);
    let mut shard = m.world.shard(id);
    unregister_awaited(&m.world, mutex);
    m.heap.store(mutex, OWNER, owner);
    init_field(mutex, LOCKED, TAKEN);
    shard.wake_one(id, Queue::Takers);
}

/// Unlocks a mutex, whoever owns it.
pub fn unlock(m: &mut Mutator, mutex: Value) {
    let id = wait_id(mutex);
    let mut shard = m.world.shard(id);
    unregister_awaited(&m.world, mutex);
    init_field(mutex, LOCKED, OPEN);
    init_field(mutex, OWNER, Value::FALSE);
    shard.wake_one(id, Queue::Takers);
}

/// Unlocks a mutex and waits for a condition variable to be signalled, without a gap in between.
pub fn unlock_and_wait(
    m: &mut Mutator,
    mutex: Value,
    condvar: Value,
    timeout: Timeout,
) -> WaitOutcome {
    let key = (crate::condvar::wait_id(condvar), Queue::Takers);
    let ticket = m.parker.prepare();
    m.world.shard(key.0).enter(key, &m.parker, ticket, 0, Turn::Last);
    // From here on a signal is kept for this thread, so the mutex can be opened.
    unlock(m, mutex);
    let until = timeout.until(|| crate::condvar::waiting_for(condvar));
    match m.park_in(key, ticket, until) {
        Wake::Notified(_) => WaitOutcome::Signalled,
        Wake::TimedOut => WaitOutcome::TimedOut,
        Wake::Interrupted => WaitOutcome::Interrupted,
    }
}
