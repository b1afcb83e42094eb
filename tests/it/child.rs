//! Runs of `lisle` that are watched: with a time limit, with input, with their peak of memory.

use crate::support::{command, is_stressed, root};
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What came of a run.
pub struct Run {
    /// The exit status; `None` when the program took too long and was killed.
    pub status: Option<ExitStatus>,
    pub output: String,
    pub errors: String,
    /// The most memory it had resident, in bytes.
    pub peak: usize,
}

/// Time that no program of these tests takes unless it hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs `lisle` with these arguments and this standard input.
pub fn run<S: AsRef<OsStr>>(arguments: &[S], input: &[u8]) -> Run {
    let mut command = command();
    command.args(arguments).current_dir(root());
    watch(&mut command, input)
}

/// Runs a program given as a text, from a file.
pub fn run_text(flags: &[&str], text: &str) -> Run {
    run_bytes(flags, text.as_bytes())
}

/// Runs a program given as a text in which `(size N)` is N, or N divided by this in the stress modes.
pub fn run_sized(flags: &[&str], divisor: usize, text: &str) -> Run {
    let divisor = if is_stressed() { divisor } else { 1 };
    run_text(flags, &format!("(define (size n) (quotient n {divisor})) {text}"))
}

/// Runs a program given as bytes, from a file.
pub fn run_bytes(flags: &[&str], bytes: &[u8]) -> Run {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("lisle-child-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written to");
    std::fs::write(folder.join("program.scm"), bytes).expect("the folder can be written to");
    let mut command = command();
    command.args(flags).arg("program.scm").current_dir(&folder);
    let run = watch(&mut command, b"");
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    run
}

fn watch(command: &mut Command, input: &[u8]) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("lisle can be started");
    let output = collect(child.stdout.take());
    let errors = collect(child.stderr.take());
    let mut pipe = child.stdin.take().expect("the input is a pipe");
    let input = input.to_vec();
    // A program need not read its input.
    let feeder = std::thread::spawn(move || drop(pipe.write_all(&input)));
    let (status, peak) = wait(&mut child, LIMIT);
    feeder.join().expect("feeding does not panic");
    Run {
        status,
        output: output.join().expect("reading does not panic"),
        errors: errors.join().expect("reading does not panic"),
        peak,
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could be read before an error still counts.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits for the end of a program, looking at its memory now and then.
pub fn wait(child: &mut Child, limit: Duration) -> (Option<ExitStatus>, usize) {
    let start = Instant::now();
    let mut peak = 0;
    loop {
        peak = peak.max(peak_of(child.id()));
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return (Some(status), peak);
        }
        if start.elapsed() > limit {
            child.kill().expect("a child can be killed");
            child.wait().expect("a child can be waited for");
            return (None, peak);
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// The peak of a process's resident memory so far; 0 where the system does not tell.
fn peak_of(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|text| text.trim().strip_suffix(" kB"));
    kilobytes.and_then(|text| text.parse::<usize>().ok()).unwrap_or(0) << 10
}

impl Run {
    /// The exit status as a number.
    pub fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// Everything about the run, for failures.
    pub fn report(&self) -> String {
        let head = |text: &str| text.chars().take(2000).collect::<String>();
        format!(
            "status {:?}\nstandard output:\n{}\nstandard error:\n{}",
            self.status,
            head(&self.output),
            head(&self.errors)
        )
    }

    /// The program ended well and printed this.
    #[track_caller]
    pub fn printed(&self, text: &str) {
        assert_eq!(self.code(), Some(0), "{}", self.report());
        assert_eq!(self.output.trim_end(), text, "{}", self.report());
    }

    /// The program failed as programs do: status 1, one clear message with these parts, no panic.
    #[track_caller]
    pub fn failed_with(&self, parts: &[&str]) {
        assert_eq!(self.code(), Some(1), "{}", self.report());
        assert!(!self.errors.contains("panicked at"), "{}", self.report());
        for part in parts {
            assert!(self.errors.contains(part), "no {part:?} in the message: {}", self.report());
        }
    }
}
