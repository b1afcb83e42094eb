//! Wait queues.

use crate::census::Census;
use crate::park::{Parker, Until, Wake};
use crate::sync::Arc;
use crate::wait::{Queue, Turn, WaitQueues};
use std::time::{Duration, Instant};

fn parker() -> Arc<Parker> {
    Arc::new(Parker::new(Arc::new(Census::new())))
}

fn soon() -> Until {
    Until::Deadline(Instant::now() + Duration::from_millis(5))
}

#[test]
fn waiters_wake_in_the_order_they_came() {
    let queues = WaitQueues::new();
    let id = queues.new_id();
    let (first, second) = (parker(), parker());
    let (one, two) = (first.prepare(), second.prepare());
    let mut shard = queues.lock(id);
    shard.enter((id, Queue::Takers), &first, one, 1, Turn::Last);
    shard.enter((id, Queue::Takers), &second, two, 2, Turn::Last);
    assert!(shard.wake_one(id, Queue::Takers));
    assert_eq!(first.cancel(one), Some(Wake::Notified(1)));
    assert_eq!(second.cancel(two), None);
}

#[test]
fn a_waiter_that_timed_out_is_skipped() {
    let queues = WaitQueues::new();
    let id = queues.new_id();
    let (first, second) = (parker(), parker());
    let (one, two) = (first.prepare(), second.prepare());
    let mut shard = queues.lock(id);
    shard.enter((id, Queue::Takers), &first, one, 0, Turn::Last);
    shard.enter((id, Queue::Takers), &second, two, 0, Turn::Last);
    drop(shard);
    assert_eq!(first.park(one, soon(), || ()), Wake::TimedOut);
    assert!(queues.lock(id).wake_one(id, Queue::Takers));
    assert_eq!(second.cancel(two), Some(Wake::Notified(0)));
    assert!(!queues.lock(id).wake_one(id, Queue::Takers));
    assert!(queues.lock(id).is_idle());
}

#[test]
fn leaving_removes_the_entry_and_the_empty_queue() {
    let queues = WaitQueues::new();
    let id = queues.new_id();
    let waiter = parker();
    let ticket = waiter.prepare();
    let mut shard = queues.lock(id);
    shard.enter((id, Queue::Senders), &waiter, ticket, 0, Turn::Last);
    assert!(shard.has_waiters(id, Queue::Senders));
    assert!(!shard.has_waiters(id, Queue::Takers));
    shard.leave((id, Queue::Senders), &waiter, ticket);
    assert!(shard.is_idle());
}

#[test]
fn many_threads_pass_a_turn_around_without_losing_it() {
    let queues = Arc::new(WaitQueues::new());
    let id = queues.new_id();
    let holder = Arc::new(crate::sync::Lock::new(0usize));
    let threads: Vec<_> = (0..8)
        .map(|me| {
            let (queues, holder) = (Arc::clone(&queues), Arc::clone(&holder));
            std::thread::spawn(move || {
                let parker = parker();
                for _ in 0..200 {
                    loop {
                        let mut shard = queues.lock(id);
                        if *holder.lock() == me {
                            *holder.lock() = (me + 1) % 8;
                            shard.wake_all(id, Queue::Takers);
                            break;
                        }
                        let ticket = parker.prepare();
                        shard.enter((id, Queue::Takers), &parker, ticket, 0, Turn::Last);
                        drop(shard);
                        parker.park(ticket, Until::Outside, || ());
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no thread panics");
    }
    assert!(queues.lock(id).is_idle());
}
