//! Runs the Scheme programs under `tests/scheme` and compares what they print with what the comment
//! lines at their top say (the words are listed in `tests/src/lib.rs`).
//!
//! Environment variables: `LISLE_TEST_FLAGS` holds flags for every run (the stress modes, see
//! `support.rs`), `LISLE_TEST_FILTER` a part of the path of the programs to run. Programs under
//! `wishlist` may fail.

use crate::support::{lisle, stress_flags};
use lisle_tests::{Header, programs_under};
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The time a program may take, unless it says otherwise.
const USUAL_SECONDS: u64 = 60;
/// What the stress modes may multiply it by.
const STRESS_FACTOR: u64 = 20;
/// Programs run at once.
const JOBS: usize = 2;

/// What a run of a program came to.
struct Run {
    /// `None` when it took too long.
    status: Option<ExitStatus>,
    output: String,
    errors: String,
}

#[test]
fn programs_print_what_their_headers_say() {
    let lisle = lisle();
    let flags = stress_flags();
    let filter = std::env::var("LISLE_TEST_FILTER").unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scheme");
    let mut programs = programs_under(&root).expect("the folder of the test programs is there");
    programs.retain(|program| program.to_string_lossy().contains(&filter));
    assert!(!programs.is_empty(), "no program under {} matches", root.display());

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(report) = check_program(&lisle, &flags, program) {
                        let name = program.strip_prefix(&root).unwrap_or(program);
                        let report = format!("---- {}\n{report}", name.display());
                        failures.lock().expect("no reporter panics").push((program, report));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no reporter panics");
    failures.sort();
    let (wished, failed): (Vec<_>, Vec<_>) = failures
        .into_iter()
        .partition(|(program, _)| program.components().any(|part| part.as_os_str() == "wishlist"));
    for (_, report) in wished {
        eprintln!("(on the wishlist)\n{report}");
    }
    let reports: String = failed.iter().map(|(_, report)| format!("{report}\n")).collect();
    assert!(failed.is_empty(), "{} of {} failed\n{reports}", failed.len(), programs.len());
}

fn check_program(lisle: &Path, flags: &[String], program: &Path) -> Result<(), String> {
    let header = Header::read(program)?;
    if header.included || header.skip_stress && !flags.is_empty() {
        return Ok(());
    }
    if !header.says_what_happens() {
        return Err("its first lines do not say what it prints (`;; expect: ...`)\n".to_owned());
    }
    let factor = if flags.is_empty() { 1 } else { STRESS_FACTOR };
    let limit = Duration::from_secs(header.seconds.unwrap_or(USUAL_SECONDS) * factor);
    let divisor = header.divide.as_ref().filter(|_| !flags.is_empty());
    let run = run_program(lisle, &[flags, &header.flags].concat(), program, divisor, limit)
        .map_err(|error| format!("it could not be run: {error}\n"))?;
    judge(&header, &run, limit)
}

/// Runs a program in an empty folder of its own.
fn run_program(
    lisle: &Path,
    flags: &[String],
    program: &Path,
    argument: Option<&String>,
    limit: Duration,
) -> std::io::Result<Run> {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("lisle-it-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut child = Command::new(lisle)
        .args(flags)
        .arg(program)
        .args(argument)
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let output = collect(child.stdout.take());
    let errors = collect(child.stderr.take());
    let status = wait(&mut child, limit)?;
    let run = Run {
        status,
        output: output.join().expect("reading does not panic"),
        errors: errors.join().expect("reading does not panic"),
    };
    std::fs::remove_dir_all(&folder)?;
    Ok(run)
}

/// Reads a pipe to its end in a thread of its own, so that the program never waits for us.
fn collect(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could be read before an error still counts.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The exit status, or `None` after killing a program that exceeds its limit.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn judge(header: &Header, run: &Run, limit: Duration) -> Result<(), String> {
    let mut report = String::new();
    match run.status {
        None => report += &format!("it took more than {} s\n", limit.as_secs()),
        Some(status) if status.code() != Some(header.expected_status()) => {
            report += &format!("{status}, not {}\n", header.expected_status());
        }
        Some(_) => {}
    }
    let actual: Vec<&str> = run.output.lines().collect();
    if actual != header.expected {
        report += &difference(&header.expected, &actual);
    }
    if let Some(error) = &header.error
        && !run.errors.contains(error)
    {
        report += &format!("the message lacks {error:?}\n");
    }
    if report.is_empty() {
        return Ok(());
    }
    if !run.errors.is_empty() {
        report += &format!("standard error:\n{}\n", run.errors.trim_end());
    }
    Err(report)
}

/// The lines that differ, those expected with `-`, those printed with `+`; equal ones at the start
/// and at the end are only counted.
fn difference(expected: &[String], actual: &[&str]) -> String {
    let same = |(a, b): &(&String, &&str)| a == *b;
    let head = expected.iter().zip(actual).take_while(same).count();
    let shorter = expected.len().min(actual.len());
    let tail = expected.iter().rev().zip(actual.iter().rev()).take_while(same).count();
    let tail = tail.min(shorter - head);
    let mut text = format!("after {head} lines of output as expected:\n");
    for line in &expected[head..expected.len() - tail] {
        let _ = writeln!(text, "  - {line}");
    }
    for line in &actual[head..actual.len() - tail] {
        let _ = writeln!(text, "  + {line}");
    }
    text
}

#[test]
fn differences_leave_equal_ends_out() {
    let expected = ["a", "b", "c"].map(str::to_owned);
    let text = difference(&expected, &["a", "x", "c"]);
    assert_eq!(text, "after 1 lines of output as expected:\n  - b\n  + x\n");
    assert!(difference(&expected, &["a"]).ends_with("  - b\n  - c\n"));
}
