//! Runs one process and measures it: wall time, processor time and peak memory.
//!
//! What a system is and which command starts it is decided elsewhere.

use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use wait4::Wait4;

/// What one run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From the start of the process to its end.
    pub wall: Duration,
    /// Processor time in the program itself.
    pub user: Duration,
    /// Processor time in the kernel on its behalf.
    pub system: Duration,
    /// The largest resident set, in KiB.
    pub peak_kib: u64,
}

/// How one run ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It printed the line that was expected of it and exited with status 0.
    Passed {
        /// What it cost.
        cost: Cost,
        /// What else it printed.
        note: String,
    },
    /// It ended otherwise; the text says how.
    Failed(String),
    /// It was killed when its time was up.
    TimedOut,
}

impl Outcome {
    /// The cost of a run that passed.
    pub fn cost(&self) -> Option<Cost> {
        match self {
            Outcome::Passed { cost, .. } => Some(*cost),
            Outcome::Failed(_) | Outcome::TimedOut => None,
        }
    }

    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Passed { .. } => "ok",
            Outcome::Failed(_) => "failed",
            Outcome::TimedOut => "timeout",
        }
    }
}

/// Runs `command` until it ends or `limit` has passed. It passes if the first line of its output
/// is `expected` and its status is 0.
pub fn run(command: &mut Command, expected: &str, limit: Duration) -> Outcome {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Outcome::Failed(format!("cannot start: {error}")),
    };
    let pid = Pid::from_child(&child);
    let output = child.stdout.take().map(read_in_background);
    let errors = child.stderr.take().map(read_in_background);
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let result = child.wait4();
        // The receiver is gone only when the run was given up already.
        let _ = sender.send((result, start.elapsed()));
    });
    let (result, wall) = match ended.recv_timeout(limit) {
        Ok(answer) => answer,
        Err(_) => {
            // Failing to kill means that it has just ended by itself.
            let _ = kill_process(pid, Signal::KILL);
            let _ = ended.recv();
            return Outcome::TimedOut;
        }
    };
    let output = output.map(join_text).unwrap_or_default();
    let errors = errors.map(join_text).unwrap_or_default();
    match result {
        Err(error) => Outcome::Failed(format!("cannot wait: {error}")),
        Ok(ended) => match output.strip_prefix(expected).and_then(|rest| rest.strip_prefix('\n')) {
            Some(note) if ended.status.success() => Outcome::Passed {
                cost: Cost {
                    wall,
                    user: ended.rusage.utime,
                    system: ended.rusage.stime,
                    peak_kib: ended.rusage.maxrss / 1024,
                },
                note: note.trim_end().to_owned(),
            },
            _ => Outcome::Failed(describe(&ended.status.to_string(), &output, &errors)),
        },
    }
}

fn read_in_background(
    mut pipe: impl std::io::Read + Send + 'static,
) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read before an error still helps to say what went wrong.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn join_text(reader: std::thread::JoinHandle<String>) -> String {
    reader.join().unwrap_or_default()
}

/// The status and the last line that the program wrote, errors first.
fn describe(status: &str, output: &str, errors: &str) -> String {
    let last = [errors, output]
        .iter()
        .filter_map(|text| text.lines().rev().find(|line| !line.trim().is_empty()))
        .next()
        .unwrap_or("no output");
    format!("{status}: {last}")
}
