//! The same expressions in Lisle and in other systems: each has to give the same answers.
//!
//! The expressions are made at random, by subject (`generate.rs`), from a fixed seed. A difference
//! fails unless `explained` knows it; docs/differences.md says more of those. Systems that are not
//! installed are skipped, with a message; those that know R6RS alone get the subjects that it has.
//!
//! Environment variables: `LISLE_DIFFERENTIAL` is how many expressions to make (180 without it),
//! `LISLE_DIFFERENTIAL_SEED` a number to make others from.

mod generate;

use crate::support::{lisle, root};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const USUAL_COUNT: usize = 180;
const USUAL_SEED: u64 = 7;
/// What comes before the expressions: imports, and procedures that show a value alike everywhere.
const IMPORTS: &str = "(import (scheme base) (scheme case-lambda) (scheme char) (scheme complex) \
    (scheme cxr) (scheme inexact) (scheme lazy) (scheme read) (scheme write))\n";
const PRELUDE: &str = include_str!("differential/prelude.scm");
/// In place of the imports where R7RS is not known: what both R6RS and R7RS have under other names.
const R6RS: &str = include_str!("differential/r6rs.scm");
/// What both have alike.
const COMMON: &[&str] = &[
    "arithmetic",
    "integers",
    "number text",
    "characters",
    "quasiquote",
    "syntax-rules",
    "control",
];

/// A system to compare with.
struct System {
    name: &'static str,
    program: &'static str,
    /// The arguments before and after the name of the file.
    before: &'static [&'static str],
    after: &'static [&'static str],
    /// Does it know R7RS? Otherwise only the subjects that R6RS has too are compared.
    r7rs: bool,
}

const SYSTEMS: &[System] = &[
    System {
        name: "Guile",
        program: "guile",
        before: &["--no-auto-compile", "--r7rs"],
        after: &[],
        r7rs: true,
    },
    System {
        name: "MIT Scheme",
        program: "mit-scheme",
        before: &["--quiet", "--load"],
        after: &["--eval", "(exit 0)"],
        r7rs: true,
    },
    System {
        name: "Chez Scheme",
        program: "scheme",
        before: &["--script"],
        after: &[],
        r7rs: false,
    },
];

/// Two answers to one expression.
struct Difference<'a> {
    subject: &'a str,
    expression: &'a str,
    ours: &'a str,
    theirs: &'a str,
}

/// A known reason to differ; docs/differences.md says more of each.
struct Explanation {
    system: &'static str,
    reason: &'static str,
    holds: fn(&Difference<'_>) -> bool,
}

const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        system: "Guile",
        reason: "it has no exact complex numbers",
        holds: |d| has_complex(d.expression) && is_inexact(d.theirs) && !is_inexact(d.ours),
    },
    Explanation {
        system: "Guile",
        reason: "its lower case letters are those that have an upper case",
        holds: |d| d.expression.contains("char-lower-case?") && d.ours.ends_with("#t)"),
    },
    Explanation {
        system: "Guile",
        reason: "expt and * take booleans for numbers",
        holds: |d| {
            d.subject == "arithmetic" && d.ours == "raised" && ["#t", "#f"].contains(&d.theirs)
        },
    },
    Explanation {
        system: "Guile",
        reason: "an escape to inside of an extent leaves and enters that extent",
        holds: |d| d.subject == "control" && without_returns(d.theirs) == words(d.ours),
    },
    Explanation {
        system: "any",
        reason: "Lisle reads fractions with a point in every radix, as it writes them",
        holds: |d| {
            d.subject == "number text"
                && d.expression.contains('.')
                && !d.expression.ends_with(" 10)")
                && d.theirs == "#f"
        },
    },
    Explanation {
        system: "MIT Scheme",
        reason: "when a handler returns from raise, it raises the same object outside",
        holds: |d| d.subject == "control" && differ_after_a_handler(d),
    },
    Explanation {
        system: "MIT Scheme",
        reason: "guard's clauses run before the body's extents are left",
        holds: |d| {
            let mut pairs = words(d.ours).into_iter().zip(words(d.theirs));
            let first = pairs.find(|(ours, theirs)| ours != theirs);
            let clause = first.is_some_and(|(_, theirs)| ["even", "else"].contains(&theirs));
            d.subject == "control" && clause && sorted(d.ours) == sorted(d.theirs)
        },
    },
    Explanation {
        system: "MIT Scheme",
        reason: "(expt inexact 0) is inexact",
        holds: |d| {
            let power = d.expression.contains("(expt") && d.expression.contains(" 0)");
            power && is_inexact(d.theirs) && !is_inexact(d.ours)
        },
    },
    Explanation {
        system: "MIT Scheme",
        reason: "exact zero times or over an inexact number is exact",
        holds: |d| d.ours == "i0" && d.theirs == "0",
    },
    Explanation {
        system: "Chez Scheme",
        reason: "exact zero times an inexact number is exact",
        holds: |d| d.ours == "i0" && d.theirs == "0",
    },
    Explanation {
        system: "Chez Scheme",
        reason: "digits beyond 9 are capital letters",
        holds: |d| d.expression.starts_with("(number->string") && d.theirs.to_lowercase() == d.ours,
    },
    Explanation {
        system: "Chez Scheme",
        reason: "title case letters are folded to themselves",
        holds: |d| {
            let code = d.expression.strip_prefix("(char-foldcase (integer->char ");
            code.is_some_and(|code| d.theirs == format!("'\\{};'", code.trim_end_matches(')')))
        },
    },
];

/// Is there a complex literal, or a text that may be one?
fn has_complex(expression: &str) -> bool {
    expression.split([' ', '(', ')', '"']).any(|word| {
        word.ends_with('i') && word.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c))
    })
}

/// Does the answer hold an inexact number?
fn is_inexact(answer: &str) -> bool {
    words(answer).iter().any(|word| {
        let digits = word.strip_prefix('i').map(|rest| rest.trim_start_matches('-'));
        digits.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

fn words(answer: &str) -> Vec<&str> {
    answer.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect()
}

fn sorted(answer: &str) -> Vec<&str> {
    let mut words = words(answer);
    words.sort_unstable();
    words
}

/// A trace without the places where an extent was left and entered again at once.
fn without_returns(trace: &str) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::new();
    for word in words(trace) {
        let left = kept.last().and_then(|last| last.strip_prefix("out"));
        if left.is_some() && left == word.strip_prefix("in") {
            kept.pop();
        } else {
            kept.push(word);
        }
    }
    kept
}

/// Do the traces agree up to the return of a handler, after which ours goes on with a secondary
/// exception?
fn differ_after_a_handler(d: &Difference<'_>) -> bool {
    let (ours, theirs) = (words(d.ours), words(d.theirs));
    let Some(second) = ours.iter().position(|word| *word == "other") else { return false };
    let Some(handler) = ours[..second].iter().rposition(|word| *word == "handler") else {
        return false;
    };
    theirs.get(..=handler) == Some(&ours[..=handler])
}

fn explained(system: &str, difference: &Difference<'_>) -> Option<&'static str> {
    let applies = |known: &&Explanation| {
        (known.system == "any" || known.system == system) && (known.holds)(difference)
    };
    EXPLANATIONS.iter().find(applies).map(|known| known.reason)
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

impl System {
    /// Runs a file.
    fn command(&self, file: &Path) -> Command {
        let mut command = Command::new(self.program);
        command.args(self.before).arg(file).args(self.after);
        command
    }
}

fn run(command: &mut Command, file: &Path) -> Output {
    command
        .current_dir(file.parent().expect("it is in a folder"))
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("it was found before")
}

/// Runs the file; the answers by the number of their expression, and what else was printed.
fn answers(command: &mut Command, file: &Path) -> (BTreeMap<usize, String>, String) {
    let output = run(command, file);
    let mut answers = BTreeMap::new();
    let mut rest = String::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (number, answer) = line.split_once(' ').unwrap_or((line, ""));
        match number.parse() {
            Ok(number) => drop(answers.insert(number, answer.to_owned())),
            Err(_) => rest.push_str(&format!("{line}\n")),
        }
    }
    rest.push_str(&String::from_utf8_lossy(&output.stderr));
    (answers, rest)
}

fn is_installed(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

/// Is the expression given to systems that know R7RS, or do not?
fn is_given(r7rs: bool, subject: &str, expression: &str) -> bool {
    r7rs || COMMON.contains(&subject) && !expression.contains("digit-value")
}

/// The expressions as a program, for a system that knows R7RS or not.
fn program_of(expressions: &[(&str, String)], r7rs: bool) -> String {
    let mut text = format!("{}{PRELUDE}", if r7rs { IMPORTS } else { R6RS });
    for (number, (subject, expression)) in expressions.iter().enumerate() {
        if is_given(r7rs, subject, expression) {
            let _ = writeln!(text, "(try {number} {expression})");
        }
    }
    text
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("lisle-differential-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written to");
    folder
}

/// The differences that nothing explains; those that something does are counted on standard error.
fn compare(
    system: &System,
    expressions: &[(&str, String)],
    ours: &BTreeMap<usize, String>,
    theirs: &BTreeMap<usize, String>,
) -> String {
    let mut report = String::new();
    let mut reasons = BTreeMap::<&str, usize>::new();
    for (number, answer) in theirs.iter().filter(|(number, answer)| ours[number] != **answer) {
        let (subject, expression) = &expressions[*number];
        let difference = Difference { subject, expression, ours: &ours[number], theirs: answer };
        match explained(system.name, &difference) {
            Some(reason) => *reasons.entry(reason).or_default() += 1,
            None => {
                let (own, name) = (difference.ours, system.name);
                let _ =
                    writeln!(report, "{subject}: {expression}\n  Lisle: {own}\n  {name}: {answer}");
            }
        }
    }
    eprintln!("{}: {} of {} answers compared", system.name, theirs.len(), expressions.len());
    for (reason, times) in reasons {
        eprintln!("  {times} differ: {reason}");
    }
    report
}

/// The systems that are installed; says so if there are none.
fn installed() -> Vec<&'static System> {
    let installed: Vec<_> = SYSTEMS.iter().filter(|system| is_installed(system.program)).collect();
    if installed.is_empty() {
        eprintln!("skipped: none of guile, mit-scheme and chezscheme is installed");
    }
    installed
}

#[test]
fn portable_programs_print_the_same_elsewhere() {
    let programs = root().join("tests/scheme/portable");
    for entry in std::fs::read_dir(&programs).expect("the programs are there") {
        let program = entry.expect("the folder can be read").path();
        if program.extension().is_none_or(|extension| extension != "scm") {
            continue;
        }
        let expected = std::fs::read_to_string(program.with_extension("txt"))
            .expect("what a program prints is beside it");
        for system in installed().into_iter().filter(|system| system.r7rs) {
            let output = run(&mut system.command(&program), &program);
            let printed = String::from_utf8_lossy(&output.stdout);
            assert_eq!(printed.trim(), expected.trim(), "{} {}", system.name, program.display());
        }
    }
}

#[test]
fn other_systems_give_the_same_answers() {
    let installed = installed();
    if installed.is_empty() {
        return;
    }
    let count = number_from("LISLE_DIFFERENTIAL").map_or(USUAL_COUNT, |n| n as usize);
    let seed = number_from("LISLE_DIFFERENTIAL_SEED").unwrap_or(USUAL_SEED);
    let expressions = generate::expressions(count, seed);
    let folder = folder();
    let files = ["r6rs.scm", "r7rs.scm"].map(|name| folder.join(name));
    for (file, r7rs) in files.iter().zip([false, true]) {
        std::fs::write(file, program_of(&expressions, r7rs)).expect("the folder can be written to");
    }
    let [_, file] = &files;

    let (ours, rest) = answers(Command::new(lisle()).arg(file), file);
    assert_eq!(ours.len(), expressions.len(), "Lisle stopped early: {rest}");
    let mut report = String::new();
    for system in installed {
        let file = &files[usize::from(system.r7rs)];
        let (theirs, rest) = answers(&mut system.command(file), file);
        let given = |(subject, text): &&(&str, String)| is_given(system.r7rs, subject, text);
        if theirs.len() != expressions.iter().filter(given).count() {
            let last = rest.lines().rev().take(5).collect::<Vec<_>>().join("\n");
            let _ = writeln!(report, "{} stopped after {}: {last}", system.name, theirs.len());
        }
        report += &compare(system, &expressions, &ours, &theirs);
    }
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    assert!(report.is_empty(), "seed {seed}:\n{report}");
}
