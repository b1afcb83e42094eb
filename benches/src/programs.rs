//! The benchmark programs: which there are, their sizes, and how their work grows with the size.
//!
//! A program's default size is read from its source, so it is written in one place only.

use std::fs;
use std::path::{Path, PathBuf};

/// How the work of a program grows with its size.
#[derive(Clone, Copy, Debug)]
pub enum Growth {
    /// With this power of the size.
    Power(f64),
    /// By this factor for each one more.
    Exponential(f64),
}

/// Programs whose work is not proportional to their size.
const GROWTHS: &[(&str, Growth)] = &[
    ("ackermann", Growth::Exponential(4.0)),
    ("bignums", Growth::Power(2.0)),
    ("binary-trees", Growth::Exponential(2.2)),
    ("fannkuch", Growth::Exponential(10.0)),
    ("fib", Growth::Exponential(1.618)),
    ("fibc", Growth::Exponential(1.618)),
    ("gcbench", Growth::Exponential(2.2)),
    ("generator", Growth::Exponential(2.0)),
    ("man-or-boy", Growth::Exponential(2.2)),
    ("matmul", Growth::Power(3.0)),
    ("spectral-norm", Growth::Power(2.0)),
];

/// One benchmark program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its name, which is also the name of its files.
    pub name: String,
    /// The Scheme source.
    pub path: PathBuf,
    /// The size it has when none is given.
    pub default_size: u64,
    /// What it does, in a line.
    pub summary: String,
    source: String,
}

impl Program {
    /// Whether the program imports this library, written as in its source: "(srfi 69)".
    pub fn imports(&self, library: &str) -> bool {
        let before_definitions = self.source.split("\n(define").next().unwrap_or_default();
        before_definitions.contains(library)
    }

    /// The size at which the program does `scale` times its default work.
    pub fn scaled_size(&self, scale: f64) -> u64 {
        let size = self.default_size as f64;
        let growth = GROWTHS.iter().find(|(name, _)| *name == self.name);
        let scaled = match growth.map_or(Growth::Power(1.0), |(_, growth)| *growth) {
            Growth::Power(power) => size * scale.powf(1.0 / power),
            Growth::Exponential(factor) => size + scale.ln() / factor.ln(),
        };
        (scaled.round() as u64).max(1)
    }
}

/// All programs of the folder `programs`, by name.
pub fn all(benches: &Path) -> Result<Vec<Program>, String> {
    let folder = benches.join("programs");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut programs = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.extension().is_some_and(|extension| extension == "scm") {
            programs.push(read(path)?);
        }
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(programs)
}

fn read(path: PathBuf) -> Result<Program, String> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let source =
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let default_size = default_size(&source, &name)
        .ok_or_else(|| format!("{} does not call run-benchmark with a size", path.display()))?;
    let summary = source
        .lines()
        .next()
        .and_then(|line| line.split_once(" -- "))
        .map_or_else(String::new, |(_, summary)| summary.to_owned());
    Ok(Program { name, path, default_size, summary, source })
}

/// The number behind `(run-benchmark "NAME"`.
fn default_size(source: &str, name: &str) -> Option<u64> {
    let call = format!("(run-benchmark \"{name}\" ");
    let (_, rest) = source.split_once(&call)?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str, default_size: u64) -> Program {
        Program {
            name: name.to_owned(),
            path: PathBuf::new(),
            default_size,
            summary: String::new(),
            source: String::new(),
        }
    }

    #[test]
    fn the_default_size_is_read_from_the_source() {
        assert_eq!(default_size("(run-benchmark \"fib\" 36\n  (lambda", "fib"), Some(36));
        assert_eq!(default_size("(run-benchmark \"tak\" 36\n", "fib"), None);
    }

    #[test]
    fn scaling_knows_how_the_work_grows() {
        assert_eq!(program("tak", 100).scaled_size(0.5), 50);
        assert_eq!(program("generator", 18).scaled_size(0.25), 16);
        assert_eq!(program("matmul", 200).scaled_size(0.125), 100);
        assert_eq!(program("rewrite", 2).scaled_size(0.01), 1);
    }

    #[test]
    fn every_program_of_the_folder_has_a_size_and_a_summary() {
        let programs =
            all(&PathBuf::from(env!("CARGO_MANIFEST_DIR"))).expect("the programs can be read");
        assert!(programs.len() >= 20);
        for program in programs {
            assert!(!program.summary.is_empty(), "{}", program.name);
        }
    }
}
