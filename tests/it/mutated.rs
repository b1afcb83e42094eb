//! Programs with random mistakes, from the text to the end of their run: whatever they are, reader,
//! expander, compiler (whose output is verified), interpreter and printer neither panic nor hang.
//!
//! The programs are those of `tests/scheme`, with parts removed, repeated, exchanged with others of
//! the same or another program, or replaced by odd ones. `LISLE_MUTATIONS` is how many to make (120
//! without it), `LISLE_MUTATIONS_SEED` a number to make others from.

use crate::child::run_text;
use crate::random::Random;
use crate::support::{is_stressed, root};

const USUAL_COUNT: u64 = 120;
const USUAL_SEED: u64 = 11;
/// Folders whose programs are taken; the others start threads, or fill the heap.
const FOLDERS: [&str; 5] = ["r7rs", "report", "continuations", "srfi", "errors"];
/// Data that programs seldom hold.
const ODD: [&str; 40] = [
    "()",
    "'()",
    "#()",
    "#u8()",
    "\"\"",
    "||",
    "...",
    "_",
    "=>",
    "else",
    ".",
    "'",
    "`",
    ",",
    ",@",
    "#;",
    "#|",
    "|#",
    "#0=",
    "#0#",
    "(",
    ")",
    "\"",
    "|",
    "#\\x",
    "+nan.0",
    "-0.0",
    "1e400",
    "1/0",
    "+i",
    "#x-ff",
    "99999999999999999999",
    "#!eof",
    "#!fold-case",
    "(quote . x)",
    "(lambda x . x)",
    "(define-syntax m (syntax-rules () ((_ a ...) (m a ... a ...))))",
    "(let loop () (loop))",
    "(call/cc (lambda (k) (set! car k)))",
    "(begin)",
];

/// Where the parts of a text are, each a token or a space between.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_atom = |c: char| !c.is_whitespace() && !"()\"';".contains(c);
        let length = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            ';' => rest.find('\n').unwrap_or(rest.len()),
            c if is_atom(c) => rest.find(|c| !is_atom(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        found.push(token);
        rest = after;
    }
    found
}

/// The end of the datum that begins at a token: behind its closing parenthesis.
fn datum_end(tokens: &[&str], start: usize) -> usize {
    let mut open = 0;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match *token {
            "(" => open += 1,
            ")" => open -= 1,
            _ => {}
        }
        if open <= 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// A token that is no space.
fn place(random: &mut Random, tokens: &[&str]) -> usize {
    let visible: Vec<usize> =
        (0..tokens.len()).filter(|&at| !tokens[at].trim().is_empty()).collect();
    if visible.is_empty() { 0 } else { visible[random.below(visible.len())] }
}

fn datum<'t>(random: &mut Random, tokens: &[&'t str]) -> Vec<&'t str> {
    let start = place(random, tokens);
    tokens[start..datum_end(tokens, start)].to_vec()
}

/// One mistake more.
fn mutate<'t>(random: &mut Random, tokens: &mut Vec<&'t str>, other: &[&'t str]) {
    let start = place(random, tokens);
    let end = datum_end(tokens, start);
    let new = match random.below(8) {
        0 => Vec::new(),
        1 => [&tokens[start..end], &[" "], &tokens[start..end]].concat(),
        2 | 3 => datum(random, tokens),
        4 => datum(random, other),
        5 => vec!["(", random.pick(&ODD), ")"],
        // A token alone, though it be a parenthesis.
        6 => {
            tokens[start] = random.pick(&ODD);
            return;
        }
        _ => vec![random.pick(&ODD)],
    };
    tokens.splice(start..end.max(start), new);
}

fn programs() -> Vec<String> {
    let mut programs = Vec::new();
    for folder in FOLDERS {
        let folder = root().join("tests/scheme").join(folder);
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("the programs are there")
            .map(|entry| entry.expect("the folder can be read").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "scm"))
            .collect();
        files.sort();
        for file in files {
            programs.push(std::fs::read_to_string(file).expect("the programs can be read"));
        }
    }
    programs
}

fn number_from(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn programs_with_mistakes_end_without_a_panic() {
    let programs = programs();
    let mut random = Random(number_from("LISLE_MUTATIONS_SEED", USUAL_SEED));
    let count = number_from("LISLE_MUTATIONS", USUAL_COUNT) / if is_stressed() { 20 } else { 1 };
    for number in 0..count {
        let texts = [(); 2].map(|()| tokens(&programs[random.below(programs.len())]));
        let [mut tokens, other] = texts;
        for _ in 0..=random.below(6) {
            mutate(&mut random, &mut tokens, &other);
        }
        let text = tokens.concat();
        let flags = ["--sandbox", "--allow-stdio", "--fuel", "300000", "--timeout", "20"];
        let run = run_text(&[&flags[..], &["--heap-limit", "128M"]].concat(), &text);
        let ended = run.code().is_some() && !run.errors.contains("panicked at");
        let told = run.code() != Some(1) || run.errors.contains("error: ");
        assert!(ended && told, "program {number}:\n{text}\n{}", run.report());
    }
}
