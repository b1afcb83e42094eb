//! The subcommand `pauses`: how long the world is stopped, case by case, beside what was asked.
//!
//! Lisle tells every collection through `tracing`; this reads the lines that `LISLE_LOG` asks for.
//! MoarVM, where it is installed, tells them to `raku/pauses.raku`. Both measure in the process that
//! collects, so the time to start it and to make what is kept does not count, but what else runs on
//! the machine does: run it on a quiet one.
#![expect(clippy::print_stdout, reason = "tables on standard output are what the runner is for")]

use std::path::Path;
use std::process::{Command, Stdio};

use bench_programs::{lisle_program, programs};
use clap::Args;

use crate::compare::median;
use crate::systems::{CHEZ_COLLECTIONS, SYSTEMS};

/// What `pauses` takes on the command line.
#[derive(Args, Debug)]
pub struct Options {
    /// Rounds; the pauses of all of them are counted together.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Show only the cases whose names contain this.
    #[arg(long, default_value = "")]
    only: String,
}

/// A program with its two arguments.
struct Case {
    title: &'static str,
    program: &'static str,
    arguments: (u64, u64),
    /// What is asked of it, for people to compare with.
    asked: &'static str,
}

const CASES: &[Case] = &[
    Case {
        title: "1,000 objects kept",
        program: "kept",
        arguments: (1000, 100),
        asked: "minor: median 0.3 ms, 99 % 1 ms",
    },
    Case {
        title: "500,000 objects kept",
        program: "kept",
        arguments: (500_000, 100),
        asked: "minor: 99 % 4 ms",
    },
    Case {
        title: "500,000 objects, replaced in turn",
        program: "replaced",
        arguments: (500_000, 20),
        asked: "major: 40 ms",
    },
    Case {
        title: "1,000 closures over shared variables",
        program: "closures",
        arguments: (1000, 100),
        asked: "",
    },
    Case {
        title: "1,000,000 closures over shared variables",
        program: "closures",
        arguments: (1_000_000, 100),
        asked: "minor: as with 1,000",
    },
    Case { title: "1,000 frames", program: "deep", arguments: (1000, 100), asked: "" },
    Case {
        title: "10,000,000 frames",
        program: "deep",
        arguments: (10_000_000, 100),
        asked: "minor: as with 1,000",
    },
    Case {
        title: "two threads, both allocate",
        program: "threads",
        arguments: (2, 100),
        asked: "stop: median 20 us, 99 % 200 us",
    },
    Case {
        title: "two threads, one allocates",
        program: "beside",
        arguments: (1, 100),
        asked: "stop: median 20 us, 99 % 200 us",
    },
];

const MOAR_CASES: &[Case] = &[
    Case { title: "1,000 objects kept", program: "raku", arguments: (1000, 1000), asked: "" },
    Case { title: "500,000 objects kept", program: "raku", arguments: (500_000, 1000), asked: "" },
];

/// Programs whose time in collections is compared, and their sizes.
const PROGRAMS: &[(&str, u64)] = &[("binary-trees", 16), ("gcbench", 18), ("rewrite", 20)];

/// What a program prints on standard error when it has made what it keeps.
const FROM_HERE: &str = "measure from here";

/// Times in nanoseconds.
#[derive(Default)]
struct Pauses {
    stops: Vec<u64>,
    minor: Vec<u64>,
    major: Vec<u64>,
    /// In all collections.
    total: u64,
}

/// Runs all cases and prints a table.
pub fn measure_pauses(options: &Options) -> Result<(), String> {
    let lisle = lisle_program::build_lisle()?;
    let benches = lisle_program::benches_folder();
    let programs = benches.join("programs").join("pauses");
    println!("milliseconds: median, 99th percentile, longest (how many)");
    for case in CASES.iter().filter(|case| case.title.contains(&options.only)) {
        let file = programs.join(case.program).with_extension("scm");
        println!("{}", case.title);
        print(&collect(options.runs, case, &lisle, &file)?);
        if !case.asked.is_empty() {
            println!("    asked  {}", case.asked);
        }
    }
    beside_moar(options, &benches)?;
    beside_chez(options)
}

/// The pauses of MoarVM.
fn beside_moar(options: &Options, benches: &Path) -> Result<(), String> {
    let raku = Command::new("raku").arg("--version").stdout(Stdio::null()).status();
    if !raku.is_ok_and(|status| status.success()) {
        println!("MoarVM is not installed");
        return Ok(());
    }
    let file = benches.join("raku").join("pauses.raku");
    for case in MOAR_CASES.iter().filter(|case| case.title.contains(&options.only)) {
        println!("MoarVM, {}", case.title);
        print(&collect(1, case, Path::new("raku"), &file)?);
    }
    Ok(())
}

/// The time in all collections of some programs, here and in Chez.
fn beside_chez(options: &Options) -> Result<(), String> {
    let (Some(lisle), Some(chez)) = (SYSTEMS[0].find()?, CHEZ_COLLECTIONS.find()?) else {
        println!("Chez is not installed");
        return Ok(());
    };
    println!("milliseconds in all collections: Lisle, Chez {}, ratio", chez.version);
    for program in programs::all(&lisle_program::benches_folder())? {
        let size = PROGRAMS.iter().find(|(name, _)| *name == program.name);
        let Some(&(name, size)) = size.filter(|(name, _)| name.contains(&options.only)) else {
            continue;
        };
        let (mut own, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..options.runs {
            for (system, times) in [(&lisle, &mut own), (&chez, &mut theirs)] {
                let command = system.command(&program, size, false)?;
                let mut pauses = Pauses::default();
                run(command.ok_or("the program is there")?)?
                    .lines()
                    .for_each(|line| pauses.take(line));
                times.push(milliseconds(pauses.total));
            }
        }
        if let Some((own, theirs)) = median(&mut own).zip(median(&mut theirs)) {
            println!("    {name:<16} {size:>4} {own:>9.1} {theirs:>9.1} {:>6.2}", own / theirs);
        }
    }
    Ok(())
}

/// Runs a program; the lines of both of its outputs.
fn run(mut command: Command) -> Result<String, String> {
    command.env("LISLE_LOG", "lisle::gc=info").stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || !printed.lines().any(|line| line.starts_with("ok ")) {
        return Err(format!("{command:?} failed: {printed}{told}"));
    }
    Ok(format!("{told}{printed}"))
}

fn print(pauses: &Pauses) {
    for (name, times) in
        [("stop", &pauses.stops), ("minor", &pauses.minor), ("major", &pauses.major)]
    {
        if times.last().is_some_and(|&longest| longest > 0) {
            println!(
                "    {name:<6} {:>9.4} {:>9.4} {:>9.4} ({})",
                milliseconds(permille(times, 500)),
                milliseconds(permille(times, 990)),
                milliseconds(permille(times, 1000)),
                times.len(),
            );
        }
    }
}

/// Runs a case some times; all its pauses, sorted.
fn collect(runs: u32, case: &Case, program: &Path, file: &Path) -> Result<Pauses, String> {
    let mut all = Pauses::default();
    let (first, second) = case.arguments;
    for _ in 0..runs {
        let mut pauses = Pauses::default();
        let mut command = Command::new(program);
        command.arg(file).args([first.to_string(), second.to_string()]);
        for line in run(command)?.lines() {
            pauses.take(line);
        }
        all.stops.append(&mut pauses.stops);
        all.minor.append(&mut pauses.minor);
        all.major.append(&mut pauses.major);
    }
    for times in [&mut all.stops, &mut all.minor, &mut all.major] {
        times.sort_unstable();
    }
    Ok(all)
}

impl Pauses {
    /// Takes note of a line that tells of a collection, and of no other.
    fn take(&mut self, line: &str) {
        if line == FROM_HERE {
            *self = Pauses::default();
        }
        self.total += number(line, "collections_ns").unwrap_or_default();
        let (Some(stop), Some(pause)) = (number(line, "stop_ns"), number(line, "pause_ns")) else {
            return;
        };
        self.stops.push(stop);
        self.total += stop + pause;
        if line.contains("kind=\"major\"") {
            self.major.push(pause);
        } else {
            self.minor.push(pause);
        }
    }
}

/// The number behind ` NAME=` in a line.
fn number(line: &str, name: &str) -> Option<u64> {
    let (_, rest) = line.split_once(&format!(" {name}="))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The time that this share of sorted times, in thousandths, does not exceed.
fn permille(sorted: &[u64], permille: usize) -> u64 {
    let rank = (sorted.len() * permille).div_ceil(1000).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::{Pauses, permille};

    #[test]
    fn lines_of_collections_are_understood_and_others_left() {
        let mut pauses = Pauses::default();
        pauses.take("INFO lisle::gc: gc kind=\"major\" start_ns=7 stop_ns=2 pause_ns=30 workers=1");
        pauses.take("kind=\"minor\" stop_ns=0 pause_ns=5");
        pauses.take("WARN late stop_ns=9");
        assert_eq!((pauses.stops, pauses.minor, pauses.major), (vec![2, 0], vec![5], vec![30]));
    }

    #[test]
    fn percentiles_are_members() {
        let times: Vec<u64> = (1..=200).collect();
        assert_eq!([500, 990, 1000].map(|share| permille(&times, share)), [100, 198, 200]);
        assert_eq!(permille(&[], 500), 0);
    }
}
