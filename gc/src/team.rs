//! The collector's helpers: threads that sleep until a collection has enough to share, and the
//! pool through which they share it.
//!
//! A collection begins on one thread. When it has found that there is much to do it posts a
//! [`Job`]; helpers join it as they wake, and the collection goes on meanwhile, so nothing is lost
//! when they come late or not at all. What is to be done lies in each one's own list; only when
//! somebody is without work do the others put a part of theirs into the [`Pool`]. Helpers end with
//! the heap.

use crate::Value;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// No more helpers than this, however many cores there are.
pub(crate) const HELPERS_MOST: usize = 15;
/// Turns that a worker without work waits before it sleeps: a few microseconds.
const SPINS: usize = 400;
/// A share that took so much longer than its leader had of a processor says that there was none for
/// the helpers: one that joins and is put off its processor keeps the world stopped.
const DELAY_MOST: Duration = Duration::from_micros(200);
/// ... and then so many shares are left out at most.
const LEFT_OUT_MOST: usize = 63;
/// With fewer objects than this, a worker keeps what it has.
const SHARE_LEAST: usize = 4;

/// Work that several threads can do together.
pub(crate) trait Job: Send + Sync {
    /// Does a part, as the worker with this number (from 1 on), until nothing is left. May find that
    /// nothing is.
    fn help(&self, worker: usize);

    /// Called on a helper's thread before the first job it helps with.
    fn greet(&self, _worker: usize) {}
}

/// The helpers of one heap.
pub(crate) struct Team {
    board: Arc<Board>,
    mood: Mutex<Mood>,
}

/// Whether sharing helped lately.
#[derive(Default)]
struct Mood {
    /// Shares that are left out before the next.
    left_out: usize,
    /// How many are left out the next time that it does not help.
    penalty: usize,
}

impl Mood {
    fn learn(&mut self, elapsed: Duration, own_cpu: Duration) {
        if elapsed > own_cpu + own_cpu / 2 + DELAY_MOST {
            self.penalty = LEFT_OUT_MOST.min(2 * self.penalty + 1);
            self.left_out = self.penalty;
        } else {
            self.penalty /= 2;
        }
    }
}

/// Where jobs are posted.
#[derive(Default)]
struct Board {
    notice: Mutex<Notice>,
    /// There is a new notice.
    posted: Condvar,
    /// The last one to help has left.
    left: Condvar,
}

#[derive(Default)]
struct Notice {
    job: Option<Arc<dyn Job>>,
    /// How many more may join.
    places: usize,
    helping: usize,
    helpers: usize,
    dissolved: bool,
}

impl Team {
    /// A team without helpers: they are hired when there is work.
    pub(crate) fn new() -> Team {
        Team { board: Arc::default(), mood: Mutex::default() }
    }

    /// Is it worth the try to share something now? To be asked once for each share.
    pub(crate) fn is_worthwhile(&self) -> bool {
        let mut mood = self.mood.lock();
        let is_due = mood.left_out == 0;
        mood.left_out = mood.left_out.saturating_sub(1);
        is_due
    }

    /// Posts a job for up to `helpers` others, does `own` meanwhile, and returns when all who
    /// helped have left.
    pub(crate) fn share(&self, helpers: usize, job: Arc<dyn Job>, own: impl FnOnce()) {
        let board = &self.board;
        let (started, cpu_started) = (Instant::now(), cpu_time());
        let mut notice = board.notice.lock();
        notice.places = helpers.min(HELPERS_MOST);
        while notice.helpers < notice.places && board.hire(notice.helpers) {
            notice.helpers += 1;
        }
        notice.job = Some(job);
        drop(notice);
        board.posted.notify_all();
        own();
        let mut notice = board.notice.lock();
        notice.job = None;
        while notice.helping > 0 {
            board.left.wait(&mut notice);
        }
        drop(notice);
        let own_cpu = cpu_time().saturating_sub(cpu_started);
        self.mood.lock().learn(started.elapsed(), own_cpu);
    }
}

/// Processor time of this thread.
pub(crate) fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

impl Drop for Team {
    fn drop(&mut self) {
        self.board.notice.lock().dissolved = true;
        self.board.posted.notify_all();
    }
}

impl Board {
    /// Starts a helper. False when the system has no room for a thread.
    fn hire(self: &Arc<Board>, number: usize) -> bool {
        let board = Arc::clone(self);
        let builder = std::thread::Builder::new().name(format!("lisle-gc-{number}"));
        builder.spawn(move || board.serve(number + 1)).is_ok()
    }

    /// The life of a helper.
    fn serve(&self, worker: usize) {
        let mut is_new = true;
        let mut notice = self.notice.lock();
        while !notice.dissolved {
            let job = if notice.places > 0 { notice.job.clone() } else { None };
            let Some(job) = job else {
                self.posted.wait(&mut notice);
                continue;
            };
            notice.places -= 1;
            notice.helping += 1;
            MutexGuard::unlocked(&mut notice, || {
                if std::mem::take(&mut is_new) {
                    job.greet(worker);
                }
                job.help(worker);
                // Before this helper counts as gone: the job may hold the heap.
                drop(job);
            });
            notice.helping -= 1;
            if notice.helping == 0 {
                self.left.notify_one();
            }
        }
    }
}

/// Objects to be scanned, on their way from one worker to another; and the end of the work.
pub(crate) struct Pool {
    packets: Mutex<Packets>,
    changed: Condvar,
    /// Workers without work, who look at the pool.
    hungry: AtomicUsize,
    /// Counts the packets put in, and the end: what a worker without work watches.
    changes: AtomicUsize,
}

#[derive(Default)]
struct Packets {
    packets: Vec<Vec<Value>>,
    /// Workers that have work of their own.
    working: usize,
    /// Nobody has any.
    finished: bool,
}

impl Pool {
    /// An empty pool; the caller counts as a worker that has work.
    pub(crate) fn new() -> Pool {
        let packets = Packets { working: 1, ..Packets::default() };
        Pool {
            packets: Mutex::new(packets),
            changed: Condvar::new(),
            hungry: AtomicUsize::new(0),
            changes: AtomicUsize::new(0),
        }
    }

    /// One more worker, without work yet. False when all work is done.
    pub(crate) fn join(&self) -> bool {
        let mut packets = self.packets.lock();
        packets.working += 1;
        !packets.finished
    }

    /// Gives the older half of a worker's objects, which lead to more, to the others if somebody is
    /// without work.
    #[inline(always)]
    pub(crate) fn offer(&self, own: &mut Vec<Value>) {
        if own.len() >= SHARE_LEAST && self.hungry.load(Ordering::Relaxed) > 0 {
            self.offer_cold(own);
        }
    }

    #[cold]
    fn offer_cold(&self, own: &mut Vec<Value>) {
        let rest = own.split_off(own.len() / 2);
        let packet = std::mem::replace(own, rest);
        let mut packets = self.packets.lock();
        packets.packets.push(packet);
        self.changes.fetch_add(1, Ordering::Relaxed);
        drop(packets);
        self.changed.notify_one();
    }

    /// Work for a worker that has none left. `None`, for everybody, when nobody has any.
    pub(crate) fn take(&self) -> Option<Vec<Value>> {
        let mut packets = self.packets.lock();
        packets.working -= 1;
        self.hungry.fetch_add(1, Ordering::Relaxed);
        let mut spins = SPINS;
        let packet = loop {
            if let Some(packet) = packets.packets.pop() {
                packets.working += 1;
                break Some(packet);
            }
            if packets.working == 0 || packets.finished {
                packets.finished = true;
                self.changes.fetch_add(1, Ordering::Relaxed);
                self.changed.notify_all();
                break None;
            }
            if spins == 0 {
                self.changed.wait(&mut packets);
                continue;
            }
            let changes = self.changes.load(Ordering::Relaxed);
            MutexGuard::unlocked(&mut packets, || {
                while spins > 0 && self.changes.load(Ordering::Relaxed) == changes {
                    spins -= 1;
                    std::hint::spin_loop();
                }
            });
        };
        self.hungry.fetch_sub(1, Ordering::Relaxed);
        packet
    }
}

#[cfg(test)]
mod tests {
    use super::{Job, LEFT_OUT_MOST, Mood, Pool, Team};
    use crate::Value;
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
        time::Duration,
    };

    #[test]
    fn a_busy_machine_is_asked_less_and_less_often() {
        let mut mood = Mood::default();
        let millisecond = Duration::from_millis(1);
        mood.learn(millisecond, millisecond);
        assert_eq!((mood.left_out, mood.penalty), (0, 0));
        (0..10).for_each(|_| mood.learn(4 * millisecond, millisecond));
        assert_eq!((mood.left_out, mood.penalty), (LEFT_OUT_MOST, LEFT_OUT_MOST));
        mood.learn(millisecond, millisecond);
        assert_eq!(mood.penalty, LEFT_OUT_MOST / 2);
    }

    /// Counts the numbers below those given, by halving.
    struct Halving {
        pool: Pool,
        counted: AtomicU64,
    }

    impl Halving {
        fn work(&self, mut own: Vec<Value>) {
            loop {
                while let Some(v) = own.pop() {
                    let n = v.assume_fixnum();
                    self.counted.fetch_add(1, Ordering::Relaxed);
                    own.extend((1..n).map(|m| Value::fixnum(m / 2)));
                    self.pool.offer(&mut own);
                }
                match self.pool.take() {
                    Some(packet) => own = packet,
                    None => return,
                }
            }
        }
    }

    impl Job for Halving {
        fn help(&self, _worker: usize) {
            if self.pool.join() {
                self.work(Vec::new());
            }
        }
    }

    fn count(n: i64) -> u64 {
        1 + (1..n).map(|m| count(m / 2)).sum::<u64>()
    }

    #[test]
    fn shared_work_is_done_once() {
        let team = Team::new();
        for n in [0, 1, 40, 90] {
            for helpers in [0, 1, 3] {
                let job = Arc::new(Halving { pool: Pool::new(), counted: AtomicU64::new(0) });
                team.share(helpers, job.clone(), || job.work(vec![Value::fixnum(n)]));
                assert_eq!(job.counted.load(Ordering::Relaxed), count(n));
                assert_eq!(Arc::strong_count(&job), 1, "the helpers have let go");
            }
        }
    }
}
