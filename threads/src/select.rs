//! Waiting for the first of several channel operations that can be done.
//!
//! The thread enters the queues of all its channels with one ticket, so only one of them can wake
//! it. A wake-up that came while it found another case ready is passed on to the next waiter of
//! that channel: it announces something that this thread did not take.

use super::channel::{self, ReceiveOutcome, SendOutcome};
use super::mutator::{Held, Mutator};
use super::park::{Ticket, Wake};
use super::reason::{WaitId, WaitingFor};
use super::time::Timeout;
use super::wait::{Queue, Turn};
use lisle_gc::{HeapExhausted, Value};

/// What to do with a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Receive a value.
    Receive,
    /// Send this value.
    Send(Value),
}

/// One of the cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Case {
    /// The channel.
    pub channel: Value,
    /// What to do with it.
    pub operation: Operation,
}

/// What came of a selection; the numbers are indexes of cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SelectOutcome {
    /// This case received this value.
    Received(usize, Value),
    /// This case sent its value.
    Sent(usize),
    /// The channel of this case is closed (and empty, for a receiving case).
    Closed(usize),
    /// None in time.
    TimedOut,
    /// An interrupt is pending; nothing was done.
    Interrupted,
}

/// Does one of the cases, the first that is ready; among several, one chosen fairly. Without time,
/// does not wait.
///
/// # Errors
/// When the heap limit is reached; nothing was done.
pub fn select(
    m: &mut Mutator,
    cases: &[Case],
    timeout: Timeout,
) -> Result<SelectOutcome, HeapExhausted> {
    let mut values = Vec::with_capacity(2 * cases.len());
    let mut kinds = Vec::with_capacity(cases.len());
    for case in cases {
        let (queue, value) = match case.operation {
            Operation::Receive => (Queue::Takers, Value::FALSE),
            Operation::Send(value) => (Queue::Senders, value),
        };
        values.extend([case.channel, value]);
        kinds.push((channel::wait_id(case.channel), queue));
    }
    let held = m.hold(&values);
    let outcome = select_held(m, &held, &kinds, timeout);
    m.release(held);
    outcome
}

fn select_held(
    m: &mut Mutator,
    held: &Held,
    keys: &[(WaitId, Queue)],
    timeout: Timeout,
) -> Result<SelectOutcome, HeapExhausted> {
    let mut first = m.next_turn(keys.len());
    let mut turn = Turn::Last;
    loop {
        let ticket = m.parker.prepare();
        let found = enter_or_do(m, held, keys, (ticket, first, turn));
        let ready = !matches!(found, Ok(None));
        if ready || timeout.is_past() {
            let woken = m.parker.cancel(ticket);
            leave_all(m, keys, ticket);
            let announced = if let Some(Wake::Notified(case)) = woken { Some(case) } else { None };
            // After a failure, what the case tried first was woken for is still there, too.
            let failed = found.is_err().then_some(first);
            for case in announced.into_iter().chain(failed) {
                let (id, queue) = keys[case];
                m.world.shard(id).wake_one(id, queue);
            }
            return found.map(|outcome| outcome.unwrap_or(SelectOutcome::TimedOut));
        }
        let until = timeout.until(|| {
            let channels = (0..keys.len()).map(|case| m.held(held, 2 * case));
            WaitingFor::Select(channels.map(channel::label).collect())
        });
        let wake = m.park(ticket, until);
        leave_all(m, keys, ticket);
        match wake {
            // This case is tried first: the wake-up announced something on its channel.
            Wake::Notified(case) => (first, turn) = (case, Turn::First),
            Wake::TimedOut => {}
            Wake::Interrupted => return Ok(SelectOutcome::Interrupted),
        }
    }
}

/// Does the first case that is ready, from `first` on; enters the queues of those that are not.
fn enter_or_do(
    m: &mut Mutator,
    held: &Held,
    keys: &[(WaitId, Queue)],
    (ticket, first, turn): (Ticket, usize, Turn),
) -> Result<Option<SelectOutcome>, HeapExhausted> {
    for case in (first..keys.len()).chain(0..first) {
        let (channel, value) = (m.held(held, 2 * case), m.held(held, 2 * case + 1));
        let key = keys[case];
        let mut shard = m.world.shard(key.0);
        let done = match key.1 {
            Queue::Takers => {
                channel::take(&mut m.heap, &mut shard, channel).map(|outcome| match outcome {
                    ReceiveOutcome::Received(value) => SelectOutcome::Received(case, value),
                    _ => SelectOutcome::Closed(case),
                })
            }
            Queue::Senders => channel::put(&mut m.heap, &mut shard, channel, value)?.map(
                |outcome| match outcome {
                    SendOutcome::Sent => SelectOutcome::Sent(case),
                    _ => SelectOutcome::Closed(case),
                },
            ),
        };
        if done.is_some() {
            return Ok(done);
        }
        shard.enter(key, &m.parker, ticket, case, turn);
    }
    Ok(None)
}

fn leave_all(m: &Mutator, keys: &[(WaitId, Queue)], ticket: Ticket) {
    for key in keys {
        m.world.shard(key.0).leave(*key, &m.parker, ticket);
    }
}
