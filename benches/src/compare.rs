//! The subcommand `compare`: every program on every system, the systems taking turns within each
//! round, so that a noisy minute hits all of them alike.

mod report;

pub use report::median;

use std::path::PathBuf;
use std::time::Duration;

use bench_programs::lisle_program;
use bench_programs::programs::{self, Program};
use clap::Args;

use crate::measure::{self, Outcome};
use crate::systems::{Installed, SYSTEMS};

/// What `compare` takes on the command line.
#[derive(Args, Debug)]
pub struct Options {
    /// Programs to run, by name, with commas between them (all).
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    programs: Vec<String>,
    /// Systems to run them on, with commas between them (all that are installed).
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    systems: Vec<String>,
    /// Rounds; the tables show medians over them.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Write the raw figures of every run to this file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Do this many times the default work of each program.
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    size_scale: f64,
    /// Run everything on processor 0 (with taskset).
    #[arg(long)]
    pin: bool,
    /// Kill a run after so many seconds.
    #[arg(long, default_value_t = 60.0, value_name = "SECONDS")]
    timeout: f64,
    /// Also show processor time and peak memory.
    #[arg(long)]
    details: bool,
}

/// One run of one program on one system.
pub struct Run {
    /// Counted from 1.
    pub round: u32,
    /// The program's name.
    pub program: String,
    /// The size it was given.
    pub size: u64,
    /// The system's place in the list of those installed.
    pub system: usize,
    /// How it ended and what it cost.
    pub outcome: Outcome,
}

/// Runs what the options ask for and prints tables.
pub fn compare(options: &Options) -> Result<(), String> {
    let programs = chosen_programs(&options.programs)?;
    let systems = chosen_systems(&options.systems)?;
    report::heading(&systems, options.runs, options.pin);
    let limit = Duration::try_from_secs_f64(options.timeout)
        .map_err(|error| format!("--timeout: {error}"))?;
    let mut runs = Vec::new();
    for round in 1..=options.runs {
        for program in &programs {
            let size = program.scaled_size(options.size_scale);
            for (index, system) in systems.iter().enumerate() {
                // A system that failed or ran out of time once would do so again.
                if failed_before(&runs, program, index) {
                    continue;
                }
                let Some(mut command) = system.command(program, size, options.pin)? else {
                    continue;
                };
                let expected = format!("ok {} {size}", program.name);
                if round == 1 {
                    system.prepare(program)?;
                }
                let outcome = measure::run(&mut command, &expected, limit);
                if let Outcome::Failed(reason) = &outcome {
                    eprintln!("{} on {}: {reason}", program.name, system.system.name);
                }
                runs.push(Run {
                    round,
                    program: program.name.clone(),
                    size,
                    system: index,
                    outcome,
                });
            }
            eprintln!("round {round} of {}: {}", options.runs, program.name);
        }
    }
    report::tables(&systems, &runs, options.details);
    report::notes(&systems, &runs);
    if let Some(path) = &options.csv {
        report::write_csv(path, &systems, &runs)?;
    }
    let baseline_failed = runs
        .iter()
        .any(|run| systems[run.system].system.name == "lisle" && run.outcome.cost().is_none());
    if baseline_failed { Err("lisle failed on some programs".to_owned()) } else { Ok(()) }
}

fn failed_before(runs: &[Run], program: &Program, system: usize) -> bool {
    runs.iter().any(|run| {
        run.system == system && run.program == program.name && run.outcome.cost().is_none()
    })
}

fn chosen_programs(names: &[String]) -> Result<Vec<Program>, String> {
    let all = programs::all(&lisle_program::benches_folder())?;
    if names.is_empty() {
        return Ok(all);
    }
    names
        .iter()
        .map(|name| {
            all.iter()
                .find(|program| program.name == *name)
                .cloned()
                .ok_or_else(|| format!("there is no program {name}; see the subcommand list"))
        })
        .collect()
}

/// The systems asked for, which must be there, or all that are installed.
fn chosen_systems(names: &[String]) -> Result<Vec<Installed>, String> {
    let mut installed = Vec::new();
    if names.is_empty() {
        for system in SYSTEMS {
            installed.extend(system.find()?);
        }
        return Ok(installed);
    }
    for name in names {
        let system = SYSTEMS
            .iter()
            .find(|system| system.name == *name)
            .ok_or_else(|| format!("no system is called {name}; see the subcommand list"))?;
        installed.push(system.find()?.ok_or_else(|| format!("{name} is not installed"))?);
    }
    Ok(installed)
}
