//! The side-by-side runner: benchmark programs on Lisle and on other systems, and on Lisle with
//! several threads; and how long its collections take.
//!
//!     cargo run --release -p lisle-benches -- list
//!     cargo run --release -p lisle-benches -- compare --systems lisle,chez,guile,lua
//!     cargo run --release -p lisle-benches -- threads
//!     cargo run --release -p lisle-benches -- pauses
//!     cargo run --release -p lisle-benches -- soak --minutes 60
#![expect(clippy::print_stdout, reason = "lists on standard output are what the runner is for")]

mod compare;
mod measure;
mod pauses;
mod peer_source;
mod soak;
mod systems;
mod threads;

use std::process::ExitCode;

use bench_programs::{lisle_program, programs};
use clap::{Parser, Subcommand};

/// Runs the benchmark programs of Lisle.
#[derive(Parser, Debug)]
#[command(name = "lisle-benches", version)]
struct CommandLine {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Name the programs and the systems.
    List,
    /// Run programs on several systems in turn and print their times and ratios.
    Compare(compare::Options),
    /// Run Lisle with different numbers of threads and print how it scales.
    Threads(threads::Options),
    /// Run programs on Lisle and on MoarVM and print how long their collections stop them.
    Pauses(pauses::Options),
    /// Run all programs in turn for a long time, in random stress modes, and look for faults and growth.
    Soak(soak::Options),
}

fn main() -> ExitCode {
    let result = match &CommandLine::parse().action {
        Action::List => list(),
        Action::Compare(options) => compare::compare(options),
        Action::Threads(options) => threads::measure_threads(options),
        Action::Pauses(options) => pauses::measure_pauses(options),
        Action::Soak(options) => soak::soak(options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("lisle-benches: {message}");
            ExitCode::FAILURE
        }
    }
}

fn list() -> Result<(), String> {
    println!("programs, their default sizes, and what they do");
    for program in programs::all(&lisle_program::benches_folder())? {
        println!("  {:<16} {:>9}  {}", program.name, program.default_size, program.summary);
    }
    println!("\nsystems");
    for system in systems::SYSTEMS {
        println!("  {}", system.name);
    }
    Ok(())
}
