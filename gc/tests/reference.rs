//! Random object graphs on a heap and on a plain Rust model of it: objects of every sort, weak
//! references, ephemerons and guardians, changed at random by several threads, each with a part of
//! the graph of its own and all with one part under a lock. After every collection the heap is what
//! the model is: what is reachable is there with equal content and sharing, weak references to what
//! is not are broken, and guardians gave back what died. `reference/part.rs` has the model.
//!
//! Some seconds in every run of the tests; `LISLE_MODEL_RUNS=500` makes so many runs of each sort,
//! `LISLE_MODEL_SEED` begins with another seed. A failure prints its seed.
//!
//! It can fail. When the barrier recorded no slot, when young containers of weak references were
//! listed as old, and when what died was not given to its guardian, each for a try, these tests found
//! it in the first runs.

#[path = "reference/part.rs"]
mod part;

use lisle_gc::{Heap, HeapConfig, LocalHeap, Reason, RootSource, Stopped, Stress};
use part::{Collected, Part, Random};
use std::sync::{Arc, Condvar, Mutex};

/// Runs of each sort, when nothing else is asked for.
const RUNS: u64 = 4;
/// Collections in a run.
const ROUNDS: usize = 24;
/// Changes between two collections, by each thread.
const STEPS: usize = 150;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Says which run it was that failed.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the failing run has the seed {}", self.0);
        }
    }
}

/// A barrier that no longer holds anybody when a thread has panicked.
#[derive(Default)]
struct Meeting {
    state: Mutex<Met>,
    changed: Condvar,
}

#[derive(Default)]
struct Met {
    here: usize,
    times: usize,
    is_off: bool,
}

impl Meeting {
    /// Waits for so many threads. Is this the last one?
    fn wait(&self, threads: usize) -> bool {
        let mut met = self.state.lock().expect("no panic with it");
        met.here += 1;
        let times = met.times;
        if met.here == threads {
            (met.here, met.times) = (0, times + 1);
            self.changed.notify_all();
            return true;
        }
        while met.times == times && !met.is_off {
            met = self.changed.wait(met).expect("no panic with it");
        }
        let is_off = met.is_off;
        drop(met);
        assert!(!is_off, "another thread failed");
        false
    }
}

/// Calls a meeting off when its thread panics.
struct Attending<'a>(&'a Meeting);

impl Drop for Attending<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state.lock().expect("no panic with it").is_off = true;
            self.0.changed.notify_all();
        }
    }
}

/// A mutator and its part of the graph.
struct Mutator {
    local: LocalHeap,
    part: Part,
    random: Random,
}

struct World {
    heap: Arc<Heap>,
    mutators: Vec<Mutex<Mutator>>,
    shared: Mutex<Part>,
    meeting: Meeting,
}

impl World {
    fn new(threads: usize, stress: Stress, seed: u64) -> World {
        let config = HeapConfig {
            nursery_bytes: 128 * 1024,
            reserve_bytes: 256 << 20,
            stress,
            verify: true,
            ..HeapConfig::default()
        };
        let heap = Heap::new(config).expect("address space");
        let mutator = |number: u64| Mutator {
            local: heap.local(),
            part: Part::new(),
            random: Random(seed.wrapping_mul(1000) + number),
        };
        World {
            mutators: (0..threads as u64).map(|number| Mutex::new(mutator(number))).collect(),
            heap,
            shared: Mutex::new(Part::new()),
            meeting: Meeting::default(),
        }
    }

    /// What one thread does.
    fn run(&self, number: usize, big: bool) {
        let _attending = Attending(&self.meeting);
        let threads = self.mutators.len();
        for round in 0..ROUNDS {
            let mut guard = self.mutators[number].lock().expect("no panic");
            let Mutator { local, part, random } = &mut *guard;
            for step in 0..STEPS {
                part.change(&self.heap, local, random);
                if step % 4 == 0 {
                    self.shared.lock().expect("no panic").change(&self.heap, local, random);
                }
            }
            if big && round % 8 == number {
                part.grow_tree(local, random);
            }
            drop(guard);
            if self.meeting.wait(threads) {
                self.collect(round);
            }
            self.meeting.wait(threads);
        }
    }

    /// A collection by one of the threads, while the others wait.
    fn collect(&self, round: usize) {
        let mut mutators: Vec<_> =
            self.mutators.iter().map(|mutator| mutator.lock().expect("no panic")).collect();
        let mut shared = self.shared.lock().expect("no panic");
        let kinds: &[Collected] = match round % 6 {
            5 => &[Collected::Full, Collected::FullAgain],
            2 => &[Collected::Minor, Collected::Minor],
            _ => &[Collected::Minor],
        };
        for &kind in kinds {
            let mut locals = Vec::new();
            let mut roots: Vec<&mut dyn RootSource> = vec![&mut shared.stack];
            for mutator in &mut mutators {
                let Mutator { local, part, .. } = &mut **mutator;
                locals.push(local);
                roots.push(&mut part.stack);
            }
            let reason =
                if kind == Collected::Minor { Reason::NurseryFull } else { Reason::Explicit };
            self.heap.collect(&mut Stopped { locals, roots }, reason).emit();
            shared.compare(kind);
            mutators.iter_mut().for_each(|mutator| mutator.part.compare(kind));
        }
    }
}

fn check(threads: usize, stress: Stress, big: bool) {
    let first = number("LISLE_MODEL_SEED", 1);
    for seed in first..first + number("LISLE_MODEL_RUNS", RUNS) {
        let _told = Told(seed);
        let world = World::new(threads, stress, seed);
        std::thread::scope(|scope| {
            for number in 1..threads {
                let world = &world;
                scope.spawn(move || world.run(number, big));
            }
            world.run(0, big);
        });
    }
}

const POISON: Stress = Stress { collect_always: false, poison: true, tiny_nursery: false };

#[test]
fn the_heap_is_the_model_with_one_mutator() {
    check(1, POISON, false);
}

#[test]
fn the_heap_is_the_model_with_several_mutators() {
    check(3, POISON, false);
}

/// Without poison, the old generation is swept late, by a helper; and with so much to copy and mark,
/// helpers take part.
#[test]
fn the_heap_is_the_model_with_helpers_and_late_sweeping() {
    check(2, Stress::default(), true);
}
