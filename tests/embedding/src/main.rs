//! The long versions of what the tests of the embedding interface do in seconds:
//!
//!     cargo run --release -p lisle-embedding-tests -- threads --seconds 60
//!     cargo run --release -p lisle-embedding-tests -- fuzz --seconds 600 --seed 1
//!     cargo run --release -p lisle-embedding-tests -- hostile

#![forbid(unsafe_code)]

use clap::{Parser, Subcommand};
use lisle_embedding_tests::{fuzz, hostile, throughput};
use std::process::ExitCode;
use std::time::Duration;

/// As in `lisle` itself. The system's allocator gives memory back late when many threads come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Drives the embedding interface of Lisle.
#[derive(Parser, Debug)]
#[command(name = "lisle-embedding")]
struct CommandLine {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Calls of 1, 2 and 8 threads into one machine: how many a second.
    Threads {
        /// How long all of it takes.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Rounds; in each, every number of threads has its turn.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
        rounds: u32,
        /// Attach threads for each call.
        #[arg(long)]
        each_call: bool,
        /// Collect at every allocation, move every frame, verify the heap.
        #[arg(long)]
        stress: bool,
    },
    /// Random sequences of calls of the interface, and random programs under random limits.
    Fuzz {
        /// How long.
        #[arg(long, default_value_t = 600)]
        seconds: u64,
        /// The seed of the first episode; each later one has the next number.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Stop after so many episodes.
        #[arg(long)]
        episodes: Option<u64>,
        /// Steps of an episode.
        #[arg(long, default_value_t = 120)]
        steps: usize,
    },
    /// Scripts that try to keep or break the machine: a table of when each was stopped.
    Hostile,
}

fn main() -> ExitCode {
    let result = match CommandLine::parse().action {
        Action::Threads { seconds, rounds, each_call, stress } => {
            let time = Duration::from_secs(seconds);
            let options = throughput::Options { time, rounds, each_call, is_stressed: stress };
            throughput::report(options).map(|()| true)
        }
        Action::Fuzz { seconds, seed, episodes, steps } => {
            let time = Duration::from_secs(seconds);
            Ok(fuzz::run(fuzz::Options { time, seed, episodes, steps, is_loud: true }).is_ok())
        }
        Action::Hostile => hostile::report(),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("lisle-embedding: {error}");
            ExitCode::FAILURE
        }
    }
}
