//! The heap as a whole: what all threads share, and the order of a collection.

use crate::{
    HeapStats, LocalHeap, Root, Stopped, Stress, Value, Watch, Watched, ahead,
    events::{Cause, CollectionRecord, Space},
    external::{Account, Settling},
    halfway,
    handle::RootTable,
    layout::{BLOCK_BYTES, Layout},
    major::{self, mark::Marked},
    minor,
    native::{CodeTable, NativeTable},
    nursery::Nursery,
    old::Old,
    os::{Reservation, physical_memory},
    policy::{self, Observed, Outlook, Reason},
    record::{Record, Ring, Rings},
    stress::FULL_EVERY,
    team::{HELPERS_MOST, Team, cpu_time},
    weak::WeakTable,
};
use parking_lot::{Mutex, RwLock};
use std::{
    io,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// How a heap is set up.
#[derive(Clone, Debug)]
pub struct HeapConfig {
    /// The most bytes that nursery, old generation and large objects may use together. No more than
    /// a quarter of `reserve_bytes` is used in any case.
    pub heap_limit: usize,
    /// The nursery's first budget: a collection is wanted when so many bytes were handed out. It
    /// grows up to sixteen times (64 MiB at most) while many objects survive.
    pub nursery_bytes: usize,
    /// Address space for the old generation; less is taken when the system refuses.
    pub reserve_bytes: usize,
    /// Stress modes.
    pub stress: Stress,
    /// Check the whole heap before and after every collection.
    pub verify: bool,
    /// The number of the virtual machine in events.
    pub vm: u64,
    /// How many records each thread keeps until they can be emitted; more are lost.
    pub ring_records: usize,
}

const RESERVE_DEFAULT: usize = 64 << 30;
const LIMIT_FALLBACK: usize = 8 << 30;
const NURSERY_DEFAULT: usize = 4 << 20;
const RING_DEFAULT: usize = 1024;

impl Default for HeapConfig {
    /// Three quarters of the physical memory, a nursery of 4 MiB, no stress.
    fn default() -> HeapConfig {
        let heap_limit = physical_memory().map_or(LIMIT_FALLBACK, |bytes| bytes / 4 * 3);
        HeapConfig {
            heap_limit,
            nursery_bytes: NURSERY_DEFAULT,
            reserve_bytes: RESERVE_DEFAULT.max(heap_limit.saturating_mul(LIMIT_SHARE)),
            stress: Stress::default(),
            verify: false,
            vm: 0,
            ring_records: RING_DEFAULT,
        }
    }
}

/// The limit is at most this share of the old range (one in so many), so that the range cannot run
/// out under the collector: blocks have half of it, and lines waste some.
const LIMIT_SHARE: usize = 4;

const WANTED_NOTHING: u8 = 0;
const WANTED_MINOR: u8 = 1;
const WANTED_FULL: u8 = 2;

type Wake = Arc<dyn Fn() + Send + Sync>;

/// What local heaps left behind when they were dropped; see GC-4.
#[derive(Default)]
pub(crate) struct Orphans {
    pub(crate) remembered: Vec<usize>,
    pub(crate) fresh: Vec<Value>,
    /// What was overwritten while marking.
    pub(crate) overwritten: Vec<Value>,
}

/// A garbage-collected heap, shared by its mutators.
pub struct Heap {
    // Never changes:
    pub(crate) config: HeapConfig,
    pub(crate) layout: Layout,
    pub(crate) memory: Reservation,
    limit: usize,
    born: Instant,
    /// Found out when first needed: asking costs more than a small collection.
    cores: OnceLock<usize>,
    /// This heap, for the helpers.
    this: Weak<Heap>,
    pub(crate) team: Team,
    // Written by anyone, under its own lock or atomically:
    pub(crate) nursery: Nursery,
    pub(crate) old: Old,
    pub(crate) roots: Arc<RootTable>,
    pub(crate) natives: Mutex<NativeTable>,
    pub(crate) codes: Mutex<CodeTable>,
    pub(crate) weak: Mutex<WeakTable>,
    pub(crate) account: Arc<Account>,
    pub(crate) orphans: Mutex<Orphans>,
    /// Local heaps that were used and not dropped.
    users: AtomicUsize,
    wanted: AtomicU8,
    wanted_reason: AtomicU8,
    wake: RwLock<Option<Wake>>,
    /// What somebody wants to know.
    pub(crate) watch: Watch,
    rings: Rings,
    // Written by the collector:
    epoch: AtomicU64,
    /// Between the beginning and the end of a marking?
    pub(crate) is_marking: AtomicBool,
    old_goal: AtomicUsize,
    live: AtomicUsize,
    outlook: Mutex<Outlook>,
    stats: Mutex<HeapStats>,
    ring: Ring,
}

impl Heap {
    /// A new, empty heap. Reserves address space and touches next to none of it.
    ///
    /// # Errors
    /// When the system refuses even a small reservation.
    pub fn new(config: HeapConfig) -> io::Result<Arc<Heap>> {
        let (memory, layout) = Layout::reserve(config.reserve_bytes)?;
        let limit = config.heap_limit.min(layout.old_bytes / LIMIT_SHARE);
        let first = if config.stress.tiny_nursery { 0 } else { config.nursery_bytes };
        let budget = first.max(BLOCK_BYTES).min(limit / 2);
        let nursery = Nursery::new(layout, budget);
        nursery.set_budget(budget.min(nursery.largest_budget()));
        let watch = Watch::default();
        watch.look();
        Ok(Arc::new_cyclic(|this| Heap {
            this: Weak::clone(this),
            watch,
            rings: Rings::default(),
            ring: Ring::new(0, config.ring_records),
            team: Team::new(),
            limit,
            layout,
            memory,
            born: Instant::now(),
            cores: OnceLock::new(),
            nursery,
            old: Old::new(layout),
            roots: Arc::new(RootTable::new(layout)),
            natives: Mutex::default(),
            codes: Mutex::default(),
            weak: Mutex::default(),
            account: Arc::default(),
            orphans: Mutex::default(),
            users: AtomicUsize::new(0),
            wanted: AtomicU8::new(WANTED_NOTHING),
            wanted_reason: AtomicU8::new(Reason::NurseryFull as u8),
            wake: RwLock::new(None),
            epoch: AtomicU64::new(0),
            is_marking: AtomicBool::new(false),
            old_goal: AtomicUsize::new(policy::old_goal(0, limit)),
            live: AtomicUsize::new(0),
            outlook: Mutex::default(),
            stats: Mutex::default(),
            config,
        }))
    }

    /// A local heap for a mutator.
    pub fn local(self: &Arc<Self>) -> LocalHeap {
        self.local_of(0)
    }

    /// A local heap for the mutator that has this number in events.
    pub fn local_of(self: &Arc<Self>, tid: u64) -> LocalHeap {
        LocalHeap::new(Arc::clone(self), self.rings.add(tid, self.config.ring_records))
    }

    /// What somebody wants to know.
    #[inline]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The rings of mutators that hold records. Emptying them is left to those who can read them.
    pub fn filled_rings(&self) -> Vec<Arc<Ring>> {
        self.rings.filled()
    }

    /// Keeps a record of the running collection.
    pub(crate) fn note(&self, record: Record) {
        self.ring.note(Record { seq: self.epoch() + 1, ..record });
    }

    /// A local heap is used for the first time.
    pub(crate) fn add_user(&self) {
        self.users.fetch_add(1, Ordering::AcqRel);
    }

    /// A local heap that was used is dropped.
    pub(crate) fn remove_user(&self) {
        self.users.fetch_sub(1, Ordering::AcqRel);
    }

    /// Local heaps that were used and not dropped.
    pub(crate) fn users(&self) -> usize {
        self.users.load(Ordering::Acquire)
    }

    /// The heap as something to be shared with a helper.
    pub(crate) fn shared(&self) -> Option<Arc<Heap>> {
        self.this.upgrade()
    }

    /// How many threads can run at once.
    pub(crate) fn cores(&self) -> usize {
        *self.cores.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Threads that may work on a collection.
    pub fn workers_most(&self) -> usize {
        self.cores().min(1 + HELPERS_MOST)
    }

    /// How the heap was set up.
    pub fn config(&self) -> &HeapConfig {
        &self.config
    }

    /// The most bytes the heap may use.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Bytes in use: nursery, old generation and large objects.
    pub fn used_bytes(&self) -> usize {
        self.nursery.used_bytes() + self.lasting_bytes()
    }

    /// Bytes that may be allocated in the nursery between two collections.
    pub fn nursery_budget_bytes(&self) -> usize {
        self.nursery.budget()
    }

    /// Bytes in use that only a full collection frees: the old generation, and memory outside.
    fn lasting_bytes(&self) -> usize {
        self.old.used_bytes() + self.account.bytes()
    }

    /// Bytes handed to mutators since the last collection.
    pub fn eden_bytes(&self) -> usize {
        self.nursery.eden_bytes()
    }

    /// What the last full collection left, memory outside the heap included.
    pub(crate) fn live_bytes(&self) -> usize {
        self.live.load(Ordering::Relaxed) + self.account.live_bytes()
    }

    /// Does some allocation, or somebody else, want a collection?
    #[inline]
    pub fn collection_wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire) != WANTED_NOTHING
    }

    /// Why the collection that is wanted is wanted.
    pub fn wanted_reason(&self) -> Reason {
        Reason::from_number(self.wanted_reason.load(Ordering::Relaxed))
    }

    /// Asks for a collection at the next safepoint: of everything, or of the nursery. A request made
    /// while a collection runs counts as met by it.
    pub fn request_collection(&self, full: bool) {
        self.request(full, if full { Reason::Explicit } else { Reason::NurseryFull });
    }

    pub(crate) fn request(&self, full: bool, reason: Reason) {
        let level = if full { WANTED_FULL } else { WANTED_MINOR };
        if self.wanted.load(Ordering::Relaxed) >= level {
            return;
        }
        // AcqRel: of several threads asking at once, exactly one sees "nothing" and wakes.
        let before = self.wanted.fetch_max(level, Ordering::AcqRel);
        if before < level {
            self.wanted_reason.store(reason as u8, Ordering::Relaxed);
        }
        if before == WANTED_NOTHING {
            let wake = self.wake.read().clone();
            if let Some(wake) = wake {
                wake();
            }
        }
    }

    pub(crate) fn request_when_old_is_full(&self) {
        let goal = self.old_goal.load(Ordering::Relaxed);
        if self.old.used_bytes() > goal {
            self.request(true, Reason::OldGoal);
        } else if self.lasting_bytes() > goal {
            self.request(true, Reason::ExternalBytes);
        }
    }

    /// Sets what is called when a collection becomes wanted, by any mutator, with no lock of the
    /// heap held: it must make the mutators come to a safepoint soon.
    pub fn set_wake(&self, wake: Box<dyn Fn() + Send + Sync>) {
        *self.wake.write() = Some(Arc::from(wake));
    }

    /// Does this value point into the nursery?
    pub fn is_young(&self, v: Value) -> bool {
        self.layout.is_young(v.bits())
    }

    /// Number of collections so far. Addresses of young objects are stable while it stays the same.
    #[inline]
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Nanoseconds since the heap was made.
    pub fn age_ns(&self) -> u64 {
        elapsed_ns(self.born)
    }

    /// Holds a value from Rust code.
    pub fn add_root(&self, value: Value) -> Root {
        self.roots.add(value)
    }

    /// Counters and sizes.
    pub fn stats(&self) -> HeapStats {
        let mut stats = self.stats.lock().clone();
        stats.used_bytes = self.used_bytes();
        stats.nursery_bytes = self.nursery.used_bytes();
        stats.old_bytes = self.old.block_bytes();
        stats.large_bytes = self.old.large_bytes();
        stats.external_bytes = self.external_bytes();
        stats.live_bytes = self.live_bytes();
        stats.old_goal_bytes = self.old_goal.load(Ordering::Relaxed);
        stats.limit_bytes = self.limit;
        stats.nursery_budget_bytes = self.nursery.budget();
        stats.roots = self.roots.count();
        stats.natives = self.natives.lock().count();
        stats.codes = self.codes.lock().objects().len();
        stats.weak_containers = self.weak.lock().count();
        stats
    }

    /// Collects, with the world stopped: the nursery, and everything when the reason or the state
    /// of the heap says so. Never fails for lack of room under the limit.
    ///
    /// # Panics
    /// When an invariant is found broken, or the system refuses memory.
    pub fn collect(&self, stopped: &mut Stopped<'_>, reason: Reason) -> CollectionRecord {
        let start_ns = self.age_ns();
        let started = Instant::now();
        let cpu_started = self.watch.is_on(Watched::Collections).then(cpu_time);
        let users = self.every_user_is_stopped(stopped);
        assert!(users.is_ok(), "{users:?}");
        self.verify_if_asked(stopped);
        let full = self.decide(reason);
        let reason = if full && !reason.is_full() { self.full_reason(reason) } else { reason };
        let heap_before_bytes = self.used_bytes();
        let external_before_bytes = self.external_bytes();
        let nursery_before_bytes = self.nursery.used_bytes();
        let eden_bytes = self.nursery.eden_bytes();
        self.note_barriers(stopped);
        let mut dead = Vec::new();
        let halfway = halfway::begin();
        let at_once = full || self.outlook.lock().promotes_at_once();
        let copied = minor::collect(self, stopped, at_once, &mut dead);
        self.note_ages(&copied);
        let observed = Observed {
            eden_bytes,
            survived_bytes: copied.survived_bytes,
            promoted_bytes: copied.promoted_bytes,
            at_once,
            pause: started.elapsed(),
        };
        let mut marked = Marked::default();
        if full {
            marked = major::collect(self, stopped, &mut dead);
            self.set_old_goal();
        }
        self.adapt_nursery(observed, full);
        ahead::send(self, full, observed.promoted_bytes);
        for source in &mut stopped.roots {
            source.after_collection();
        }
        self.wanted.store(WANTED_NOTHING, Ordering::Release);
        halfway.end();
        self.verify_if_asked(stopped);
        let details = self.ring.take();
        let seq = self.epoch.fetch_add(1, Ordering::AcqRel) + 1;
        let helpers_cpu = copied.helpers_cpu + marked.helpers_cpu;
        let cpu = cpu_started.map(|before| cpu_time().saturating_sub(before) + helpers_cpu);
        let record = CollectionRecord {
            seq,
            full,
            reason,
            start_ns,
            pause_ns: elapsed_ns(started),
            stop_ns: 0,
            resume_ns: 0,
            threads: stopped.locals.len(),
            blocked_threads: 0,
            initiator_tid: 0,
            late_tid: 0,
            cpu_ns: cpu.map_or(0, nanoseconds),
            workers: 1 + copied.helpers.max(marked.helpers),
            vm: self.config.vm,
            heap_before_bytes,
            heap_after_bytes: self.used_bytes(),
            nursery_before_bytes,
            eden_bytes,
            survived_bytes: copied.survived_bytes,
            promoted_bytes: copied.promoted_bytes,
            promoted_objects: copied.promoted_objects,
            old_bytes: self.old.block_bytes(),
            old_goal_bytes: self.old_goal.load(Ordering::Relaxed),
            large_bytes: self.old.large_bytes(),
            external_before_bytes,
            external_bytes: self.external_bytes(),
            remembered_slots: copied.remembered_slots,
            fresh_objects: copied.fresh_objects,
            marked_objects: marked.objects,
            gc_permille: 0,
            details,
            settling: (!dead.is_empty()).then(|| Settling::new(&self.account, &self.this)),
            dead,
        };
        self.count(record)
    }

    fn verify_if_asked(&self, stopped: &mut Stopped<'_>) {
        if self.config.verify {
            self.verify(stopped);
        }
    }

    /// Adds a collection to the counters.
    fn count(&self, mut record: CollectionRecord) -> CollectionRecord {
        let mut stats = self.stats.lock();
        stats.add(&record);
        let age = self.age_ns().max(1);
        record.gc_permille = stats.pause_ns_total.saturating_mul(1000) / age;
        record
    }

    /// After a full collection.
    fn set_old_goal(&self) {
        let live = self.old.used_bytes();
        let before = self.live.swap(live, Ordering::Relaxed);
        self.account.end_full_collection();
        let lasting = self.lasting_bytes();
        let goal = policy::old_goal(lasting, self.limit);
        let old_goal = self.old_goal.swap(goal, Ordering::Relaxed);
        let limited = goal < policy::old_goal(lasting, usize::MAX);
        let cause = if limited { Cause::Limit } else { Cause::Survival };
        self.note_resize(Space::Old, old_goal, goal, policy::permille(live, before), cause);
    }

    /// Host values that the last full collection found dead are dropped, and what they counted with
    /// them: the old generation need not grow as far as it seemed.
    pub(crate) fn lower_old_goal(&self) {
        let goal = policy::old_goal(self.live_bytes(), self.limit);
        self.old_goal.fetch_min(goal, Ordering::Relaxed);
    }

    /// Sets the nursery's next budget, and returns memory to the system that it will not need.
    fn adapt_nursery(&self, observed: Observed, full: bool) {
        let before = self.nursery.budget();
        let overshot = observed.eden_bytes > 2 * before;
        let wished = self.outlook.lock().observe(observed, before);
        let budget = policy::possible_budget(self, wished);
        self.nursery.set_budget(budget);
        let survival = observed.survival_permille();
        let cause = match budget.cmp(&wished) {
            std::cmp::Ordering::Less => Cause::Limit,
            std::cmp::Ordering::Greater => Cause::ThreadsChanged,
            std::cmp::Ordering::Equal if observed.is_too_long() && budget < before => {
                Cause::PauseGoal
            }
            std::cmp::Ordering::Equal => Cause::Survival,
        };
        self.note_resize(Space::Nursery, before, budget, survival, cause);
        if full || overshot {
            self.nursery.release(&self.memory, budget / BLOCK_BYTES);
        }
    }

    /// Why a collection that was not asked to be full is.
    fn full_reason(&self, reason: Reason) -> Reason {
        if self.wanted.load(Ordering::Acquire) == WANTED_FULL {
            self.wanted_reason()
        } else if self.lasting_bytes() > self.old_goal.load(Ordering::Relaxed) {
            Reason::OldGoal
        } else if self.config.stress != Stress::default() {
            reason
        } else {
            Reason::HeapLimit
        }
    }

    fn decide(&self, reason: Reason) -> bool {
        let near_limit = self.used_bytes() > self.limit - self.limit / 8
            && self.live_bytes() < self.limit - self.limit / 4;
        let Stress { collect_always, tiny_nursery, .. } = self.config.stress;
        let stress = (collect_always || tiny_nursery) && self.epoch().is_multiple_of(FULL_EVERY);
        reason.is_full()
            || self.wanted.load(Ordering::Acquire) == WANTED_FULL
            || self.lasting_bytes() > self.old_goal.load(Ordering::Relaxed)
            || near_limit
            || stress
    }
}

/// The system's number of the calling thread.
pub fn os_thread() -> u64 {
    u64::from(rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs())
}

pub(crate) fn elapsed_ns(since: Instant) -> u64 {
    nanoseconds(since.elapsed())
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    const fn movable<T: Send>() {}
    shared::<Heap>();
    movable::<LocalHeap>();
};
