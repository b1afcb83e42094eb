//! Tables and files of what was measured.
#![expect(clippy::print_stdout, reason = "tables on standard output are what the runner is for")]

use std::fmt::Write as _;
use std::path::Path;

use super::Run;
use crate::measure::{Cost, Outcome};
use crate::systems::Installed;

/// Says what is compared, and where.
pub fn heading(systems: &[Installed], rounds: u32, pinned: bool) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let pinned = if pinned { ", pinned to processor 0" } else { "" };
    println!("{cores} cores, medians of {rounds} rounds{pinned}");
    for installed in systems {
        println!("  {} {}", installed.system.name, installed.version);
    }
    println!();
}

/// Prints the wall times with their ratios to Lisle's, and if asked the other figures.
pub fn tables(systems: &[Installed], runs: &[Run], details: bool) {
    let baseline = systems.iter().position(|installed| installed.system.name == "lisle");
    println!("wall seconds (ratio to lisle)");
    table(systems, runs, baseline, 3, |cost| cost.wall.as_secs_f64());
    if details {
        println!("\nprocessor seconds, user and system (ratio to lisle)");
        table(systems, runs, baseline, 3, |cost| (cost.user + cost.system).as_secs_f64());
        println!("\npeak memory in MiB (ratio to lisle)");
        table(systems, runs, baseline, 1, |cost| cost.peak_kib as f64 / 1024.0);
    }
}

/// Prints what programs said beside their first line.
pub fn notes(systems: &[Installed], runs: &[Run]) {
    for run in runs {
        if let Outcome::Passed { note, .. } = &run.outcome
            && !note.is_empty()
        {
            let system = systems[run.system].system.name;
            println!("round {}, {} on {system}: {note}", run.round, run.program);
        }
    }
}

fn table(
    systems: &[Installed],
    runs: &[Run],
    baseline: Option<usize>,
    decimals: usize,
    figure: impl Fn(&Cost) -> f64,
) {
    let mut header = format!("{:<16} {:>9}", "program", "size");
    for installed in systems {
        // Writing to a string cannot fail, here and below.
        let _ = write!(header, " {:>17}", installed.system.name);
    }
    println!("{header}");
    let mut ratios = vec![Vec::new(); systems.len()];
    for (program, size) in programs_in_order(runs) {
        let medians: Vec<Cell> =
            (0..systems.len()).map(|system| cell(runs, program, system, &figure)).collect();
        let reference = baseline.and_then(|index| medians[index].number());
        let mut row = format!("{program:<16} {size:>9}");
        for (system, cell) in medians.iter().enumerate() {
            let text = match (cell.number(), reference) {
                (Some(number), Some(reference)) if Some(system) != baseline => {
                    let ratio = number / reference;
                    ratios[system].push(ratio);
                    format!("{number:.decimals$} ({ratio:.2})")
                }
                _ => cell.text(decimals),
            };
            let _ = write!(row, " {text:>17}");
        }
        println!("{row}");
    }
    if baseline.is_some() {
        let mut row = format!("{:<16} {:>9}", "geometric mean", "");
        for ratios in &ratios {
            let text = geometric_mean(ratios)
                .map_or_else(String::new, |mean| format!("({mean:.2} of {})", ratios.len()));
            let _ = write!(row, " {text:>17}");
        }
        println!("{row}");
    }
}

/// What a table shows for one program on one system.
enum Cell {
    /// The median of the runs.
    Number(f64),
    /// The runs did not pass; the word says how they ended.
    Bad(&'static str),
    /// There is no such program for the system.
    Absent,
}

impl Cell {
    fn number(&self) -> Option<f64> {
        match self {
            Cell::Number(number) => Some(*number),
            Cell::Bad(_) | Cell::Absent => None,
        }
    }

    fn text(&self, decimals: usize) -> String {
        match self {
            Cell::Number(number) => format!("{number:.decimals$}"),
            Cell::Bad(word) => (*word).to_owned(),
            Cell::Absent => "-".to_owned(),
        }
    }
}

fn cell(runs: &[Run], program: &str, system: usize, figure: impl Fn(&Cost) -> f64) -> Cell {
    let mut numbers = Vec::new();
    for run in runs.iter().filter(|run| run.program == program && run.system == system) {
        match run.outcome.cost() {
            Some(cost) => numbers.push(figure(&cost)),
            None => return Cell::Bad(run.outcome.word()),
        }
    }
    median(&mut numbers).map_or(Cell::Absent, Cell::Number)
}

/// The middle number, or the mean of the two in the middle.
pub fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        count if count % 2 == 1 => Some(numbers[middle]),
        _ => Some(f64::midpoint(numbers[middle - 1], numbers[middle])),
    }
}

fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let count = ratios.len() as f64;
    (!ratios.is_empty()).then(|| (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / count).exp())
}

fn programs_in_order(runs: &[Run]) -> Vec<(&str, u64)> {
    let mut programs: Vec<(&str, u64)> = Vec::new();
    for run in runs {
        if !programs.iter().any(|(name, _)| *name == run.program) {
            programs.push((&run.program, run.size));
        }
    }
    programs
}

/// Writes one line for each run.
pub fn write_csv(path: &Path, systems: &[Installed], runs: &[Run]) -> Result<(), String> {
    let mut text =
        "round,program,size,system,version,outcome,wall_s,user_s,system_s,peak_kib\n".to_owned();
    for run in runs {
        let installed = &systems[run.system];
        let figures = run.outcome.cost().map_or_else(
            || ",,,".to_owned(),
            |cost| {
                format!(
                    "{:.6},{:.6},{:.6},{}",
                    cost.wall.as_secs_f64(),
                    cost.user.as_secs_f64(),
                    cost.system.as_secs_f64(),
                    cost.peak_kib
                )
            },
        );
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{figures}",
            run.round,
            run.program,
            run.size,
            installed.system.name,
            installed.version,
            run.outcome.word()
        );
    }
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_count_is_between_the_middle_two() {
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&mut [9.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn the_geometric_mean_of_a_ratio_and_its_inverse_is_one() {
        let mean = geometric_mean(&[4.0, 0.25]).expect("there are ratios");
        assert!((mean - 1.0).abs() < 1e-12);
    }
}
