//! The subcommand `soak`: all programs of the repository in turn, for as long as is asked, with
//! random stress modes and schedules.
//!
//! Every program runs as a process of its own, and those that can also run over and over inside a
//! few *residents*: processes with one virtual machine each that live as long as the soak. What a
//! program prints is compared with what it has to print, every heap is verified after every program
//! that ran in a resident, and in some modes around every collection. Of the residents, the resident
//! memory and the number of threads are sampled after every program, from the second turn on: the
//! least of the last quarter of the time may not be more than that of the second. What is alive in
//! each is counted after every turn.
#![expect(clippy::print_stdout, reason = "a report on standard output is what the soak is for")]

mod process;
mod programs;
mod random;
mod resident;
mod samples;

use bench_programs::lisle_program;
use clap::Args;
use programs::Soaked;
use random::Random;
use resident::Resident;
use samples::Samples;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What `soak` takes on the command line.
#[derive(Args, Debug)]
pub struct Options {
    /// How long to go on
    #[arg(long, default_value_t = 60.0)]
    minutes: f64,
    /// What all that is random comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The `lisle` to run, built with the feature `probe`; without this it is built
    #[arg(long, value_name = "FILE")]
    lisle: Option<PathBuf>,
    /// Where the folders `tests`, `benches` and `examples` are
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
}

/// A way to run programs.
struct Regime {
    flags: &'static [&'static str],
    /// With `--stress-schedule` and a random seed?
    schedule: bool,
    /// So slow that programs do less?
    slow: bool,
}

const fn regime(flags: &'static [&'static str], schedule: bool, slow: bool) -> Regime {
    Regime { flags, schedule, slow }
}

/// Those of the residents.
const RESIDENT_REGIMES: [Regime; 5] = [
    regime(&[], false, false),
    regime(&["--stress-region"], false, false),
    regime(&[], true, true),
    regime(&["--stress-nursery", "--verify-heap"], false, true),
    regime(&["--stress-frames"], false, true),
];

/// Those of processes that run one program.
const CHILD_REGIMES: [Regime; 9] = [
    regime(&[], false, false),
    regime(&["--stress-region"], false, false),
    regime(&[], true, true),
    regime(&["--stress-region", "--verify-heap"], true, true),
    regime(&["--stress-nursery", "--verify-heap"], true, true),
    regime(&["--stress-nursery", "--stress-region"], true, true),
    regime(&["--stress-frames"], true, true),
    regime(&["--stress-gc"], false, true),
    regime(&["--stress-gc", "--stress-frames"], false, true),
];

impl Regime {
    fn flags(&self, random: &mut Random) -> Vec<String> {
        let mut flags: Vec<String> = self.flags.iter().map(ToString::to_string).collect();
        if self.schedule {
            flags.extend(["--stress-schedule".to_owned(), random.below(1_000_000).to_string()]);
        }
        flags
    }
}

/// What went wrong so far, each told when it happens.
struct Faults {
    count: u32,
    start: Instant,
}

impl Faults {
    fn tell(&mut self, what: &str) {
        self.count += 1;
        println!("FAULT after {} s: {what}", self.start.elapsed().as_secs());
    }
}

/// Runs the soak and prints its summary.
///
/// # Errors
/// When anything went wrong in it.
pub fn soak(options: &Options) -> Result<(), String> {
    let lisle = match &options.lisle {
        Some(file) => file.clone(),
        None => lisle_program::build_lisle_with_probe()?,
    };
    let root = options.root.clone().unwrap_or_else(|| lisle_program::benches_folder().join(".."));
    let root = root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
    let soaked = programs::all(&lisle, &root)?;
    let start = Instant::now();
    let mut faults = Faults { count: 0, start };
    let mut random = Random::new(options.seed);
    let mut residents = Vec::new();
    for regime in &RESIDENT_REGIMES {
        residents.push(Resident::start(&lisle, &root, regime.flags(&mut random), regime.slow)?);
    }
    println!("{} programs, {} residents, seed {}", soaked.len(), residents.len(), options.seed);

    let deadline = start + Duration::from_secs_f64(60.0 * options.minutes);
    let mut children = 0;
    let mut turns = 0;
    while Instant::now() < deadline {
        let mut order: Vec<&Soaked> = soaked.iter().collect();
        random.shuffle(&mut order);
        for soaked in order {
            if Instant::now() >= deadline {
                break;
            }
            for resident in &mut residents {
                if let Err(fault) = resident.run(soaked) {
                    faults.tell(&fault);
                }
            }
            let regime = random.one_of(&CHILD_REGIMES);
            children += u32::from(run_child(&lisle, soaked, regime, &mut random, &mut faults));
        }
        turns += 1;
        if turns == 1 {
            // Growth counts when every program is there.
            residents.iter_mut().for_each(|resident| resident.samples = Samples::default());
        }
        for resident in &mut residents {
            if let Err(fault) = resident.count_alive() {
                faults.tell(&fault);
            }
        }
        let minutes = start.elapsed().as_secs() / 60;
        println!(
            "after {minutes} min: {turns} turns, {children} processes, {} faults",
            faults.count
        );
    }
    report(&mut residents, children, &mut faults);
    if faults.count == 0 { Ok(()) } else { Err(format!("{} faults", faults.count)) }
}

/// Runs a program as a process, unless it cannot be run in this way.
fn run_child(
    lisle: &Path,
    soaked: &Soaked,
    regime: &Regime,
    random: &mut Random,
    faults: &mut Faults,
) -> bool {
    let flags = regime.flags(random);
    let Some(arguments) = soaked.arguments(&flags, regime.slow) else { return false };
    let flags = [flags, soaked.flags.clone()].concat();
    let run = process::run(lisle, &flags, &soaked.path, arguments);
    if let Err(fault) = run.and_then(|run| soaked.judge_process(&run)) {
        faults.tell(&format!("{} {}: {fault}", flags.join(" "), soaked.name));
    }
    true
}

fn report(residents: &mut [Resident], children: u32, faults: &mut Faults) {
    println!("\n{children} processes, each with one program; and the residents:\n");
    println!(
        "{:<52} {:>8} {:>39} {:>7} {:>15} {:>7}",
        "flags",
        "programs",
        "least MiB resident in each quarter",
        "most",
        "least KiB alive",
        "threads"
    );
    for resident in residents {
        let samples = &resident.samples;
        println!(
            "{:<52} {:>8} {:>39} {:>7} {:>15} {:>7}",
            resident.flags.join(" "),
            samples.count(),
            samples.quarters().map(|kib| format!("{:.1}", kib as f64 / 1024.0)).join("  "),
            samples.most() / 1024,
            samples.alive_kib().map(|kib| kib.to_string()).join("  "),
            samples.last_threads(),
        );
        if let Err(fault) = samples.are_flat() {
            faults.tell(&format!("resident {}: {fault}", resident.flags.join(" ")));
        }
        if let Err(fault) = resident.end() {
            faults.tell(&fault);
        }
    }
    println!("\n{} faults in {} s", faults.count, faults.start.elapsed().as_secs());
}
