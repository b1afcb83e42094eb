//! Threads of the host that call one procedure of one machine, which allocates, reads global variables
//! and calls the host: how many calls a second 1, 2 and 8 of them make.
#![expect(clippy::print_stdout, reason = "a table on standard output is what this is for")]

use crate::process;
use lisle::{Error, Procedure, Root, Vm};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What is called: makes a list of a hundred elements from two global variables and a procedure of
/// the host.
const SCRIPT: &str = "
(define factor 3)
(define (scaled n) (host-add (* factor n) 1))
(define (work n)
  (let loop ((i 0) (list '()))
    (if (= i 100)
        (apply + list)
        (loop (+ i 1) (cons (if (= 0 (remainder i 10)) (scaled n) factor) list)))))";

/// What `(work n)` returns.
fn expected(n: i64) -> i64 {
    10 * (3 * n + 1) + 90 * 3
}

/// How it is done.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long all of it takes.
    pub time: Duration,
    /// Rounds; in each, every number of threads has its turn.
    pub rounds: u32,
    /// Attach threads for each call, instead of once.
    pub each_call: bool,
    /// Collect at every allocation.
    pub is_stressed: bool,
}

/// Calls made, and the time and processor time they took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    /// How many threads called.
    pub threads: usize,
    /// Calls of all threads together.
    pub calls: u64,
    wall: f64,
    processor: f64,
}

impl Measured {
    /// Calls a second.
    pub fn rate(self) -> f64 {
        self.calls as f64 / self.wall
    }
    /// Calls in a second of processor time.
    pub fn per_processor_second(self) -> f64 {
        self.calls as f64 / self.processor
    }
}

/// Measures 1, 2 and 8 threads.
///
/// # Errors
/// When a call fails.
///
/// # Panics
/// When a call returns something wrong.
pub fn measure(options: Options) -> Result<[Measured; 3], Error> {
    let vm = Vm::builder()
        .stress_collections(options.is_stressed)
        .stress_frames(options.is_stressed)
        .verify_heap(options.is_stressed)
        .build()?;
    vm.define("host-add", |a: i64, b: i64| a + b)?;
    vm.eval::<()>(SCRIPT)?;
    let work: Root<Procedure> = vm.get("work")?;
    let mut all = [1, 2, 8].map(|threads| Measured { threads, ..Measured::default() });
    let slice = options.time / options.rounds / 3;
    for _ in 0..options.rounds {
        for measured in &mut all {
            let (start, before) = (Instant::now(), process::processor_seconds());
            measured.calls += call_for(slice, measured.threads, options.each_call, &vm, &work)?;
            measured.wall += start.elapsed().as_secs_f64();
            measured.processor += process::processor_seconds() - before;
        }
    }
    Ok(all)
}

/// Lets so many threads call for this time; how many calls they made.
fn call_for(
    time: Duration,
    threads: usize,
    each_call: bool,
    vm: &Vm,
    work: &Root<Procedure>,
) -> Result<u64, Error> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let caller = |thread: usize| {
            let over = &over;
            move || -> Result<u64, Error> {
                let _attached = if each_call { None } else { Some(vm.attach()?) };
                let mut calls = 0_u64;
                while !over.load(Ordering::Relaxed) {
                    let n = (thread * 1000) as i64 + (calls % 1000) as i64;
                    assert_eq!(work.call::<i64>((n,))?, expected(n), "of thread {thread}");
                    calls += 1;
                }
                Ok(calls)
            }
        };
        let callers: Vec<_> = (0..threads).map(|thread| scope.spawn(caller(thread))).collect();
        thread::sleep(time);
        over.store(true, Ordering::Relaxed);
        callers.into_iter().map(|caller| caller.join().expect("answers are right")).sum()
    })
}

/// Measures and prints a table.
///
/// # Errors
/// When a call fails.
pub fn report(options: Options) -> Result<(), Error> {
    let all = measure(options)?;
    let [one, ..] = all;
    println!("threads  calls/second  times one  calls/processor second  times one");
    for measured in all {
        println!(
            "{:>7}  {:>12.0}  {:>9.2}  {:>22.0}  {:>9.2}",
            measured.threads,
            measured.rate(),
            measured.rate() / one.rate(),
            measured.per_processor_second(),
            measured.per_processor_second() / one.per_processor_second(),
        );
    }
    Ok(())
}
