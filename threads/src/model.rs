//! Loom models of the protocols: every interleaving (up to a bound on preemptions) of small
//! scenarios, over the same source files that the crate is made of.
//!
//! What the models would show: a collector and a mutator in the heap at once (loom's cell reports
//! the two accesses), a stop or a resumption that is never noticed (loom reports the deadlock), a
//! wake-up that is lost (the same).

#[path = "census.rs"]
#[expect(dead_code, reason = "the models use a part of it")]
mod census;
#[path = "channel.rs"]
#[expect(dead_code, reason = "the models use a part of it")]
mod channel;
mod channels;
mod mutator;
#[path = "park.rs"]
#[expect(dead_code, reason = "the models use a part of it")]
mod park;
#[path = "reason.rs"]
#[expect(dead_code, reason = "the models use a part of it")]
mod reason;
#[path = "rendezvous.rs"]
#[expect(dead_code, reason = "the models use a part of it")]
mod rendezvous;
#[path = "select.rs"]
mod select;
#[path = "state.rs"]
mod state;
#[path = "time.rs"]
#[expect(dead_code, reason = "the models use a part of it")]
mod time;
#[path = "wait.rs"]
#[expect(dead_code, reason = "the models use a part of it")]
mod wait;

mod sync {
    //! The stand-in for `crate::sync`: the same names over loom's types.

    use std::time::Instant;

    pub(super) use loom::sync::Arc;
    pub(super) use loom::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

    #[derive(Debug)]
    pub(super) struct Lock<T>(loom::sync::Mutex<T>);
    pub(super) type Guard<'a, T> = loom::sync::MutexGuard<'a, T>;
    impl<T> Lock<T> {
        pub(super) fn new(value: T) -> Lock<T> {
            Lock(loom::sync::Mutex::new(value))
        }
        pub(super) fn lock(&self) -> Guard<'_, T> {
            self.0.lock().expect("no model panics with a lock")
        }
        pub(super) fn comes_free(&self) -> bool {
            true
        }
    }
    #[derive(Debug)]
    pub(super) struct Signal(loom::sync::Condvar);
    impl Signal {
        pub(super) fn new() -> Signal {
            Signal(loom::sync::Condvar::new())
        }
        pub(super) fn wait<'a, T>(&self, guard: Guard<'a, T>) -> Guard<'a, T> {
            self.0.wait(guard).expect("no model panics with a lock")
        }
        pub(super) fn wait_until<'a, T>(&self, guard: Guard<'a, T>, _: Instant) -> Guard<'a, T> {
            guard // in a model every deadline may have passed
        }
        pub(super) fn notify_one(&self) {
            self.0.notify_one();
        }
        pub(super) fn notify_all(&self) {
            self.0.notify_all();
        }
    }
    pub(super) struct Clock;
    impl Clock {
        pub(super) fn new() -> Clock {
            Clock
        }
        pub(super) fn nanoseconds(&self) -> u64 {
            0
        }
    }
    pub(super) fn has_passed(_: Instant) -> bool {
        true
    }
    pub(super) fn spin_while(_: impl Fn() -> bool) {}
}

use rendezvous::{Member, Rendezvous, Seat};
use sync::{Arc, AtomicU32, Ordering};

/// A world in small: each mutator has a piece of heap that its thread and coordinators may touch.
struct Small {
    rendezvous: Rendezvous<Piece>,
}

struct Piece {
    limit: AtomicU32,
    /// Its part of the heap: the buffer it allocates from, and the one in which its barrier records
    /// slots, which a stop takes from it.
    heap: loom::cell::UnsafeCell<u32>,
}

const UNTRIPPED: u32 = 1;

impl Member for Piece {
    fn trip(&self) {
        // Relaxed, as weak as a limit word may be: NOTE(attention).
        self.limit.store(0, Ordering::Relaxed);
    }
    fn number(&self) -> u64 {
        0
    }
}

impl Small {
    fn new(patience: usize) -> Arc<Small> {
        Arc::new(Small { rendezvous: Rendezvous::new(patience, 1) })
    }
    fn seat(&self) -> sync::Arc<Seat<Piece>> {
        let heap = loom::cell::UnsafeCell::new(0);
        self.rendezvous.attach(Piece { limit: AtomicU32::new(UNTRIPPED), heap })
    }
}

/// What a running mutator does between safepoints.
fn work(seat: &Seat<Piece>) {
    seat.member.heap.with_mut(|_| ());
}

/// The poll and its slow path.
fn poll(small: &Small, seat: &Seat<Piece>) {
    if seat.member.limit.load(Ordering::Relaxed) == 0 {
        seat.member.limit.store(UNTRIPPED, Ordering::Relaxed);
        if seat.take_attention().stop_requested() {
            small.rendezvous.stop_here(seat);
        }
    }
}

/// Polls until a trip was noticed; a lost one makes this endless, which loom reports.
fn poll_until_tripped(small: &Small, seat: &Seat<Piece>) {
    while seat.member.limit.load(Ordering::Relaxed) != 0 {
        loom::thread::yield_now();
    }
    poll(small, seat);
}

fn collect(small: &Small, own: Option<&Seat<Piece>>) -> bool {
    let Some(stop) = small.rendezvous.try_stop(own) else { return false };
    for seat in stop.seats() {
        seat.member.heap.with_mut(|_| ());
    }
    true
}

fn check(model: impl Fn() + Sync + Send + 'static) {
    check_bounded(3, model);
}

fn check_bounded(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 10_000;
    builder.check(model);
}

#[test]
fn a_stop_waits_for_a_running_mutator() {
    check(|| {
        let small = Small::new(1);
        let seat = small.seat();
        small.rendezvous.leave_native(&seat);
        let collector = {
            let small = Arc::clone(&small);
            loom::thread::spawn(move || assert!(collect(&small, None)))
        };
        work(&seat);
        poll_until_tripped(&small, &seat);
        work(&seat);
        collector.join().expect("no model panics");
        small.rendezvous.enter_native(&seat);
    });
}

#[test]
fn entering_and_leaving_native_state_races_a_stop() {
    check(|| {
        let small = Small::new(1);
        let seat = small.seat();
        let mutator = {
            let small = Arc::clone(&small);
            loom::thread::spawn(move || {
                small.rendezvous.leave_native(&seat);
                work(&seat);
                small.rendezvous.enter_native(&seat);
                small.rendezvous.leave_native(&seat);
                work(&seat);
                small.rendezvous.enter_native(&seat);
            })
        };
        assert!(collect(&small, None));
        mutator.join().expect("no model panics");
    });
}

#[test]
fn a_thread_attaches_and_detaches_during_a_stop() {
    check(|| {
        let small = Small::new(1);
        let collector = {
            let small = Arc::clone(&small);
            loom::thread::spawn(move || assert!(collect(&small, None)))
        };
        let seat = small.seat();
        small.rendezvous.leave_native(&seat);
        work(&seat);
        small.rendezvous.detach(&seat);
        collector.join().expect("no model panics");
    });
}

#[test]
fn a_thread_attaches_while_the_coordinator_waits_for_another() {
    check(|| {
        let small = Small::new(1);
        let seat = small.seat();
        small.rendezvous.leave_native(&seat);
        let collector = {
            let small = Arc::clone(&small);
            loom::thread::spawn(move || assert!(collect(&small, None)))
        };
        let newcomer = {
            let small = Arc::clone(&small);
            loom::thread::spawn(move || {
                let seat = small.seat();
                small.rendezvous.leave_native(&seat);
                work(&seat);
                small.rendezvous.enter_native(&seat);
            })
        };
        work(&seat);
        small.rendezvous.enter_native(&seat);
        collector.join().expect("no model panics");
        newcomer.join().expect("no model panics");
    });
}

#[test]
fn of_two_coordinators_one_wins_and_the_other_stops() {
    check(|| {
        let small = Small::new(1);
        let (one, two) = (small.seat(), small.seat());
        let run = |small: Arc<Small>, seat: sync::Arc<Seat<Piece>>| {
            move || {
                small.rendezvous.leave_native(&seat);
                work(&seat);
                if !collect(&small, Some(&seat)) {
                    poll(&small, &seat);
                }
                work(&seat);
                small.rendezvous.enter_native(&seat);
            }
        };
        let other = loom::thread::spawn(run(Arc::clone(&small), one));
        run(small, two)();
        other.join().expect("no model panics");
    });
}

#[test]
fn a_late_sleeper_is_passed_over_and_then_granted() {
    check(|| {
        let small = Small::new(1);
        let seat = small.seat();
        small.rendezvous.leave_native(&seat);
        let collector = {
            let small = Arc::clone(&small);
            loom::thread::spawn(move || {
                assert!(collect(&small, None));
                assert!(collect(&small, None));
            })
        };
        poll_until_tripped(&small, &seat);
        work(&seat);
        small.rendezvous.enter_native(&seat);
        collector.join().expect("no model panics");
    });
}

#[test]
fn a_wake_up_between_entering_a_queue_and_sleeping_is_kept() {
    check(|| {
        let queues = Arc::new(wait::WaitQueues::with_shards(1));
        let id = queues.new_id();
        let ready = Arc::new(AtomicU32::new(0));
        let waker = {
            let (queues, ready) = (Arc::clone(&queues), Arc::clone(&ready));
            loom::thread::spawn(move || {
                let mut shard = queues.lock(id);
                ready.store(1, Ordering::Relaxed);
                shard.wake_one(id, wait::Queue::Takers);
            })
        };
        let census = sync::Arc::new(census::Census::new());
        let parker = sync::Arc::new(park::Parker::new(census));
        loop {
            let mut shard = queues.lock(id);
            if ready.load(Ordering::Relaxed) == 1 {
                break;
            }
            let ticket = parker.prepare();
            shard.enter((id, wait::Queue::Takers), &parker, ticket, 0, wait::Turn::Last);
            drop(shard);
            let until = park::Until::Outside;
            parker.park(ticket, until, || ());
        }
        waker.join().expect("no model panics");
    });
}

#[test]
fn a_wake_up_is_not_spent_on_a_thread_that_gives_up() {
    check(|| {
        let queues = Arc::new(wait::WaitQueues::with_shards(1));
        let id = queues.new_id();
        let census = sync::Arc::new(census::Census::new());
        let key = (id, wait::Queue::Takers);
        let quitter = sync::Arc::new(park::Parker::new(Arc::clone(&census)));
        let patient = sync::Arc::new(park::Parker::new(census));
        let quits = quitter.prepare();
        let stays = patient.prepare();
        queues.lock(id).enter(key, &quitter, quits, 0, wait::Turn::Last);
        queues.lock(id).enter(key, &patient, stays, 0, wait::Turn::Last);
        let giving_up = {
            let queues = Arc::clone(&queues);
            loom::thread::spawn(move || {
                let soon = park::Until::Deadline(std::time::Instant::now());
                match quitter.park(quits, soon, || ()) {
                    park::Wake::TimedOut => queues.lock(id).leave(key, &quitter, quits),
                    _ => assert!(queues.lock(id).wake_one(id, wait::Queue::Takers)),
                }
            })
        };
        queues.lock(id).wake_one(id, wait::Queue::Takers);
        let until = park::Until::Outside;
        assert_eq!(patient.park(stays, until, || ()), park::Wake::Notified(0));
        giving_up.join().expect("no model panics");
    });
}
