//! The house rules that a program can check: every file says what it is, none is too long, unsafe
//! code stays where it is listed, crates depend one way, and the invariants that are cited exist.

use crate::support::root;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Lines that a file may have.
const LONGEST: usize = 600;
/// The one exception, and its cap.
const LOOP: (&str, usize) = ("vm/src/interp/run.rs", 1000);
/// The crates, each of which may use those before it.
const CRATES: [(&str, &str); 4] =
    [("gc", "lisle-gc"), ("frames", "lisle-frames"), ("threads", "lisle-threads"), ("vm", "lisle")];
/// The letters of a crate's invariants.
const INVARIANTS: [(&str, &str); 3] = [("gc", "GC-"), ("frames", "FR-"), ("threads", "TH-")];

struct Source {
    /// From the root of the repository, with `/`.
    name: String,
    text: String,
}

/// Every Rust file of the repository.
fn sources() -> Vec<Source> {
    let root = root();
    let mut paths = Vec::new();
    for folder in ["gc", "frames", "threads", "vm", "tests", "benches"] {
        find(&root.join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 50, "the sources were not found");
    let read = |path: &PathBuf| Source {
        name: relative(&root, path),
        text: std::fs::read_to_string(path).expect("sources are UTF-8"),
    };
    paths.iter().map(read).collect()
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                find(&path, paths);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).expect("it was found there");
    let parts: Vec<_> = inner.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Fails with all the complaints at once.
#[track_caller]
fn no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_file_begins_by_saying_what_it_is() {
    let silent = |source: &Source| !source.text.starts_with("//! ");
    let complaints: Vec<String> = sources()
        .iter()
        .filter(|source| silent(source))
        .map(|source| format!("{} does not begin with `//! `", source.name))
        .collect();
    no_complaints(&complaints);
}

#[test]
fn no_file_is_too_long() {
    let mut complaints = Vec::new();
    for source in sources() {
        let most = if source.name == LOOP.0 { LOOP.1 } else { LONGEST };
        let lines = source.text.lines().count();
        if lines > most {
            complaints.push(format!("{} has {lines} lines; {most} are allowed", source.name));
        }
    }
    no_complaints(&complaints);
}

#[test]
fn modules_have_their_own_names() {
    let complaints: Vec<String> = sources()
        .iter()
        .filter(|source| source.name.ends_with("/mod.rs"))
        .map(|source| format!("{}: a folder's module stands beside it", source.name))
        .collect();
    no_complaints(&complaints);
}

/// Does the code of a file, comments and strings of words aside, say `unsafe`?
fn has_unsafe_code(text: &str) -> bool {
    text.lines().any(|line| {
        let code = line.split("//").next().unwrap_or(line);
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| word == "unsafe")
    })
}

/// The files whose module is declared with `#[expect(unsafe_code, ...)]`, or that have such items.
fn expected_unsafe(sources: &[Source]) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for source in sources {
        let mut expected = false;
        for line in source.text.lines().map(str::trim) {
            if line.starts_with("#[expect(unsafe_code") || line.starts_with("#![expect(unsafe_code")
            {
                expected = true;
                continue;
            }
            if !expected || line.starts_with("#[") || line.starts_with("//") {
                continue;
            }
            expected = false;
            let declared = line.split_whitespace().skip_while(|word| *word != "mod").nth(1);
            match declared.and_then(|name| name.strip_suffix(';')) {
                Some(module) => {
                    files.insert(file_of_module(&source.name, module));
                }
                None => {
                    files.insert(source.name.clone());
                }
            }
        }
    }
    files
}

/// The file of a module that is declared in a file.
fn file_of_module(declared_in: &str, module: &str) -> String {
    let (folder, file) = declared_in.rsplit_once('/').expect("sources are in folders");
    match file {
        "lib.rs" | "main.rs" => format!("{folder}/{module}.rs"),
        _ => format!("{folder}/{}/{module}.rs", file.trim_end_matches(".rs")),
    }
}

#[test]
fn unsafe_code_is_where_it_is_declared() {
    let sources = sources();
    let expected = expected_unsafe(&sources);
    let listed = read("ARCHITECTURE.md");
    let inside = |name: &str| {
        // Modules below a declared one are covered by it.
        let mut path = name.trim_end_matches(".rs").to_owned();
        loop {
            if expected.contains(&format!("{path}.rs")) {
                return true;
            }
            match path.rsplit_once('/') {
                Some((above, _)) => path = above.to_owned(),
                None => return false,
            }
        }
    };
    let mut complaints = Vec::new();
    for source in &sources {
        let ours = CRATES.iter().any(|(folder, _)| source.name.starts_with(&format!("{folder}/")));
        if !ours || !has_unsafe_code(&source.text) {
            continue;
        }
        if !inside(&source.name) && !listed.contains(&source.name) {
            complaints.push(format!("{} has unsafe code that is not declared", source.name));
        }
    }
    no_complaints(&complaints);
}

/// The names of the dependencies in a manifest's section.
fn dependencies(manifest: &str, section: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| line.trim() != format!("[{section}]"));
    lines
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn crates_depend_one_way() {
    let mut complaints = Vec::new();
    for (place, (folder, _)) in CRATES.iter().enumerate() {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        for section in ["dependencies", "dev-dependencies"] {
            for name in dependencies(&manifest, section) {
                let used = CRATES.iter().position(|(_, package)| *package == name);
                if used.is_some_and(|used| used >= place) {
                    complaints.push(format!("{folder} must not depend on {name}"));
                }
            }
        }
    }
    no_complaints(&complaints);
}

/// The invariants cited in a text: `GC-4` and the like.
fn cited<'a>(text: &'a str, letters: &'a str) -> impl Iterator<Item = String> + 'a {
    text.match_indices(letters).filter_map(move |(at, _)| {
        let whole_word = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let number: String =
            text[at + letters.len()..].chars().take_while(char::is_ascii_digit).collect();
        (whole_word && !number.is_empty()).then(|| format!("{letters}{number}"))
    })
}

#[test]
fn cited_invariants_are_defined() {
    let sources = sources();
    let mut complaints = Vec::new();
    for (folder, letters) in INVARIANTS {
        let defined: BTreeSet<String> =
            cited(&read(&format!("{folder}/src/lib.rs")), letters).collect();
        assert!(!defined.is_empty(), "{folder} states no invariant");
        for source in &sources {
            if source.name == "tests/it/tidy.rs" {
                continue;
            }
            for id in cited(&source.text, letters).filter(|id| !defined.contains(id)) {
                complaints.push(format!("{} cites {id}, which is not defined", source.name));
            }
        }
    }
    no_complaints(&complaints);
}

/// The texts that state the invariants of a crate, each from its first id to the next one's.
fn statements(text: &str, letters: &str) -> Vec<(String, String)> {
    let head = format!("**{letters}");
    let lines = text.lines().filter_map(|line| line.strip_prefix("//!")).map(str::trim);
    let text = lines.collect::<Vec<_>>().join("\n");
    let parts = text.split(&head).skip(1).map(|part| {
        let number: String = part.chars().take_while(char::is_ascii_digit).collect();
        let paragraph = part.split("\n\n").next().unwrap_or_default();
        (format!("{letters}{number}"), paragraph.replace('\n', " "))
    });
    parts.collect()
}

#[test]
fn every_invariant_is_checked_by_something_that_exists() {
    let sources = sources();
    let mut complaints = Vec::new();
    for (folder, letters) in INVARIANTS {
        let folder = format!("{folder}/");
        let of_crate = || sources.iter().filter(|source| source.name.starts_with(&folder));
        for (id, statement) in statements(&read(&format!("{folder}src/lib.rs")), letters) {
            let checked = statement.split_once("hecked by").map_or("", |(_, by)| by);
            let names = checked.split(['`', '[', ']']).filter(|name| name.contains("::"));
            let names = names.filter_map(|name| name.rsplit("::").next());
            let exists = |name: &str| {
                let (function, file) = (format!("fn {name}("), format!("/{name}.rs"));
                of_crate()
                    .any(|source| source.text.contains(&function) || source.name.ends_with(&file))
            };
            let (there, gone): (Vec<_>, Vec<_>) = names.partition(|name| exists(name));
            if there.is_empty() || !gone.is_empty() {
                complaints.push(format!("{id} is checked by {there:?}, and by {gone:?}"));
            }
            // Where the verifier checks it, a test has it broken. Nobody can break TH-1 and TH-3.
            let is_verified = checked.contains("verify") && !["TH-1", "TH-3"].contains(&&*id);
            let seen = format!("Some(\"{id}\")");
            let also = format!("invariant, \"{id}\"");
            let is_broken =
                of_crate().any(|source| source.text.contains(&seen) || source.text.contains(&also));
            if is_verified && !is_broken {
                complaints.push(format!("no test breaks {id}"));
            }
        }
    }
    no_complaints(&complaints);
}

#[test]
fn nothing_stands_unfinished() {
    let marks = ["to".to_owned() + "do!(", "FIX".to_owned() + "ME", "XX".to_owned() + "X"];
    let mut complaints = Vec::new();
    for source in sources() {
        for mark in marks.iter().filter(|mark| source.text.contains(mark.as_str())) {
            complaints.push(format!("{} contains {mark}", source.name));
        }
    }
    no_complaints(&complaints);
}

/// What hosts see but do not use: parts of bounds, and what the command line and tests share.
const WITHOUT_EXAMPLES: [&str; 10] = [
    "Answer",
    "Call",
    "IntoAnswer",
    "Loaders",
    "Sandbox",
    "Sealed",
    "WithContext",
    "allows",
    "demand",
    "push",
];

/// The name of the item that a line declares, if it is one for everybody.
fn public_item(line: &str) -> Option<&str> {
    let mut words = line.trim_start().strip_prefix("pub ")?.split(' ');
    let mut word = words.next()?;
    if word == "const" && line.contains(" fn ") {
        word = words.next()?;
    }
    let is_item = matches!(word, "fn" | "struct" | "enum" | "trait" | "const");
    let name = words.next().filter(|_| is_item)?;
    // (In a macro it may be a variable of the macro.)
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
}

/// Does the documentation above line `at` have an example?
fn has_example(lines: &[&str], at: usize) -> bool {
    let above = lines[..at].iter().rev().map(|line| line.trim_start());
    let attributes = above.clone().take_while(|line| !line.starts_with("///") && *line != "}");
    let documentation = above.skip(attributes.count()).take_while(|line| line.starts_with("///"));
    documentation.into_iter().any(|line| line.contains("```"))
}

#[test]
fn everything_that_hosts_use_has_an_example() {
    let mut complaints = Vec::new();
    for source in sources() {
        let is_interface =
            source.name.starts_with("vm/src/api/") && !source.name.ends_with("derive.rs");
        if !is_interface && !["vm/src/capability.rs", "vm/src/limits.rs"].contains(&&*source.name) {
            continue;
        }
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(name) = public_item(line) else { continue };
            if !WITHOUT_EXAMPLES.contains(&name) && !has_example(&lines, at) {
                complaints.push(format!("{}:{}: {name} has no example", source.name, at + 1));
            }
        }
    }
    no_complaints(&complaints);
}
