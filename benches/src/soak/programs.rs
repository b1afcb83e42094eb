//! The programs of the soak: those under `tests/scheme`, the benchmarks, and the examples, with what
//! each has to print.

use super::process::{self, Run};
use bench_programs::programs;
use lisle_tests::{Header, programs_under};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Work of a benchmark, as a part of what it does by default.
const SCALE: f64 = 0.01;
/// The same in the slow modes.
const SLOW_SCALE: f64 = 0.0002;
/// What takes longer than this without any flag, and cannot do less, is not run in the slow modes.
const SLOW_MOST: Duration = Duration::from_millis(100);
/// Nor are those that keep so much that it takes minutes to verify it again and again, or do so much at
/// the least that it takes a quarter of an hour to collect at each allocation.
const DOES_MUCH: &[&str] =
    &["churn", "closures", "forest-fire", "gcbench", "mergesort", "rewrite", "window"];
/// What gives the right answer only from some size on.
const SIZES_LEAST: &[(&str, u64)] = &[("spectral-norm", 20)];

/// What a program has to print.
#[derive(Clone, Debug)]
enum Expected {
    /// These lines.
    Lines(Vec<String>),
    /// This line first.
    FirstLine(String),
}

/// A program.
#[derive(Clone, Debug)]
pub struct Soaked {
    /// For reports.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Flags that it needs.
    pub flags: Vec<String>,
    /// Is it left out where there are stress flags?
    pub skips_stress: bool,
    /// Can it run in a resident?
    pub in_resident: bool,
    arguments: Vec<String>,
    /// `None` when it is not run in the slow modes.
    slow_arguments: Option<Vec<String>>,
    expected: Expected,
    /// In the slow modes, with other arguments.
    slow_expected: Expected,
    status: i32,
    error: Option<String>,
}

impl Soaked {
    /// Its arguments with these flags; `None` when it is not run with them.
    pub fn arguments(&self, flags: &[String], slow: bool) -> Option<&[String]> {
        if self.skips_stress && !flags.is_empty() {
            None
        } else if slow {
            self.slow_arguments.as_deref()
        } else {
            Some(&self.arguments)
        }
    }

    /// Did it print what it has to?
    ///
    /// # Errors
    /// With what it printed.
    pub fn judge_output(&self, output: &str) -> Result<(), String> {
        let matches = |expected: &Expected| match expected {
            Expected::Lines(lines) => output.lines().eq(lines.iter()),
            Expected::FirstLine(line) => output.lines().next() == Some(line),
        };
        if matches(&self.expected) || matches(&self.slow_expected) {
            return Ok(());
        }
        Err(format!("it printed {:?}", output.chars().take(400).collect::<String>()))
    }

    /// Did it print what it has to, and end as it has to?
    ///
    /// # Errors
    /// With what it did.
    pub fn judge_process(&self, run: &Run) -> Result<(), String> {
        let told = self.error.as_ref().is_none_or(|part| run.errors.contains(part));
        if run.code != Some(self.status) || !told {
            let errors: String = run.errors.chars().take(2000).collect();
            return Err(format!("status {:?}, and it wrote: {errors}", run.code));
        }
        self.judge_output(&run.output)
    }
}

/// All of them. Each runs once, so that no slow one is run in slow modes, and its expected output
/// is known where only this run can tell it.
///
/// # Errors
/// When a program cannot be read, or does not do what it has to.
pub fn all(lisle: &Path, root: &Path) -> Result<Vec<Soaked>, String> {
    let mut all = tests(root)?;
    all.extend(benchmarks(root)?);
    all.extend(benchmarks_of_threads(root));
    all.extend(examples(lisle, root)?);
    for soaked in &mut all {
        let run = process::run(lisle, &soaked.flags, &soaked.path, &soaked.arguments)?;
        soaked.judge_process(&run).map_err(|fault| format!("{}: {fault}", soaked.name))?;
        if run.wall > SLOW_MOST && soaked.slow_arguments.as_ref() == Some(&soaked.arguments) {
            soaked.slow_arguments = None;
        }
    }
    Ok(all)
}

fn tests(root: &Path) -> Result<Vec<Soaked>, String> {
    let folder = root.join("tests/scheme");
    let paths = programs_under(&folder).map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    for path in paths {
        let header = Header::read(&path)?;
        let name = path.strip_prefix(&folder).unwrap_or(&path).display().to_string();
        if header.included || !header.says_what_happens() {
            continue;
        }
        let divisor: Vec<String> = header.divide.iter().cloned().collect();
        let expected = Expected::Lines(header.expected.clone());
        all.push(Soaked {
            in_resident: header.fits_a_body(&name),
            name,
            path,
            arguments: Vec::new(),
            slow_arguments: Some(divisor),
            skips_stress: header.skip_stress,
            slow_expected: expected.clone(),
            expected,
            status: header.expected_status(),
            error: header.error,
            flags: header.flags,
        });
    }
    Ok(all)
}

fn benchmarks(root: &Path) -> Result<Vec<Soaked>, String> {
    let all = programs::all(&root.join("benches"))?;
    Ok(all.into_iter().map(benchmark).collect())
}

fn benchmark(program: programs::Program) -> Soaked {
    let least = SIZES_LEAST.iter().find(|(name, _)| *name == program.name).map_or(1, |l| l.1);
    let [size, slow_size] =
        [SCALE, SLOW_SCALE].map(|scale| program.scaled_size(scale).max(least).to_string());
    let line = |size: &str| Expected::FirstLine(format!("ok {} {size}", program.name));
    Soaked {
        expected: line(&size),
        slow_expected: line(&slow_size),
        arguments: vec![size],
        slow_arguments: (!DOES_MUCH.contains(&&*program.name)).then_some(vec![slow_size]),
        name: program.name,
        path: program.path,
        in_resident: true,
        flags: Vec::new(),
        skips_stress: false,
        status: 0,
        error: None,
    }
}

/// Of threads, with the number of threads and the size of each.
fn benchmarks_of_threads(root: &Path) -> Vec<Soaked> {
    let programs = [
        ("allocate", "3 1", None),
        ("compute", "3 22", Some("3 12")),
        ("idle", "8 1", None),
        ("messages", "5 2000", Some("5 50")),
        ("trees", "3 2", None),
    ];
    let soaked = |(name, sizes, slow_sizes): (&str, &str, Option<&str>)| {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let line = |sizes: &str| Expected::FirstLine(format!("ok {name} {sizes}"));
        Soaked {
            name: format!("threads/{name}"),
            path: root.join(format!("benches/programs/threads/{name}.scm")),
            flags: Vec::new(),
            skips_stress: false,
            in_resident: true,
            arguments: words(sizes),
            slow_arguments: slow_sizes.map(words),
            expected: line(sizes),
            slow_expected: line(slow_sizes.unwrap_or(sizes)),
            status: 0,
            error: None,
        }
    };
    programs.into_iter().map(soaked).collect()
}

/// The examples, of which `tests/it/examples.rs` says what they print: here it has to be the same
/// in all modes.
fn examples(lisle: &Path, root: &Path) -> Result<Vec<Soaked>, String> {
    let text = root.join("README.md").display().to_string();
    let examples: [(&str, &[&str], bool); 7] = [
        ("bank", &[], true),
        ("count", &["100000"], true),
        ("generators", &[], true),
        ("mandelbrot", &["picture.ppm", "24", "3"], false),
        ("md5", &[&text], true),
        ("pipeline", &["500"], true),
        ("wordcount", &[&text, &text], true),
    ];
    let mut all = Vec::new();
    for (name, arguments, in_resident) in examples {
        let path = root.join(format!("examples/{name}.scm"));
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let run = process::run(lisle, &[], &path, &arguments)?;
        let expected = Expected::Lines(run.output.lines().map(str::to_owned).collect());
        all.push(Soaked {
            name: format!("examples/{name}"),
            path,
            flags: Vec::new(),
            skips_stress: false,
            in_resident,
            slow_arguments: Some(arguments.clone()),
            arguments,
            slow_expected: expected.clone(),
            expected,
            status: 0,
            error: None,
        });
    }
    Ok(all)
}
