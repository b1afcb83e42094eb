//! A process that lives as long as the soak and runs programs one after the other in one virtual
//! machine: `benches/soak/resident.scm`, which says how it is talked to.

use super::process::{self, LIMIT};
use super::programs::Soaked;
use super::samples::Samples;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What takes longer than this is not run a second time, so that all have their turn.
const REPEATED_MOST: Duration = Duration::from_secs(4);

/// Memory that is freed goes back to the system at once. Otherwise the process's allocator keeps for some
/// time what the compiler and the verifier freed, some 10 MiB, which hides what the machine itself holds.
const PURGE_DELAY: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "0");

/// What it answered: the outcome, and what the program printed.
struct Answer {
    outcome: String,
    output: String,
}

/// One such process.
pub struct Resident {
    /// The flags it runs with.
    pub flags: Vec<String>,
    /// What it takes.
    pub samples: Samples,
    /// Do programs do less in it?
    slow: bool,
    /// Programs that took too long.
    left_out: HashSet<String>,
    child: Child,
    /// `None` after a fault that it did not survive.
    talk: Option<(ChildStdin, Receiver<Answer>)>,
    errors: Option<JoinHandle<String>>,
}

impl Resident {
    /// Starts one.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn start(
        lisle: &Path,
        root: &Path,
        flags: Vec<String>,
        slow: bool,
    ) -> Result<Resident, String> {
        let mut child = Command::new(lisle)
            .env(PURGE_DELAY.0, PURGE_DELAY.1)
            .args(&flags)
            .arg(root.join("benches/soak/resident.scm"))
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", lisle.display()))?;
        let input = child.stdin.take().ok_or("no standard input")?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let errors = Some(process::collect(child.stderr.take()));
        let (sender, answers) = channel();
        std::thread::spawn(move || read_answers(output, &sender));
        let talk = Some((input, answers));
        Ok(Resident {
            flags,
            samples: Samples::default(),
            slow,
            left_out: HashSet::new(),
            child,
            talk,
            errors,
        })
    }

    /// Has it run a program, if it is one for residents.
    ///
    /// # Errors
    /// When the program printed or did something else than it has to, or the resident died.
    pub fn run(&mut self, soaked: &Soaked) -> Result<(), String> {
        let runs = soaked.in_resident && !self.left_out.contains(&soaked.name);
        let arguments = soaked.arguments(&self.flags, self.slow);
        let Some(arguments) = arguments.filter(|_| runs) else { return Ok(()) };
        if self.talk.is_none() {
            return Ok(());
        }
        let mut request = format!("({:?}", soaked.path.display().to_string());
        for argument in arguments {
            request += &format!(" {argument:?}");
        }
        let start = Instant::now();
        let answer = self.ask(&format!("{request})"));
        let Some(answer) = answer else { return Err(self.bury(&soaked.name)) };
        self.samples.take(self.child.id())?;
        if start.elapsed() > REPEATED_MOST {
            self.left_out.insert(soaked.name.clone());
        }
        if answer.outcome != "ended" {
            return Err(self.complaint(&soaked.name, &answer.outcome));
        }
        soaked.judge_output(&answer.output).map_err(|fault| self.complaint(&soaked.name, &fault))
    }

    /// Samples how much is alive in it.
    ///
    /// # Errors
    /// When it does not say.
    pub fn count_alive(&mut self) -> Result<(), String> {
        if self.talk.is_none() {
            return Ok(());
        }
        let Some(answer) = self.ask("alive") else { return Err(self.bury("a full collection")) };
        let alive = answer.output.parse();
        self.samples.take_alive(alive.map_err(|_| self.complaint("alive", &answer.output))?);
        Ok(())
    }

    /// What it answers; `None` when it does not.
    fn ask(&mut self, request: &str) -> Option<Answer> {
        let (input, answers) = self.talk.as_mut()?;
        writeln!(input, "{request}").and_then(|()| input.flush()).ok()?;
        answers.recv_timeout(LIMIT).ok()
    }

    fn complaint(&self, name: &str, fault: &str) -> String {
        format!("resident {}, {name}: {fault}", self.flags.join(" "))
    }

    /// It does not answer: makes sure that it has ended, and tells how.
    fn bury(&mut self, name: &str) -> String {
        self.talk = None;
        // Failing to kill means that it has ended by itself.
        let _ = self.child.kill();
        let status = self.child.wait().map_or_else(|e| e.to_string(), |s| s.to_string());
        let errors = self.errors.take().map(process::join).unwrap_or_default();
        self.complaint(name, &format!("it died, or hung and was killed: {status}\n{errors}"))
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn end(&mut self) -> Result<(), String> {
        if self.talk.take().is_none() {
            return Ok(());
        }
        let status = self.child.wait().map_err(|error| error.to_string())?;
        let errors = self.errors.take().map(process::join).unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        Err(self.complaint("at its end", &format!("{status}\n{errors}")))
    }
}

/// Passes the answers on until there are no more.
fn read_answers(output: ChildStdout, answers: &Sender<Answer>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).is_err() {
            return;
        }
        let Some((bytes, outcome)) = line.trim_end().split_once(' ') else { return };
        let Ok(length) = bytes.parse() else { return };
        let mut text = vec![0; length];
        if output.read_exact(&mut text).is_err() {
            return;
        }
        let output = String::from_utf8_lossy(&text).into_owned();
        if answers.send(Answer { outcome: outcome.to_owned(), output }).is_err() {
            return;
        }
    }
}
