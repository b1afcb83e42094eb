//! Runs a program as a process of its own, in an empty folder.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Time that no program takes unless it hangs.
pub const LIMIT: Duration = Duration::from_secs(900);

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    /// The exit status; none after a signal.
    pub code: Option<i32>,
    /// What it printed.
    pub output: String,
    /// What it wrote to standard error.
    pub errors: String,
    /// How long it took.
    pub wall: Duration,
}

/// Runs `lisle` with these flags on a program with these arguments.
///
/// # Errors
/// When that cannot be done, or takes too long.
pub fn run(
    lisle: &Path,
    flags: &[String],
    program: &Path,
    arguments: &[String],
) -> Result<Run, String> {
    let folder = std::env::temp_dir().join(format!("lisle-soak-{}", std::process::id()));
    let told = |error: std::io::Error| error.to_string();
    std::fs::create_dir_all(&folder).map_err(told)?;
    let start = Instant::now();
    let mut child = Command::new(lisle)
        .args(flags)
        .arg(program)
        .args(arguments)
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(told)?;
    let output = collect(child.stdout.take());
    let errors = collect(child.stderr.take());
    let code = wait(&mut child)?;
    let run = Run { code, output: join(output), errors: join(errors), wall: start.elapsed() };
    std::fs::remove_dir_all(&folder).map_err(told)?;
    Ok(run)
}

/// Waits for the end of a process, and kills it when it takes too long.
fn wait(child: &mut Child) -> Result<Option<i32>, String> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status.code());
        }
        if start.elapsed() > LIMIT {
            // Failing to kill means that it has just ended by itself.
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("it took more than {} s", LIMIT.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// Reads a pipe to its end in a thread of its own.
pub fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could be read before an error still helps to say what went wrong.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// What such a thread read.
pub fn join(reader: JoinHandle<String>) -> String {
    reader.join().unwrap_or_default()
}
