//! Thread objects (SRFI 18): making, joining and ending threads. Starting them is in `spawn.rs`.
//!
//! ```text
//!   make --> New -- start --> Runnable -- end (the thread itself) --> Terminated
//!             \                                                         ^
//!              +------------------ terminate (anyone) ------------------+
//! ```
//!
//! # Layout of a `Thread` object
//! | payload word | what | written by |
//! |---|---|---|
//! | 0 | name, any value | maker |
//! | 1 | specific, any value | anyone |
//! | 2 | state: 0 new, 1 runnable, 2 terminated | anyone, under the shard's lock |
//! | 3 | how it ended: 0 not yet, 1 returned, 2 uncaught exception, 3 terminated | as 2 |
//! | 4 | result, or the uncaught object | as 2 |
//! | 5 | its [`WaitId`], a fixnum | maker |
//! | 6 | the procedure to run, or `#f` | maker |
//! | 7 | the number of its mutator, a fixnum; 0 before it starts | starter |
//! | 8 | the dynamic state it inherits, for the virtual machine | maker |

use crate::label;
use crate::mutator::{Held, Mutator, RootSlot};
use crate::park::{Until, Wake};
use crate::reason::{Interrupt, MutatorId, WaitId, WaitingFor};
use crate::sync::Arc;
use crate::time::Timeout;
use crate::wait::{Queue, Turn};
use lisle_gc::object::{field, init_field, is_kind};
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value};

const NAME: usize = 0;
const SPECIFIC: usize = 1;
const STATE: usize = 2;
const END: usize = 3;
const RESULT: usize = 4;
const WAIT_ID: usize = 5;
const THUNK: usize = 6;
const MUTATOR: usize = 7;
const INHERITED: usize = 8;
const SIZE: usize = 9;

/// The life of a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ThreadState {
    /// Made, not started.
    New,
    /// Started, not ended.
    Runnable,
    /// Ended, however.
    Terminated,
}

/// How the run of a thread ended; what a [`crate::ThreadBody`] returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ThreadOutcome {
    /// Its procedure returned this.
    Returned(Value),
    /// Nobody handled the raise of this.
    Uncaught(Value),
    /// It was told to end.
    Terminated,
}

/// What came of joining a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinOutcome {
    /// The thread ended like this.
    Ended(ThreadOutcome),
    /// Not in time.
    TimedOut,
    /// An interrupt is pending; join again after it was dealt with.
    Interrupted,
}

/// What came of terminating a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TerminateOutcome {
    /// The thread has ended.
    Ended,
    /// It is the calling thread: nothing was done, the caller unwinds itself.
    Itself,
    /// An interrupt is pending. The thread was told to end, but may still be at it.
    Interrupted,
}

/// What came of sleeping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SleepOutcome {
    /// The time is over.
    Slept,
    /// An interrupt is pending; some time may be left.
    Interrupted,
}

/// Is this a thread object?
pub fn is_thread(v: Value) -> bool {
    is_kind(v, Kind::Thread)
}

/// A new thread object that will run `thunk`. `inherited` is kept for the virtual machine.
///
/// # Errors
/// When the heap limit is reached.
pub fn make(
    m: &mut Mutator,
    thunk: Value,
    name: Value,
    inherited: Value,
) -> Result<Value, HeapExhausted> {
    let thread = m.heap.object(Kind::Thread, SIZE)?;
    let id = m.world.queues.new_id();
    init_field(thread, NAME, name);
    init_field(thread, SPECIFIC, Value::UNSPECIFIED);
    init_field(thread, RESULT, Value::UNSPECIFIED);
    init_field(thread, WAIT_ID, Value::fixnum(id.0 as i64));
    init_field(thread, THUNK, thunk);
    init_field(thread, INHERITED, inherited);
    Ok(thread)
}

/// A thread object for the calling thread, which was not spawned; it becomes the current thread.
///
/// # Errors
/// When the heap limit is reached.
pub fn make_current(
    m: &mut Mutator,
    name: Value,
    inherited: Value,
) -> Result<Value, HeapExhausted> {
    let thread = make(m, Value::FALSE, name, inherited)?;
    set_started(thread, m.id());
    m.roots[RootSlot::Thread] = thread;
    Ok(thread)
}

/// The thread object of the calling thread; `#f` before [`make_current`].
pub fn current(m: &Mutator) -> Value {
    m.roots[RootSlot::Thread]
}
/// The name.
pub fn name(thread: Value) -> Value {
    field(thread, NAME)
}
/// The value attached to the thread.
pub fn specific(thread: Value) -> Value {
    field(thread, SPECIFIC)
}
/// Attaches a value to the thread.
pub fn set_specific(m: &mut Mutator, thread: Value, value: Value) {
    m.heap.store(thread, SPECIFIC, value);
}
/// The procedure to run.
pub fn thunk(thread: Value) -> Value {
    field(thread, THUNK)
}
/// What the maker left for the virtual machine.
pub fn inherited(thread: Value) -> Value {
    field(thread, INHERITED)
}
/// The mutator it runs as, if it was started.
pub fn mutator(thread: Value) -> Option<MutatorId> {
    let number = field(thread, MUTATOR).assume_fixnum();
    (number != 0).then_some(MutatorId(number as u64))
}
/// Its state.
pub fn state(thread: Value) -> ThreadState {
    match field(thread, STATE).assume_fixnum() {
        0 => ThreadState::New,
        1 => ThreadState::Runnable,
        _ => ThreadState::Terminated,
    }
}
pub(crate) fn wait_id(thread: Value) -> WaitId {
    WaitId(field(thread, WAIT_ID).assume_fixnum() as u64)
}
pub(crate) fn set_started(thread: Value, mutator: MutatorId) {
    init_field(thread, MUTATOR, Value::fixnum(mutator.0 as i64));
    set_state(thread, ThreadState::Runnable);
}
fn set_state(thread: Value, state: ThreadState) {
    init_field(thread, STATE, Value::fixnum(state as i64));
}

/// How the thread ended, if it has.
pub fn outcome(thread: Value) -> Option<ThreadOutcome> {
    if state(thread) != ThreadState::Terminated {
        return None;
    }
    Some(match field(thread, END).assume_fixnum() {
        1 => ThreadOutcome::Returned(field(thread, RESULT)),
        2 => ThreadOutcome::Uncaught(field(thread, RESULT)),
        _ => ThreadOutcome::Terminated,
    })
}

/// Waits for the end of a thread.
pub fn join(m: &mut Mutator, thread: Value, timeout: Timeout) -> JoinOutcome {
    let held = m.hold(&[thread]);
    let outcome = join_held(m, &held, timeout);
    m.release(held);
    outcome
}

fn join_held(m: &mut Mutator, held: &Held, timeout: Timeout) -> JoinOutcome {
    loop {
        let thread = m.held(held, 0);
        let key = (wait_id(thread), Queue::Takers);
        let mut shard = m.world.shard(key.0);
        if let Some(outcome) = outcome(thread) {
            return JoinOutcome::Ended(outcome);
        }
        if timeout.is_past() {
            return JoinOutcome::TimedOut;
        }
        let ticket = m.parker.prepare();
        shard.enter(key, &m.parker, ticket, 0, Turn::Last);
        drop(shard);
        let until = timeout.until(|| WaitingFor::Join(mutator(thread).unwrap_or_default()));
        match m.park_in(key, ticket, until) {
            Wake::Notified(_) | Wake::TimedOut => {}
            Wake::Interrupted => return JoinOutcome::Interrupted,
        }
    }
}

/// Tells a thread to end, and waits until it has.
pub fn terminate(m: &mut Mutator, thread: Value) -> TerminateOutcome {
    if thread == current(m) {
        return TerminateOutcome::Itself;
    }
    let shard = m.world.shard(wait_id(thread));
    let state = state(thread);
    if state == ThreadState::New {
        set_end(&mut m.heap, thread, ThreadOutcome::Terminated);
    }
    drop(shard);
    if state == ThreadState::New {
        announce_end(m, thread);
    }
    if let (ThreadState::Runnable, Some(id)) = (state, mutator(thread)) {
        m.world.interrupt(id, Interrupt::Terminate);
    }
    match join(m, thread, Timeout::Never) {
        JoinOutcome::Ended(_) => TerminateOutcome::Ended,
        JoinOutcome::TimedOut | JoinOutcome::Interrupted => TerminateOutcome::Interrupted,
    }
}

/// The calling thread ends like this: joiners wake, and the mutexes it owns are abandoned. Spawned
/// threads do this by themselves; hosts that called [`make_current`] do it before they detach.
pub fn end_current(m: &mut Mutator, outcome: ThreadOutcome) {
    end(m, current(m), outcome);
}

/// The calling thread, or one that could not be started, ends like this: joiners wake, and the
/// mutexes it owns are abandoned.
pub(crate) fn end(m: &mut Mutator, thread: Value, outcome: ThreadOutcome) {
    if !is_thread(thread) {
        return;
    }
    let shard = m.world.shard(wait_id(thread));
    set_end(&mut m.heap, thread, outcome);
    drop(shard);
    announce_end(m, thread);
}

fn set_end(heap: &mut LocalHeap, thread: Value, outcome: ThreadOutcome) {
    let (how, result) = match outcome {
        ThreadOutcome::Returned(value) => (1, value),
        ThreadOutcome::Uncaught(value) => (2, value),
        ThreadOutcome::Terminated => (3, Value::UNSPECIFIED),
    };
    heap.store(thread, RESULT, result);
    init_field(thread, END, Value::fixnum(how));
    // The thunk and what was inherited are garbage from now on.
    init_field(thread, THUNK, Value::FALSE);
    init_field(thread, INHERITED, Value::FALSE);
    // Last: `outcome` may look without the lock.
    set_state(thread, ThreadState::Terminated);
}

/// The state is set; only now are the waiters looked for, see `mutex::register_awaited`.
fn announce_end(m: &Mutator, thread: Value) {
    let id = wait_id(thread);
    m.world.shard(id).wake_all(id, Queue::Takers);
    let awaited = m.world.awaited.lock().remove(&id);
    for mutex in awaited.into_iter().flatten() {
        m.world.shard(mutex).wake_one(mutex, Queue::Takers);
    }
}

/// Lets other threads run.
pub fn yield_now(m: &mut Mutator) {
    m.native(std::thread::yield_now);
}

/// Sleeps. [`Timeout::Never`] sleeps until an interrupt comes.
pub fn sleep(m: &mut Mutator, timeout: Timeout) -> SleepOutcome {
    let until = match timeout {
        Timeout::Never => Until::Outside,
        Timeout::At(moment) => Until::Deadline(moment),
    };
    let ticket = m.parker.prepare();
    match m.park(ticket, until) {
        Wake::TimedOut | Wake::Notified(_) => SleepOutcome::Slept,
        Wake::Interrupted => SleepOutcome::Interrupted,
    }
}

/// The text of a thread's name, for reports.
pub(crate) fn name_text(thread: Value) -> Arc<str> {
    label::text(name(thread)).unwrap_or_else(|| Arc::from(""))
}
