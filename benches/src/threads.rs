//! The subcommand `threads`: how Lisle scales with threads, and what idle ones cost.
//!
//! Each figure compares two runs of one program that differ in their numbers of threads only, and
//! the runs of a figure take turns. The ratio beside a figure is what an ideal machine would give.
#![expect(clippy::print_stdout, reason = "tables on standard output are what the runner is for")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bench_programs::lisle_program;
use clap::Args;

use crate::measure::{self, Outcome};

/// What `threads` takes on the command line.
#[derive(Args, Debug)]
pub struct Options {
    /// Rounds; medians over them are shown.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Kill a run after so many seconds.
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    timeout: u64,
}

/// One program run with one and with another number of threads.
struct Figure {
    title: &'static str,
    program: &'static str,
    /// Number of threads, and size: the work of each thread.
    before: (u32, u32),
    after: (u32, u32),
    ideal: Ideal,
}

/// What the time after, divided by the time before, would be on an ideal machine.
enum Ideal {
    /// Each thread does the same work, on as many cores as there are.
    WorkOverCores,
    /// The further threads do nothing.
    Same,
    /// The work is the same and passes through one thread after the other.
    None,
}

const FIGURES: &[Figure] = &[
    Figure {
        title: "compute, 1 and 2 threads",
        program: "compute",
        before: (1, 38),
        after: (2, 38),
        ideal: Ideal::WorkOverCores,
    },
    Figure {
        title: "compute, 1 and 8 threads",
        program: "compute",
        before: (1, 35),
        after: (8, 35),
        ideal: Ideal::WorkOverCores,
    },
    Figure {
        title: "trees, 1 and 2 threads",
        program: "trees",
        before: (1, 150),
        after: (2, 150),
        ideal: Ideal::WorkOverCores,
    },
    Figure {
        title: "trees, 1 and 8 threads",
        program: "trees",
        before: (1, 60),
        after: (8, 60),
        ideal: Ideal::WorkOverCores,
    },
    Figure {
        title: "allocate, 1 and 8 threads",
        program: "allocate",
        before: (1, 60),
        after: (8, 60),
        ideal: Ideal::WorkOverCores,
    },
    Figure {
        title: "idle, 0 and 64 idle threads",
        program: "idle",
        before: (0, 300),
        after: (64, 300),
        ideal: Ideal::Same,
    },
    Figure {
        title: "messages, ring of 10 and 1000",
        program: "messages",
        before: (10, 100_000),
        after: (1000, 100_000),
        ideal: Ideal::None,
    },
];

/// Runs all figures and prints a table.
pub fn measure_threads(options: &Options) -> Result<(), String> {
    let lisle = lisle_program::build_lisle()?;
    let folder = lisle_program::benches_folder().join("programs").join("threads");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("{cores} cores, medians of {} rounds; wall seconds", options.runs);
    println!("{:<30} {:>8} {:>8} {:>7} {:>7}", "", "before", "after", "ratio", "ideal");
    let limit = Duration::from_secs(options.timeout);
    let mut all_passed = true;
    for figure in FIGURES {
        match measure_figure(figure, &lisle, &folder, options.runs, limit) {
            Ok((before, after)) => {
                let ideal = match figure.ideal {
                    Ideal::WorkOverCores => {
                        let threads = f64::from(figure.after.0);
                        format!("{:.2}", (threads / cores as f64).max(1.0))
                    }
                    Ideal::Same => "1.00".to_owned(),
                    Ideal::None => "-".to_owned(),
                };
                let ratio = after / before;
                println!("{:<30} {before:>8.3} {after:>8.3} {ratio:>7.2} {ideal:>7}", figure.title);
            }
            Err(reason) => {
                all_passed = false;
                println!("{:<30} {reason}", figure.title);
            }
        }
    }
    if all_passed { Ok(()) } else { Err("some programs failed".to_owned()) }
}

/// The median wall seconds before and after.
fn measure_figure(
    figure: &Figure,
    lisle: &Path,
    folder: &Path,
    rounds: u32,
    limit: Duration,
) -> Result<(f64, f64), String> {
    let mut walls = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (walls, (threads, size)) in walls.iter_mut().zip([figure.before, figure.after]) {
            let mut command = Command::new(lisle);
            command
                .arg(folder.join(figure.program).with_extension("scm"))
                .args([threads.to_string(), size.to_string()]);
            let expected = format!("ok {} {threads} {size}", figure.program);
            match measure::run(&mut command, &expected, limit) {
                Outcome::Passed { cost, .. } => walls.push(cost.wall.as_secs_f64()),
                Outcome::Failed(reason) => return Err(reason),
                Outcome::TimedOut => return Err("timeout".to_owned()),
            }
        }
    }
    let [mut before, mut after] = walls;
    crate::compare::median(&mut before)
        .zip(crate::compare::median(&mut after))
        .ok_or_else(|| "no runs".to_owned())
}
