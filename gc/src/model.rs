//! Loom models of what several threads do in the heap at once: every interleaving (up to a bound on
//! preemptions) of small scenarios, over the source files that the crate is made of.
//!
//! What the models would show, and did when these files were broken on purpose: two copies of one
//! object, a copy that is followed before it is complete (a forwarding mark stored without release),
//! work that is lost or done twice, a worker that ends while there is work, or never (loom reports
//! the deadlock), a word that holds a young pointer and is in nobody's buffer. How mutators hand
//! their buffers over in a stop is modelled in `threads`.

#[path = "minor/forward.rs"]
mod forward;
#[path = "pool.rs"]
mod pool;
#[path = "recorded.rs"]
mod recorded;

mod sync {
    //! The stand-in for `crate::sync`: the same names over loom's types.

    pub(super) use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

    pub(super) struct Lock<T>(loom::sync::Mutex<T>);
    pub(super) type Guard<'a, T> = loom::sync::MutexGuard<'a, T>;
    impl<T> Lock<T> {
        pub(super) fn new(value: T) -> Lock<T> {
            Lock(loom::sync::Mutex::new(value))
        }
        pub(super) fn lock(&self) -> Guard<'_, T> {
            self.0.lock().expect("no model panics with a lock")
        }
    }
    pub(super) struct Signal(loom::sync::Condvar);
    impl Signal {
        pub(super) fn new() -> Signal {
            Signal(loom::sync::Condvar::new())
        }
        pub(super) fn wait<'a, T>(&self, guard: Guard<'a, T>) -> Guard<'a, T> {
            self.0.wait(guard).expect("no model panics with a lock")
        }
        pub(super) fn notify_one(&self) {
            self.0.notify_one();
        }
        pub(super) fn notify_all(&self) {
            self.0.notify_all();
        }
    }
    /// The turns are used up at once.
    pub(super) fn spin_while(_: usize, waiting: impl Fn() -> bool) -> usize {
        waiting();
        0
    }
    pub(super) fn pause(_: u32) {
        loom::thread::yield_now();
    }
}

mod slot {
    //! The stand-in for `crate::slot`: a few words of loom's.

    use super::sync::{AtomicU64, Ordering};

    const WORDS: usize = 8;
    loom::lazy_static! {
        static ref MEMORY: Vec<AtomicU64> = (0..WORDS).map(|_| AtomicU64::new(0)).collect();
    }
    pub(super) fn load(address: usize) -> u64 {
        MEMORY[address / 8].load(Ordering::Relaxed)
    }
    pub(super) fn store(address: usize, bits: u64) {
        MEMORY[address / 8].store(bits, Ordering::Relaxed);
    }
    pub(super) fn load_acquire(address: usize) -> u64 {
        MEMORY[address / 8].load(Ordering::Acquire)
    }
    pub(super) fn store_release(address: usize, bits: u64) {
        MEMORY[address / 8].store(bits, Ordering::Release);
    }
    pub(super) fn compare_exchange(address: usize, old: u64, new: u64) -> Result<u64, u64> {
        MEMORY[address / 8].compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire)
    }
    pub(super) fn copy_words(from: usize, to: usize, words: usize) {
        for offset in (0..8 * words).step_by(8) {
            store(to + offset, load(from + offset));
        }
    }
}

use crate::{Header, Kind, Value, value::TAG_OBJECT};
use loom::sync::Arc;
use pool::Pool;
use sync::{AtomicU64, Ordering};

fn check(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 10_000;
    builder.check(model);
}

/// Runs the work of two workers at once; what each came to.
fn both<R: 'static>(work: impl Fn(usize) -> R + Clone + Send + Sync + 'static) -> [R; 2] {
    let other = work.clone();
    let first = loom::thread::spawn(move || other(0));
    let second = work(1);
    [first.join().expect("no model panics"), second]
}

/// Where the workers put their copies; what is copied is at the beginning.
const ROOM: [usize; 2] = [16, 32];

/// A worker comes to the pair at 0: where it is then, and whether this worker moved it.
fn come_to_pair(worker: usize) -> (u64, bool) {
    let result = match forward::moved_pair::<true>(0) {
        Ok(moved) => (moved, false),
        Err(first) => match forward::move_pair::<true>(0, first, ROOM[worker]) {
            Ok(moved) => (moved, true),
            Err(other) => (other, false),
        },
    };
    let copy = Value::from_bits(result.0).address();
    assert_eq!([slot::load(copy), slot::load(copy + 8)], [10, 20], "the copy is complete");
    result
}

/// The same for the object at 0, of a header and a word.
fn come_to_object(worker: usize) -> (u64, bool) {
    let to = ROOM[worker];
    let result = match forward::moved_object::<true>(0) {
        Ok(moved) => (moved, false),
        Err(header) => {
            let moved = Value::from_address(to, TAG_OBJECT).bits();
            match forward::move_object::<true>(0, (header, 2), to, moved) {
                Ok(moved) => (moved, true),
                Err(other) => (other, false),
            }
        }
    };
    let copy = Value::from_bits(result.0).address();
    assert_eq!([slot::load(copy), slot::load(copy + 8)], [header(), 20], "the copy is complete");
    result
}

fn header() -> u64 {
    Header::new(Kind::Vector, 1).bits()
}

#[test]
fn two_workers_that_come_to_a_pair_move_it_once() {
    check(4, || {
        slot::store(0, 10);
        slot::store(8, 20);
        let [one, two] = both(come_to_pair);
        assert_eq!(one.0, two.0, "one copy");
        assert!(one.1 != two.1, "made by one of them");
    });
}

#[test]
fn two_workers_that_come_to_an_object_move_it_once() {
    check(4, || {
        slot::store(0, header());
        slot::store(8, 20);
        let [one, two] = both(come_to_object);
        assert_eq!(one.0, two.0, "one copy");
        assert!(one.1 != two.1, "made by one of them");
    });
}

/// Work: numbers, each of which leads to all of the half of it.
struct Halving {
    pool: Pool<Vec<u64>>,
    /// The standard library's: counting is no part of the model.
    done: std::sync::atomic::AtomicUsize,
}

impl Halving {
    fn work(&self, mut own: Vec<u64>) {
        loop {
            while let Some(n) = own.pop() {
                self.done.fetch_add(1, Ordering::Relaxed);
                own.extend((0..n).map(|_| n / 2));
                self.pool.offer(&mut own);
            }
            match self.pool.take() {
                Some(packet) => own = packet,
                None => return assert_eq!(self.done.load(Ordering::Relaxed), all_of_it()),
            }
        }
    }
}

fn count(n: u64) -> usize {
    1 + (0..n).map(|_| count(n / 2)).sum::<usize>()
}

fn all_of_it() -> usize {
    WORK.iter().map(|&n| count(n)).sum()
}

/// A list of work that is just long enough to be shared.
const WORK: [u64; 4] = [1, 0, 1, 0];

fn work_is_done_once(preemptions: usize, helpers: usize) {
    check(preemptions, move || {
        let halving = Arc::new(Halving { pool: Pool::new(), done: 0.into() });
        let start = || {
            let halving = Arc::clone(&halving);
            loom::thread::spawn(move || {
                if halving.pool.join() {
                    halving.work(Vec::new());
                }
            })
        };
        let helpers: Vec<_> = (0..helpers).map(|_| start()).collect();
        halving.work(WORK.to_vec());
        for helper in helpers {
            helper.join().expect("no model panics");
        }
        assert_eq!(halving.done.load(Ordering::Relaxed), all_of_it());
    });
}

#[test]
fn a_pool_of_two_workers_does_all_work_once_and_ends() {
    work_is_done_once(4, 1);
}

#[test]
fn a_pool_of_three_workers_does_all_work_once_and_ends() {
    work_is_done_once(2, 2);
}

/// Bits that stand for young pointers; the others are old.
const YOUNG: u64 = 1 << 32;

fn is_young(bits: u64) -> bool {
    bits >= YOUNG
}

/// What `LocalHeap::store_word` of `barrier.rs` does with a word of an old object.
fn store(word: &AtomicU64, bits: u64, records: &mut Vec<usize>) {
    if is_young(bits) {
        let before = recorded::before_store(word);
        recorded::record(before, is_young, 0, records);
    }
    recorded::store(word, bits);
}

#[test]
fn a_word_of_an_old_object_that_ends_up_young_is_recorded() {
    for [mine, yours] in [[[1, YOUNG], [2, YOUNG + 1]], [[YOUNG, 1], [YOUNG + 1, YOUNG + 2]]] {
        check(4, move || {
            let word = Arc::new(AtomicU64::new(0));
            let records = both({
                let word = Arc::clone(&word);
                move |worker| {
                    let mut records = Vec::new();
                    for bits in [mine, yours][worker] {
                        store(&word, bits, &mut records);
                    }
                    records
                }
            });
            let recorded = records.iter().any(|records| !records.is_empty());
            assert!(recorded || !is_young(word.load(Ordering::Relaxed)));
        });
    }
}
