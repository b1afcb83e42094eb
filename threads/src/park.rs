//! The parker of a mutator: where its thread sleeps until someone decides its wait.
//!
//! ```text
//!            prepare (owner)         wake(ticket) (anyone, once)       -> Notified
//!   idle ------------------> open ----------------------------------------------+
//!    ^                          \    interrupt (anyone)                -> Interrupted
//!    |                           \   park: deadline passed (owner)     -> TimedOut
//!    +---- park / cancel (owner) -----------------------------------------------+
//! ```
//!
//! Each wait has a ticket. The first to decide an open wait wins, everyone else is told so: a
//! wake-up is never spent on a thread that timed out or was woken for another reason, and a stale
//! entry in a wait queue does no harm. `prepare` comes before the thread enters any queue, so a
//! wake-up between entering a queue and sleeping is kept. Establishes TH-5.

use super::census::{Census, Prospect};
use super::reason::{Interrupt, WaitingFor};
use super::sync::{Arc, Lock, Signal, has_passed};
use std::collections::VecDeque;
use std::time::Instant;

/// Names one wait of one parker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ticket(u64);

/// How a wait was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// Someone called [`Parker::wake`], with this number.
    Notified(usize),
    /// An interrupt is pending.
    Interrupted,
    /// The deadline passed.
    TimedOut,
}

/// When a wait ends by itself.
#[derive(Clone, Debug)]
pub enum Until {
    /// At this moment.
    Deadline(Instant),
    /// Never; but what is waited for comes from outside, so the thread counts as able to run.
    Outside,
    /// Never; only another thread can end it, and this is what is waited for.
    Forever(WaitingFor),
}

#[derive(Debug)]
struct Slot {
    ticket: u64,
    open: bool,
    decided: Option<Wake>,
    /// Present while this wait is counted in the census.
    waiting_for: Option<WaitingFor>,
    interrupts: VecDeque<Interrupt>,
}

/// Where one thread sleeps.
#[derive(Debug)]
pub struct Parker {
    slot: Lock<Slot>,
    decided: Signal,
    census: Arc<Census>,
}

impl Parker {
    /// A parker whose thread is awake.
    pub fn new(census: Arc<Census>) -> Parker {
        let slot = Slot {
            ticket: 0,
            open: false,
            decided: None,
            waiting_for: None,
            interrupts: VecDeque::new(),
        };
        Parker { slot: Lock::new(slot), decided: Signal::new(), census }
    }

    /// Owner: opens a wait. From now on wake-ups with this ticket are kept.
    pub fn prepare(&self) -> Ticket {
        let mut slot = self.slot.lock();
        slot.ticket += 1;
        slot.open = true;
        slot.decided = None;
        Ticket(slot.ticket)
    }

    /// Owner: sleeps until the wait is decided, and closes it. A pending interrupt decides it at
    /// once. `nobody_can_run` is called, without a lock, if this wait leaves no thread able to run.
    pub fn park(&self, ticket: Ticket, until: Until, nobody_can_run: impl FnOnce()) -> Wake {
        let mut slot = self.slot.lock();
        debug_assert!(slot.open && slot.ticket == ticket.0, "park follows prepare, by TH-5");
        if slot.decided.is_none() && !slot.interrupts.is_empty() {
            slot.decided = Some(Wake::Interrupted);
        }
        let mut deadline = None;
        match until {
            Until::Deadline(moment) => deadline = Some(moment),
            Until::Forever(waiting_for) if slot.decided.is_none() => {
                slot.waiting_for = Some(waiting_for);
                if self.census.waits() == Prospect::EverybodyWaits {
                    drop(slot);
                    nobody_can_run();
                    slot = self.slot.lock();
                }
            }
            Until::Forever(_) | Until::Outside => {}
        }
        let wake = loop {
            if let Some(wake) = slot.decided {
                break wake;
            }
            slot = match deadline {
                None => self.decided.wait(slot),
                Some(moment) if has_passed(moment) => break Wake::TimedOut,
                Some(moment) => self.decided.wait_until(slot, moment),
            };
        };
        slot.open = false;
        wake
    }

    /// Owner: closes a wait without sleeping. A wake-up that had come is handed back: it was meant
    /// for whoever waits on that queue, and the caller has to pass it on.
    pub fn cancel(&self, ticket: Ticket) -> Option<Wake> {
        let mut slot = self.slot.lock();
        debug_assert!(slot.open && slot.ticket == ticket.0, "cancel follows prepare, by TH-5");
        slot.open = false;
        slot.decided
    }

    /// Decides the wait with this ticket; false if it was decided or closed already. After a true
    /// answer the caller has to [`Parker::notify`], when it has let go of its locks.
    #[must_use]
    pub fn wake(&self, ticket: Ticket, number: usize) -> bool {
        let mut slot = self.slot.lock();
        let waits = slot.open && slot.ticket == ticket.0 && slot.decided.is_none();
        if waits {
            self.decide(&mut slot, Wake::Notified(number));
        }
        waits
    }

    /// Lets the thread see that its wait was decided.
    pub fn notify(&self) {
        self.decided.notify_one();
    }

    /// Leaves an interrupt for the thread and ends its wait, if it has one.
    pub fn interrupt(&self, interrupt: Interrupt) {
        let mut slot = self.slot.lock();
        if !slot.interrupts.contains(&interrupt) {
            slot.interrupts.push_back(interrupt);
        }
        if slot.open && slot.decided.is_none() {
            self.decide(&mut slot, Wake::Interrupted);
            drop(slot);
            self.notify();
        }
    }

    /// Owner: the oldest interrupt, and whether there are more.
    pub fn take_interrupt(&self) -> (Option<Interrupt>, bool) {
        let mut slot = self.slot.lock();
        let first = slot.interrupts.pop_front();
        (first, !slot.interrupts.is_empty())
    }

    /// Is there an interrupt?
    pub fn has_interrupt(&self) -> bool {
        !self.slot.lock().interrupts.is_empty()
    }

    /// Does the thread wait?
    pub fn is_waiting(&self) -> bool {
        let slot = self.slot.lock();
        slot.open && slot.decided.is_none()
    }

    /// What the thread waits for without a timeout, if it does.
    pub fn waiting_for(&self) -> Option<WaitingFor> {
        self.slot.lock().waiting_for.clone()
    }

    fn decide(&self, slot: &mut Slot, wake: Wake) {
        slot.decided = Some(wake);
        if slot.waiting_for.take().is_some() {
            self.census.waits_no_more();
        }
    }
}
