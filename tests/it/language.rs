//! Runs the Scheme programs under `tests/scheme` and compares what they print with what the comment
//! lines at their top say:
//!
//! - `;; expect: TEXT`: a line of standard output; all of them, in order;
//! - `;; expect-file: NAME`: the same from a file beside the program;
//! - `;; error: TEXT`: the program fails with status 1 and a message that contains the text;
//! - `;; status: N`: the exit status;
//! - `;; flags: FLAG ...`: flags for `lisle`, before the file's name;
//! - `;; seconds: N`: the time it may take, when the usual is too short;
//! - `;; skip-stress: REASON`: not run when `LISLE_TEST_FLAGS` is set;
//! - `;; divide: N`: in the stress modes the program is given this number, by which it divides how
//!   much it does (`tests/scheme/size.scm`), since it would take hours;
//! - `;; included: TEXT`: no program, but part of others.
//!
//! Environment variables: `LISLE_TEST_FLAGS` holds flags for every run (the stress modes, see
//! `support.rs`), `LISLE_TEST_FILTER` a part of the path of the programs to run. Programs under
//! `wishlist` may fail.

use crate::support::{lisle, stress_flags};
use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};
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

/// What the top of a program says of it.
#[derive(Default)]
struct Header {
    expected: Vec<String>,
    expected_file: Option<String>,
    error: Option<String>,
    status: Option<i32>,
    flags: Vec<String>,
    seconds: Option<u64>,
    skip_stress: bool,
    divide: Option<String>,
    included: bool,
}

impl Header {
    fn parse(text: &str) -> Header {
        let mut header = Header::default();
        for line in text.lines().take_while(|line| line.starts_with(';') || line.is_empty()) {
            let Some((key, value)) =
                line.strip_prefix(";; ").and_then(|comment| comment.split_once(':'))
            else {
                continue;
            };
            let value = value.strip_prefix(' ').unwrap_or(value);
            match key {
                "expect" => header.expected.push(value.to_owned()),
                "expect-file" => header.expected_file = Some(value.to_owned()),
                "error" => header.error = Some(value.to_owned()),
                "status" => header.status = value.parse().ok(),
                "flags" => header.flags = words(value),
                "seconds" => header.seconds = value.parse().ok(),
                "skip-stress" => header.skip_stress = true,
                "divide" => header.divide = Some(value.to_owned()),
                "included" => header.included = true,
                _ => {}
            }
        }
        header
    }
    fn says_what_happens(&self) -> bool {
        !self.expected.is_empty() || self.error.is_some() || self.status.is_some()
    }
    fn expected_status(&self) -> i32 {
        self.status.unwrap_or(i32::from(self.error.is_some()))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

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
    let mut programs = Vec::new();
    find_programs(&root, &mut programs);
    programs.retain(|program| program.to_string_lossy().contains(&filter));
    programs.sort();
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

fn find_programs(folder: &Path, programs: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("the folder of the test programs is there");
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            find_programs(&path, programs);
        } else if path.extension().is_some_and(|extension| extension == "scm") {
            programs.push(path);
        }
    }
}

fn check_program(lisle: &Path, flags: &[String], program: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(program).map_err(|error| error.to_string())?;
    let mut header = Header::parse(&text);
    if let Some(name) = &header.expected_file {
        let expected = std::fs::read_to_string(program.with_file_name(name));
        let expected = expected.map_err(|error| format!("{name}: {error}\n"))?;
        header.expected = expected.lines().map(str::to_owned).collect();
    }
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
fn headers_are_read_up_to_the_first_form() {
    let header = Header::parse(
        ";; About\n;; expect: a\n;; expect:  b\n;; flags: -x y\n(display 1)\n;; expect: c\n",
    );
    assert_eq!(header.expected, ["a", " b"]);
    assert_eq!(header.flags, ["-x", "y"]);
    assert_eq!(header.expected_status(), 0);
    assert_eq!(Header::parse(";; error: oops\n").expected_status(), 1);
}

#[test]
fn differences_leave_equal_ends_out() {
    let expected = ["a", "b", "c"].map(str::to_owned);
    let text = difference(&expected, &["a", "x", "c"]);
    assert_eq!(text, "after 1 lines of output as expected:\n  - b\n  + x\n");
    assert!(difference(&expected, &["a"]).ends_with("  - b\n  - c\n"));
}
