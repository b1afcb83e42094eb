//! Lisle as a scripting engine beside mlua, rhai and steel, in one process:
//!
//!     cargo run --release --manifest-path benches/embed-peers/Cargo.toml -- --csv peers.csv
//!
//! It measures what a call from the script to the host and back costs, what a call from the host to the
//! script and back costs (both in processor time of the calling thread), and how many events a rules
//! engine judges in a second on one thread and on several (wall time). The engines take turns within each
//! round, so that what else the machine does meets all of them; the tables show medians over the rounds.
//! Every answer is checked. All use the allocator mimalloc.
#![expect(clippy::print_stdout, reason = "tables on standard output are what this program is for")]

mod engine;
mod lisle;
mod lua;
mod report;
mod rhai;
mod rules;
mod steel;

use clap::Parser;
use engine::{Engine, Task};
use report::Figures;
use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Compares scripting engines for Rust programs.
#[derive(Parser, Debug)]
#[command(name = "lisle-embed-peers")]
struct Options {
    /// Rounds; medians over them are shown.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Calls in each measurement of a call.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(i64).range(1..))]
    calls: i64,
    /// Events that each thread judges.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..))]
    events: u64,
    /// Threads of the second measurement of the rules engine.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(2..=64))]
    threads: u64,
    /// Only these engines.
    #[arg(long, value_delimiter = ',')]
    engines: Vec<String>,
    /// Keep the figure of every round in this file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let lisle = lisle::Lisle::new()?;
    let lua = lua::MLua::new()?;
    let rhai = rhai::Rhai::new()?;
    let steel = steel::Steel::new(options.threads as usize).map_err(|error| error.to_string())?;
    let all: [&dyn Engine; 4] = [&lisle, &lua, &rhai, &steel];
    let wanted = |engine: &&dyn Engine| {
        options.engines.is_empty() || options.engines.iter().any(|name| name == engine.name())
    };
    let engines: Vec<&dyn Engine> = all.into_iter().filter(wanted).collect();
    let mut figures = Figures::new(&engines);
    for _ in 0..options.rounds {
        for engine in &engines {
            measure_calls(*engine, options.calls, &mut figures);
        }
        if engines.iter().any(|engine| engine.name() == "lisle") {
            let calls = options.calls;
            let time = processor_time(|| lisle.call_script_unattached(calls), calls);
            figures.add(
                "lisle",
                "script from Rust, attaching each time",
                time / calls as f64 * 1e9,
            );
        }
        for engine in &engines {
            measure_rules(*engine, &options, &mut figures);
        }
    }
    figures.print(options.threads);
    for engine in &engines {
        println!("{}: threads share {}", engine.name(), engine.sharing());
    }
    match &options.csv {
        Some(path) => Ok(figures.write_csv(path)?),
        None => Ok(()),
    }
}

/// The seconds that `work` takes; its result must be `expected`.
fn timed<T: PartialEq + std::fmt::Debug>(work: impl FnOnce() -> T, expected: T) -> f64 {
    let start = Instant::now();
    let result = work();
    let time = start.elapsed().as_secs_f64();
    assert_eq!(result, expected, "an engine computes something else");
    time
}

/// The seconds of processor time that `work` takes on this thread; its result must be `expected`.
fn processor_time<T: PartialEq + std::fmt::Debug>(work: impl FnOnce() -> T, expected: T) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    };
    let start = now();
    let result = work();
    let time = now() - start;
    assert_eq!(result, expected, "an engine computes something else");
    time
}

fn measure_calls(engine: &dyn Engine, calls: i64, figures: &mut Figures) {
    let run = |task: Task| processor_time(|| engine.script_loop(task, calls), task.expected(calls));
    let empty = run(Task::Nothing);
    for (task, title) in Task::ALL {
        figures.add(engine.name(), title, (run(task) - empty) / calls as f64 * 1e9);
    }
    let time = processor_time(|| engine.call_script(calls), calls);
    figures.add(engine.name(), report::FROM_HOST, time / calls as f64 * 1e9);
}

fn measure_rules(engine: &dyn Engine, options: &Options, figures: &mut Figures) {
    let part = |thread: u64| thread * options.events..(thread + 1) * options.events;
    let one = timed(|| engine.judge(part(0)), rules::expected(part(0)));
    figures.add(engine.name(), report::ONE, options.events as f64 / one);
    let expected = rules::expected(0..options.threads * options.events);
    let judged = || {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..options.threads)
                .map(|thread| scope.spawn(move || engine.judge(part(thread))))
                .collect();
            let sums = workers.into_iter().map(|worker| worker.join().expect("it judges"));
            sums.fold(0, u64::wrapping_add)
        })
    };
    let many = timed(judged, expected);
    let rate = (options.threads * options.events) as f64 / many;
    figures.add(engine.name(), report::MANY, rate);
    figures.add(engine.name(), report::SCALING, rate * one / options.events as f64);
}
