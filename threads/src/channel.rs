//! Channels: queues of values between threads. Waiting for several at once is in `select.rs`.
//!
//! # Layout of a `Channel` object
//! | payload word | what | written by |
//! |---|---|---|
//! | 0 | a vector used as a ring | under the shard's lock |
//! | 1 | index of the oldest value in the ring, a fixnum | as 0 |
//! | 2 | number of values, a fixnum | as 0 |
//! | 3 | how many values it may hold, a fixnum; -1 for any number | maker |
//! | 4 | closed: 0 or 1 | as 0 |
//! | 5 | its [`WaitId`], a fixnum | maker |
//! | 6 | name, any value | maker |
//!
//! A closed channel takes no more values; those it holds can still be received.

use super::mutator::{Held, Mutator};
use super::park::Wake;
use super::reason::{Label, WaitId, WaitingFor};
use super::time::Timeout;
use super::wait::{LockedShard, Queue, Turn};
use lisle_gc::object::{field, init_field, is_kind, size};
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value};

const RING: usize = 0;
const HEAD: usize = 1;
const COUNT: usize = 2;
const CAPACITY: usize = 3;
const CLOSED: usize = 4;
const WAIT_ID: usize = 5;
const NAME: usize = 6;
const SIZE: usize = 7;

const UNBOUNDED: i64 = -1;
const FIRST_RING: usize = 8;
/// A ring larger than this is not kept when the channel becomes empty.
const KEPT_RING: usize = 1024;

/// What came of sending.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SendOutcome {
    /// The channel has the value.
    Sent,
    /// The channel is closed.
    Closed,
    /// No room in time.
    TimedOut,
    /// An interrupt is pending; the value was not sent.
    Interrupted,
}

/// What came of receiving.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReceiveOutcome {
    /// The oldest value of the channel.
    Received(Value),
    /// The channel is empty and closed.
    Closed,
    /// No value in time.
    TimedOut,
    /// An interrupt is pending; nothing was received.
    Interrupted,
}

/// Is this a channel?
pub fn is_channel(v: Value) -> bool {
    is_kind(v, Kind::Channel)
}

/// A new channel that holds up to `capacity` values, at least one, or any number.
///
/// # Errors
/// When the heap limit is reached.
pub fn make(m: &mut Mutator, capacity: Option<usize>, name: Value) -> Result<Value, HeapExhausted> {
    let capacity = capacity.map(|n| n.max(1));
    let ring = m.heap.object(Kind::Vector, capacity.unwrap_or(FIRST_RING).min(FIRST_RING))?;
    let channel = m.heap.object(Kind::Channel, SIZE)?;
    let id = m.world.queues.new_id();
    let limit = capacity.map_or(UNBOUNDED, |n| i64::try_from(n).unwrap_or(UNBOUNDED));
    init_field(channel, RING, ring);
    init_field(channel, CAPACITY, Value::try_fixnum(limit).unwrap_or(Value::fixnum(UNBOUNDED)));
    init_field(channel, WAIT_ID, Value::fixnum(id.0 as i64));
    init_field(channel, NAME, name);
    Ok(channel)
}

/// The name.
pub fn name(channel: Value) -> Value {
    field(channel, NAME)
}
/// How many values it may hold; `None` for any number.
pub fn capacity(channel: Value) -> Option<usize> {
    usize::try_from(field(channel, CAPACITY).assume_fixnum()).ok()
}
/// How many values it holds now.
pub fn length(channel: Value) -> usize {
    index(channel, COUNT)
}
/// Was it closed?
pub fn is_closed(channel: Value) -> bool {
    field(channel, CLOSED) != Value::ZERO
}
/// How reports call it.
pub fn label(channel: Value) -> Label {
    Label { id: wait_id(channel), name: crate::label::text(name(channel)) }
}
pub(crate) fn wait_id(channel: Value) -> WaitId {
    WaitId(field(channel, WAIT_ID).assume_fixnum() as u64)
}
fn index(channel: Value, word: usize) -> usize {
    usize::try_from(field(channel, word).assume_fixnum()).expect("ring indexes are not negative")
}
fn set_index(channel: Value, word: usize, index: usize) {
    init_field(channel, word, Value::fixnum(index as i64));
}

/// Closes the channel: everyone who waits on it wakes.
pub fn close(m: &Mutator, channel: Value) {
    let id = wait_id(channel);
    let mut shard = m.world.shard(id);
    init_field(channel, CLOSED, Value::fixnum(1));
    shard.wake_all(id, Queue::Takers);
    shard.wake_all(id, Queue::Senders);
}

/// What happens at once. `None` means that the operation has to wait.
pub(crate) fn put(
    heap: &mut LocalHeap,
    shard: &mut LockedShard<'_>,
    channel: Value,
    value: Value,
) -> Result<Option<SendOutcome>, HeapExhausted> {
    if is_closed(channel) {
        return Ok(Some(SendOutcome::Closed));
    }
    let count = index(channel, COUNT);
    if capacity(channel).is_some_and(|capacity| count >= capacity) {
        return Ok(None);
    }
    let mut ring = field(channel, RING);
    if count == size(ring) {
        let room = capacity(channel).map_or(2 * count, |capacity| capacity.min(2 * count));
        ring = replace_ring(heap, channel, room)?;
    }
    let at = (index(channel, HEAD) + count) % size(ring);
    heap.store(ring, at, value);
    set_index(channel, COUNT, count + 1);
    shard.wake_one(wait_id(channel), Queue::Takers);
    Ok(Some(SendOutcome::Sent))
}

/// As [`put`], for receiving.
pub(crate) fn take(
    heap: &mut LocalHeap,
    shard: &mut LockedShard<'_>,
    channel: Value,
) -> Option<ReceiveOutcome> {
    let count = index(channel, COUNT);
    if count == 0 {
        return is_closed(channel).then_some(ReceiveOutcome::Closed);
    }
    let ring = field(channel, RING);
    let head = index(channel, HEAD);
    let value = field(ring, head);
    init_field(ring, head, Value::FALSE);
    set_index(channel, HEAD, (head + 1) % size(ring));
    set_index(channel, COUNT, count - 1);
    if count == 1 && size(ring) > KEPT_RING {
        // Without memory for a small ring the large one stays.
        let _ = replace_ring(heap, channel, FIRST_RING);
    }
    shard.wake_one(wait_id(channel), Queue::Senders);
    Some(ReceiveOutcome::Received(value))
}

/// Moves the values to a new ring of this size.
fn replace_ring(heap: &mut LocalHeap, channel: Value, room: usize) -> Result<Value, HeapExhausted> {
    let old = field(channel, RING);
    let ring = heap.object(Kind::Vector, room)?;
    let head = index(channel, HEAD);
    for i in 0..index(channel, COUNT) {
        init_field(ring, i, field(old, (head + i) % size(old)));
    }
    heap.store(channel, RING, ring);
    set_index(channel, HEAD, 0);
    Ok(ring)
}

/// Sends a value. May wait for room.
///
/// # Errors
/// When the heap limit is reached; the value was not sent.
pub fn send(
    m: &mut Mutator,
    channel: Value,
    value: Value,
    timeout: Timeout,
) -> Result<SendOutcome, HeapExhausted> {
    let held = m.hold(&[channel, value]);
    let outcome = send_held(m, &held, timeout);
    m.release(held);
    outcome
}

fn send_held(m: &mut Mutator, held: &Held, timeout: Timeout) -> Result<SendOutcome, HeapExhausted> {
    let mut turn = Turn::Last;
    loop {
        let channel = m.held(held, 0);
        let value = m.held(held, 1);
        let key = (wait_id(channel), Queue::Senders);
        let mut shard = m.world.shard(key.0);
        match put(&mut m.heap, &mut shard, channel, value) {
            Ok(None) => {}
            Ok(Some(outcome)) => return Ok(outcome),
            Err(exhausted) => {
                // The room that may have been announced to this thread is still there.
                shard.wake_one(key.0, key.1);
                return Err(exhausted);
            }
        }
        if timeout.is_past() {
            return Ok(SendOutcome::TimedOut);
        }
        let ticket = m.parker.prepare();
        shard.enter(key, &m.parker, ticket, 0, turn);
        drop(shard);
        match m.park_in(key, ticket, timeout.until(|| WaitingFor::Send(label(channel)))) {
            Wake::Notified(_) => turn = Turn::First,
            Wake::TimedOut => {}
            Wake::Interrupted => return Ok(SendOutcome::Interrupted),
        }
    }
}

/// Receives the oldest value. May wait for one.
pub fn receive(m: &mut Mutator, channel: Value, timeout: Timeout) -> ReceiveOutcome {
    let held = m.hold(&[channel]);
    let outcome = receive_held(m, &held, timeout);
    m.release(held);
    outcome
}

fn receive_held(m: &mut Mutator, held: &Held, timeout: Timeout) -> ReceiveOutcome {
    let mut turn = Turn::Last;
    loop {
        let channel = m.held(held, 0);
        let key = (wait_id(channel), Queue::Takers);
        let mut shard = m.world.shard(key.0);
        if let Some(outcome) = take(&mut m.heap, &mut shard, channel) {
            return outcome;
        }
        if timeout.is_past() {
            return ReceiveOutcome::TimedOut;
        }
        let ticket = m.parker.prepare();
        shard.enter(key, &m.parker, ticket, 0, turn);
        drop(shard);
        match m.park_in(key, ticket, timeout.until(|| WaitingFor::Receive(label(channel)))) {
            Wake::Notified(_) => turn = Turn::First,
            Wake::TimedOut => {}
            Wake::Interrupted => return ReceiveOutcome::Interrupted,
        }
    }
}
