//! The parker.

use crate::census::Census;
use crate::park::{Parker, Until, Wake};
use crate::reason::{Interrupt, MutatorId, WaitingFor};
use crate::sync::Arc;
use std::time::{Duration, Instant};

fn parker() -> Arc<Parker> {
    Arc::new(Parker::new(Arc::new(Census::new())))
}

fn soon() -> Until {
    Until::Deadline(Instant::now() + Duration::from_millis(5))
}

#[test]
fn a_wake_up_before_parking_is_kept() {
    let parker = parker();
    let ticket = parker.prepare();
    assert!(parker.wake(ticket, 3));
    assert_eq!(parker.park(ticket, Until::Outside, || ()), Wake::Notified(3));
}

#[test]
fn only_the_first_wake_up_counts() {
    let parker = parker();
    let ticket = parker.prepare();
    assert!(parker.wake(ticket, 0));
    assert!(!parker.wake(ticket, 1));
    assert_eq!(parker.cancel(ticket), Some(Wake::Notified(0)));
    assert!(!parker.wake(ticket, 2));
}

#[test]
fn a_stale_ticket_wakes_nobody() {
    let parker = parker();
    let stale = parker.prepare();
    assert_eq!(parker.park(stale, soon(), || ()), Wake::TimedOut);
    let ticket = parker.prepare();
    assert!(!parker.wake(stale, 0));
    assert_eq!(parker.park(ticket, soon(), || ()), Wake::TimedOut);
}

#[test]
fn an_interrupt_ends_this_wait_and_the_next_until_it_is_taken() {
    let parker = parker();
    parker.interrupt(Interrupt::UserBreak);
    parker.interrupt(Interrupt::UserBreak);
    let ticket = parker.prepare();
    assert_eq!(parker.park(ticket, soon(), || ()), Wake::Interrupted);
    assert_eq!(parker.take_interrupt(), (Some(Interrupt::UserBreak), false));
    let ticket = parker.prepare();
    assert_eq!(parker.park(ticket, soon(), || ()), Wake::TimedOut);
}

#[test]
fn the_last_thread_to_wait_is_told() {
    let census = Arc::new(Census::new());
    let parker = Arc::new(Parker::new(Arc::clone(&census)));
    census.born();
    let ticket = parker.prepare();
    let mut told = false;
    let wake = parker.park(ticket, Until::Forever(WaitingFor::Join(MutatorId(7))), || {
        told = true;
        assert_eq!(parker.waiting_for(), Some(WaitingFor::Join(MutatorId(7))));
        assert!(parker.wake(ticket, 0));
    });
    assert!(told);
    assert_eq!(wake, Wake::Notified(0));
    assert_eq!(parker.waiting_for(), None);
}
