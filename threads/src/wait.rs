//! Wait queues: who waits for which heap object.
//!
//! A heap object one can wait for carries a number, its [`WaitId`]; collections may move the object
//! while threads wait. The number picks one of some dozens of *shards*. A shard's lock guards both
//! the queues and the state of the objects with its numbers: a primitive locks the shard, looks at
//! the object, changes it, and enters or wakes its queues, all in one critical section. So a
//! wake-up cannot be lost between looking at the object and entering the queue, and the objects
//! need no lock word.
//!
//! The rules, by TH-4: a shard's lock is held only inside a primitive, never across a safepoint or
//! a wait; a thread holds at most one; inside it only the parkers' locks, the register of awaited
//! mutexes, the gate of the rendezvous and the collector's own locks may be taken.
//!
//! A wake-up is a hint: the woken thread tries again and may find that another one was faster. That
//! one used up what the wake-up announced, so nothing is lost. A thread that loses like that enters
//! the queue again at the front.

use super::park::{Parker, Ticket};
use super::reason::WaitId;
use super::sync::{Arc, AtomicU64, Guard, Lock, Ordering};
use crossbeam_utils::CachePadded;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// Which of an object's queues.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Queue {
    /// Those who want to lock, join, receive, or be signalled.
    Takers,
    /// Those who want to send.
    Senders,
}

/// Which end of a queue to enter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Behind the others.
    Last,
    /// Before the others: the thread was woken already and lost a race.
    First,
}

#[derive(Debug)]
struct Waiter {
    parker: Arc<Parker>,
    ticket: Ticket,
    number: usize,
}

#[derive(Debug, Default)]
struct Shard {
    queues: FxHashMap<(WaitId, Queue), VecDeque<Waiter>>,
}

/// All queues of a world.
#[derive(Debug)]
pub struct WaitQueues {
    shards: Box<[CachePadded<Lock<Shard>>]>,
    next: AtomicU64,
}

const SHARDS: usize = 64;

impl WaitQueues {
    /// No queues.
    pub fn new() -> WaitQueues {
        WaitQueues::with_shards(SHARDS)
    }

    /// No queues, in so many shards (a power of two).
    pub fn with_shards(shards: usize) -> WaitQueues {
        assert!(shards.is_power_of_two());
        let shard = |_| CachePadded::new(Lock::new(Shard::default()));
        WaitQueues { shards: (0..shards).map(shard).collect(), next: AtomicU64::new(1) }
    }

    /// A number no object has yet.
    pub fn new_id(&self) -> WaitId {
        WaitId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// A shard that somebody holds for long, for the verifier.
    pub fn shard_that_stays_locked(&self) -> Option<usize> {
        self.shards.iter().position(|shard| !shard.comes_free())
    }

    /// Locks the object with this number and its queues.
    pub fn lock(&self, id: WaitId) -> LockedShard<'_> {
        let mask = self.shards.len() as u64 - 1;
        let index = usize::try_from(id.0 & mask).expect("below the number of shards");
        LockedShard { shard: self.shards[index].lock(), woken: Woken::default() }
    }
}

impl Default for WaitQueues {
    fn default() -> WaitQueues {
        WaitQueues::new()
    }
}

/// A locked shard: the objects with its numbers, and their queues.
#[derive(Debug)]
pub struct LockedShard<'a> {
    // Dropped in this order: the woken threads will want the lock.
    shard: Guard<'a, Shard>,
    woken: Woken,
}

/// Threads whose wait was decided, to be notified when the shard is unlocked.
#[derive(Debug, Default)]
struct Woken(Vec<Arc<Parker>>);

impl Drop for Woken {
    fn drop(&mut self) {
        for parker in &self.0 {
            parker.notify();
        }
    }
}

impl LockedShard<'_> {
    /// Enters a queue; a wake-up from it will carry `number`.
    pub fn enter(
        &mut self,
        (id, queue): (WaitId, Queue),
        parker: &Arc<Parker>,
        ticket: Ticket,
        number: usize,
        turn: Turn,
    ) {
        let waiter = Waiter { parker: Arc::clone(parker), ticket, number };
        let waiters = self.shard.queues.entry((id, queue)).or_default();
        match turn {
            Turn::Last => waiters.push_back(waiter),
            Turn::First => waiters.push_front(waiter),
        }
    }

    /// Leaves a queue, if the entry is still there.
    pub fn leave(&mut self, (id, queue): (WaitId, Queue), parker: &Arc<Parker>, ticket: Ticket) {
        if let Some(waiters) = self.shard.queues.get_mut(&(id, queue)) {
            waiters.retain(|w| !(w.ticket == ticket && Arc::ptr_eq(&w.parker, parker)));
            if waiters.is_empty() {
                self.shard.queues.remove(&(id, queue));
            }
        }
    }

    /// Wakes the first who still waits; false if there is none.
    pub fn wake_one(&mut self, id: WaitId, queue: Queue) -> bool {
        if self.is_idle() {
            return false;
        }
        let Some(waiters) = self.shard.queues.get_mut(&(id, queue)) else { return false };
        let mut woken = false;
        while !woken && let Some(waiter) = waiters.pop_front() {
            woken = self.woken.wake(waiter);
        }
        if waiters.is_empty() {
            self.shard.queues.remove(&(id, queue));
        }
        woken
    }

    /// Wakes all who wait.
    pub fn wake_all(&mut self, id: WaitId, queue: Queue) {
        for waiter in self.shard.queues.remove(&(id, queue)).into_iter().flatten() {
            self.woken.wake(waiter);
        }
    }

    /// Does anybody wait?
    pub fn has_waiters(&self, id: WaitId, queue: Queue) -> bool {
        !self.is_idle() && self.shard.queues.contains_key(&(id, queue))
    }

    /// Is there no queue at all in this shard?
    pub fn is_idle(&self) -> bool {
        self.shard.queues.is_empty()
    }
}

impl Woken {
    fn wake(&mut self, waiter: Waiter) -> bool {
        let waits = waiter.parker.wake(waiter.ticket, waiter.number);
        if waits {
            self.0.push(waiter.parker);
        }
        waits
    }
}
