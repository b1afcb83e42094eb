//! Random sequences of calls of the interface, by several threads, with random programs under random
//! limits.
//!
//! An *episode* has a seed, up to three machines and up to three threads, and takes so many steps; then
//! everything is dropped. What must never happen: a panic other than those made on purpose, an error of
//! a kind that the call cannot have, a machine that verifies its heap finding it broken (a panic too),
//! an episode that does not end, memory that grows from episode to episode. The seed of a failing
//! episode repeats its choices, though not how its threads are interleaved.
#![expect(clippy::print_stdout, reason = "progress on standard output is what this is for")]

pub mod machine;
pub mod program;
pub mod worker;

use crate::process;
use machine::PANIC;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use worker::{Shared, Worker};

/// How long and how.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// When to stop.
    pub time: Duration,
    /// The first seed.
    pub seed: u64,
    /// Stop after so many episodes.
    pub episodes: Option<u64>,
    /// Steps of each.
    pub steps: usize,
    /// Print progress and failures?
    pub is_loud: bool,
}

/// An episode may take this long before it counts as hanging.
const LONGEST_EPISODE: Duration = Duration::from_secs(120);
/// The least memory of the last quarter of the episodes may be a quarter more than that of the
/// second, and this many bytes. (Between, it swings with the machines of an episode.)
const GROWTH: u64 = 8 << 20;
/// With fewer episodes nothing is said about memory.
const EPISODES_LEAST: usize = 100;

/// Panics that were not made on purpose, with their places.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|info| {
            let text = info.to_string();
            if !text.contains(PANIC) {
                let trace = std::backtrace::Backtrace::force_capture();
                eprintln!("{text}\n{trace}");
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(text);
            }
        }));
    });
}

/// Runs episodes; how many.
///
/// # Errors
/// What went wrong, with the seed.
pub fn run(options: Options) -> Result<u64, String> {
    watch_panics();
    let start = Instant::now();
    let (mut episodes, mut told) = (0, 0);
    let mut resident = Vec::new();
    while start.elapsed() < options.time && options.episodes.is_none_or(|most| episodes < most) {
        let seed = options.seed + episodes;
        if let Err(message) = episode(seed, options.steps) {
            let message = format!("seed {seed}: {message}");
            if options.is_loud {
                println!("{message}");
            }
            return Err(message);
        }
        episodes += 1;
        resident.push(process::resident_bytes());
        let seconds = start.elapsed().as_secs();
        if options.is_loud && seconds / 10 > told {
            told = seconds / 10;
            let now = process::resident_bytes() >> 20;
            println!("{seconds:>5} s {episodes:>6} episodes {now:>6} MiB resident");
        }
    }
    let least = quarters(&resident);
    if options.is_loud {
        println!("{episodes} episodes of {} steps: nothing wrong", options.steps);
        println!(
            "least MiB resident in each quarter of them: {:?}",
            least.map(|bytes| bytes >> 20)
        );
    }
    let [_, second, _, last] = least;
    if resident.len() >= EPISODES_LEAST && last > second + second / 4 + GROWTH {
        return Err(format!("memory grows: {} to {} MiB", second >> 20, last >> 20));
    }
    Ok(episodes)
}

/// The least of each quarter.
fn quarters(samples: &[u64]) -> [u64; 4] {
    let at = |quarter: usize| samples.len() * quarter / 4;
    [0, 1, 2, 3]
        .map(|quarter| samples[at(quarter)..at(quarter + 1)].iter().copied().min().unwrap_or(0))
}

fn episode(seed: u64, steps: usize) -> Result<(), String> {
    let shared = Shared::default();
    let done = AtomicU64::new(0);
    let threads = 1 + seed % 3;
    let result = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let (shared, done) = (&shared, &done);
                scope.spawn(move || {
                    let ended = work(seed * 8 + thread, steps, shared);
                    done.fetch_add(1, Ordering::Relaxed);
                    ended
                })
            })
            .collect();
        let start = Instant::now();
        while done.load(Ordering::Relaxed) < threads {
            if start.elapsed() > LONGEST_EPISODE {
                // Its threads cannot be stopped; the seed is what matters.
                eprintln!("seed {seed}: the episode hangs");
                std::process::abort();
            }
            thread::sleep(Duration::from_millis(2));
        }
        workers.into_iter().try_for_each(|worker| worker.join().expect("panics are caught"))
    });
    drop(shared);
    let panics = std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner));
    match panics.first() {
        Some(panic) => Err(panic.clone()),
        None => result,
    }
}

/// One thread's steps.
fn work(seed: u64, steps: usize, shared: &Shared) -> Result<(), String> {
    let mut worker = Worker::new(seed, shared);
    for step in 0..steps {
        match catch_unwind(AssertUnwindSafe(|| worker.step())) {
            Ok(Ok(())) => {}
            Ok(Err(message)) => return Err(format!("step {step}: {message}")),
            Err(_) => return Err(format!("step {step}: panic")),
        }
    }
    Ok(())
}
