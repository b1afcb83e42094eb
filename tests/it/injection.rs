//! Requests for memory that fail, one in each run of a program: the program handles the condition,
//! or ends with a message that names it; what it printed before is what it prints anyway; and the
//! heap is verified around every collection.
//!
//! A few hundred failures in every run of the tests. `LISLE_INJECTIONS=10000` makes so many, and
//! `LISLE_INJECTION_SEED` others:
//!
//!     LISLE_INJECTIONS=10000 cargo test --release -p lisle-tests --test it -- injection --nocapture

use crate::child::{Run, run};
use crate::support::{is_stressed, root};
use lisle_tests::Header;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Failures in every run of the tests.
const USUAL: usize = 240;
/// Runs at once.
const JOBS: usize = 2;
/// No program that is used here makes more requests.
const REQUESTS_MOST: usize = 1 << 26;

/// The programs, all of tests/scheme: quick ones of all sorts. In the second list those that catch
/// every condition as part of what they try, and so may print that they caught this one.
const PROGRAMS: &[&str] = &[
    "continuations/classics.scm",
    "continuations/generators.scm",
    "portable/adventure.scm",
    "portable/markdown.scm",
    "portable/spreadsheet.scm",
    "portable/symbolic.scm",
    "portable/unify.scm",
    "r7rs/er-macro.scm",
    "r7rs/eval.scm",
    "r7rs/libraries.scm",
    "r7rs/parameters.scm",
    "r7rs/quasiquote.scm",
    "r7rs/syntax-rules.scm",
    "srfi/1.scm",
    "srfi/41.scm",
    "srfi/69.scm",
    "srfi/132.scm",
    "srfi/158.scm",
];
const CATCHING: &[&str] = &[
    "r7rs/bytevectors.scm",
    "r7rs/exceptions.scm",
    "r7rs/records.scm",
    "r7rs/string-ports.scm",
    "r7rs/strings.scm",
    "r7rs/vectors.scm",
    "srfi/35.scm",
    "threads/channels.scm",
    "threads/srfi-18.scm",
    "weak/references.scm",
];

/// What a failure came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// The program printed everything as ever: it handled the condition, or made no such request.
    Unharmed,
    /// It ended with the message.
    Told,
    /// It printed something else, as those may that catch everything.
    Caught,
}

struct Program {
    name: &'static str,
    path: String,
    expected: Vec<String>,
    catches: bool,
}

impl Program {
    fn read(name: &'static str, catches: bool) -> Program {
        let path = root().join("tests/scheme").join(name);
        let header = Header::read(&path).expect("the program can be read");
        Program { name, path: path.display().to_string(), expected: header.expected, catches }
    }

    /// Runs it with the `n`-th request failing.
    fn run(&self, n: usize) -> Result<Outcome, String> {
        let run = run(&["--verify-heap", "--fail-allocation", &n.to_string(), &self.path], b"");
        self.judge(&run).map_err(|fault| format!("{} at {n}: {fault}: {}", self.name, run.report()))
    }

    fn judge(&self, run: &Run) -> Result<Outcome, &'static str> {
        if run.errors.contains("panicked at") {
            return Err("a panic");
        }
        let printed: Vec<&str> = run.output.lines().collect();
        match run.code() {
            Some(0) if printed == self.expected => Ok(Outcome::Unharmed),
            Some(0) if self.catches => Ok(Outcome::Caught),
            Some(1) if !run.errors.contains("heap limit reached") => Err("another error"),
            Some(1) if self.catches || self.has_begun_with(&run.output) => Ok(Outcome::Told),
            Some(0 | 1) => Err("other output"),
            _ => Err("another end"),
        }
    }

    /// Is this a part, from the beginning on, of what the program has to print?
    fn has_begun_with(&self, output: &str) -> bool {
        let all: String = self.expected.iter().map(|line| format!("{line}\n")).collect();
        all.starts_with(output)
    }

    /// A number of requests that the program makes, and at most about half of them.
    fn requests(&self) -> Result<usize, String> {
        let mut n = 64;
        while n < REQUESTS_MOST && self.run(2 * n)? != Outcome::Unharmed {
            n *= 2;
        }
        Ok(n)
    }
}

/// Random numbers: SplitMix64.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) >> 1).expect("63 bits")
}

fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn whatever_request_fails_nothing_is_lost_but_what_asked() {
    if is_stressed() {
        return;
    }
    let programs: Vec<Program> = PROGRAMS
        .iter()
        .map(|name| Program::read(name, false))
        .chain(CATCHING.iter().map(|name| Program::read(name, true)))
        .collect();
    let each = number("LISLE_INJECTIONS", USUAL).div_ceil(programs.len());
    let seed = number("LISLE_INJECTION_SEED", 1) as u64;
    let faults = Mutex::new(Vec::new());
    let (turn, counts) = (AtomicUsize::new(0), [const { AtomicUsize::new(0) }; 3]);
    let work = || {
        while let Some(program) = programs.get(turn.fetch_add(1, Ordering::Relaxed)) {
            let mut outcomes = Vec::new();
            match program.requests() {
                Ok(requests) => {
                    let mut state = seed;
                    // The first ones all, then any: early ones are of the start, and few.
                    let first = 1..=each / 4;
                    let any = (each / 4..each).map(|_| 1 + next(&mut state) % requests);
                    outcomes.extend(first.chain(any).map(|n| program.run(n)));
                }
                Err(fault) => outcomes.push(Err(fault)),
            }
            for outcome in outcomes {
                match outcome {
                    Ok(outcome) => {
                        counts[outcome as usize].fetch_add(1, Ordering::Relaxed);
                    }
                    Err(fault) => faults.lock().expect("no reporter panics").push(fault),
                }
            }
        }
    };
    std::thread::scope(|scope| (0..JOBS).for_each(|_| drop(scope.spawn(work))));
    let [unharmed, told, caught] = counts.map(AtomicUsize::into_inner);
    let faults = faults.into_inner().expect("no reporter panics");
    println!(
        "{} failures in {} programs: {told} ended with the message, {caught} caught it, {unharmed} \
         went on unharmed, {} faults",
        unharmed + told + caught + faults.len(),
        programs.len(),
        faults.len()
    );
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    assert!(told > unharmed, "too few failures were noticed");
}
