//! The collector's helpers: threads that sleep until a collection has enough to share.
//!
//! A collection begins on one thread. When it has found that there is much to do it posts a
//! [`Job`]; helpers join it as they wake, and the collection goes on meanwhile, so nothing is lost
//! when they come late or not at all. Between collections they run errands: what is better done
//! beside the mutators than in a pause. What is to be done lies in each one's own list; only when
//! somebody is without work do the others put a part of theirs into the [`crate::pool`]. Helpers end
//! with the heap. One that panics ends the process ([`crate::halfway`]).

use crate::halfway;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// No more helpers than this, however many cores there are.
pub(crate) const HELPERS_MOST: usize = 15;
/// Sharing pays when so much more is done in the same time, in hundredths. Where others have the
/// processors it does not: a helper that joins and is put off its processor keeps the world stopped.
const PACE_PAYS: u128 = 105;
/// When it did not pay, so many collections that could share go without at most.
const LEFT_OUT_MOST: usize = 63;
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
    /// Does it pay to share copying?
    pub(crate) copying: Mood,
    /// Does it pay to share marking?
    pub(crate) marking: Mood,
}

/// How much was done, in units of the worker's own, and in what time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) done: usize,
    pub(crate) time: Duration,
}

/// Whether sharing paid lately.
#[derive(Default)]
pub(crate) struct Mood(Mutex<Experience>);

#[derive(Default)]
struct Experience {
    /// Collections that go without before the next try.
    left_out: usize,
    /// How many go without the next time that it does not pay.
    penalty: usize,
}

impl Mood {
    /// Is it worth the try to share something now? When not, that is not to be asked again in the
    /// same collection.
    pub(crate) fn is_worthwhile(&self) -> bool {
        let mut experience = self.0.lock();
        let is_due = experience.left_out == 0;
        experience.left_out = experience.left_out.saturating_sub(1);
        is_due
    }

    /// Learns from what one thread did alone and what several then did together.
    pub(crate) fn learn(&self, alone: Pace, together: Pace) {
        let mut experience = self.0.lock();
        let rate = together.done as u128 * alone.time.as_nanos();
        let rate_alone = alone.done as u128 * together.time.as_nanos();
        if 100 * rate < PACE_PAYS * rate_alone {
            experience.penalty = LEFT_OUT_MOST.min(2 * experience.penalty + 1);
            experience.left_out = experience.penalty;
        } else {
            experience.penalty /= 2;
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
    /// What nobody waits for.
    errands: VecDeque<Arc<dyn Job>>,
    /// How many more may join.
    places: usize,
    helping: usize,
    helpers: usize,
    dissolved: bool,
}

impl Team {
    /// A team without helpers: they are hired when there is work.
    pub(crate) fn new() -> Team {
        Team { board: Arc::default(), copying: Mood::default(), marking: Mood::default() }
    }

    /// Posts a job for up to `helpers` others, does `own` meanwhile, and returns when all who
    /// helped have left: the time that it took.
    pub(crate) fn share(&self, helpers: usize, job: Arc<dyn Job>, own: impl FnOnce()) -> Duration {
        let board = &self.board;
        let started = Instant::now();
        let mut notice = board.notice.lock();
        notice.places = helpers.min(HELPERS_MOST);
        board.hire_up_to(&mut notice, helpers.min(HELPERS_MOST));
        notice.job = Some(job);
        drop(notice);
        board.posted.notify_all();
        own();
        let mut notice = board.notice.lock();
        notice.job = None;
        while notice.helping > 0 {
            board.left.wait(&mut notice);
        }
        started.elapsed()
    }

    /// Posts a job for one helper, when it has nothing to share, while the caller goes on. False
    /// when there is no helper.
    pub(crate) fn send(&self, errand: Arc<dyn Job>) -> bool {
        let mut notice = self.board.notice.lock();
        self.board.hire_up_to(&mut notice, 1);
        if notice.helpers == 0 {
            return false;
        }
        notice.errands.push_back(errand);
        drop(notice);
        self.board.posted.notify_one();
        true
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
    fn hire_up_to(self: &Arc<Board>, notice: &mut Notice, helpers: usize) {
        while notice.helpers < helpers && self.hire(notice.helpers) {
            notice.helpers += 1;
        }
    }

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
                match notice.errands.pop_front() {
                    // The job may hold the heap, and so this board's lock must be free when it ends.
                    Some(errand) => MutexGuard::unlocked(&mut notice, || {
                        let halfway = halfway::begin();
                        errand.help(worker);
                        drop(errand);
                        halfway.end();
                    }),
                    None => self.posted.wait(&mut notice),
                }
                continue;
            };
            notice.places -= 1;
            notice.helping += 1;
            MutexGuard::unlocked(&mut notice, || {
                let halfway = halfway::begin();
                if std::mem::take(&mut is_new) {
                    job.greet(worker);
                }
                job.help(worker);
                // Before this helper counts as gone: the job may hold the heap.
                drop(job);
                halfway.end();
            });
            notice.helping -= 1;
            if notice.helping == 0 {
                self.left.notify_one();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Job, LEFT_OUT_MOST, Mood, Pace, Team};
    use crate::{Value, pool::Pool};
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
        time::Duration,
    };

    #[test]
    fn sharing_that_does_not_pay_is_tried_less_and_less_often() {
        let mood = Mood::default();
        let pace = |done| Pace { done, time: Duration::from_millis(1) };
        mood.learn(pace(100), pace(150));
        assert!(mood.is_worthwhile());
        mood.learn(pace(100), pace(100));
        assert!(!mood.is_worthwhile() && mood.is_worthwhile());
        (0..10).for_each(|_| mood.learn(pace(100), pace(30)));
        (0..LEFT_OUT_MOST).for_each(|_| assert!(!mood.is_worthwhile()));
        assert!(mood.is_worthwhile());
        (0..6).for_each(|_| mood.learn(pace(100), pace(150)));
        mood.learn(pace(100), pace(30));
        assert!(!mood.is_worthwhile() && mood.is_worthwhile());
    }

    /// Counts the numbers below those given, by halving.
    struct Halving {
        pool: Pool<Vec<Value>>,
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

    /// Counts how often it is run.
    #[derive(Default)]
    struct Counting(AtomicU64);

    impl Job for Counting {
        fn help(&self, _worker: usize) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn errands_are_run_while_the_sender_goes_on() {
        let team = Team::new();
        let errand = Arc::new(Counting::default());
        (0..5).for_each(|_| assert!(team.send(errand.clone())));
        while Arc::strong_count(&errand) > 1 {
            std::thread::yield_now();
        }
        assert_eq!(errand.0.load(Ordering::Relaxed), 5);
    }

    struct Panicking;

    impl Job for Panicking {
        fn help(&self, _worker: usize) {
            panic!("an invariant is broken");
        }
    }

    /// What the test below runs in a process of its own.
    #[test]
    #[ignore = "ends its process"]
    fn a_helper_panics() {
        let team = Team::new();
        let job = Arc::new(Panicking);
        team.share(1, job.clone(), || {
            while Arc::strong_count(&job) < 3 {
                std::thread::yield_now();
            }
        });
    }

    #[test]
    fn a_panic_of_a_helper_is_not_waited_for() -> std::io::Result<()> {
        let test = std::env::current_exe()?;
        let arguments = ["--ignored", "--exact", "team::tests::a_helper_panics", "--nocapture"];
        let ended = std::process::Command::new(test).args(arguments).output()?;
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(told.contains("an invariant is broken"), "{told}");
        assert!(told.contains("half collected cannot be used"), "{told}");
        assert_eq!(ended.status.code(), None, "it was aborted");
        Ok(())
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
