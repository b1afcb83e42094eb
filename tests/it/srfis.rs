//! Every name that a SRFI's library exports occurs in the SRFI's test program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Names by the number of their SRFI.
type Names = BTreeMap<u32, BTreeSet<String>>;

/// SRFIs whose test programs are in other folders.
const TESTED_ELSEWHERE: &[(u32, &str)] = &[(18, "threads"), (124, "weak")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The words of a Scheme text, parentheses apart, without comments.
fn words(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    for line in text.lines() {
        for c in line.split(';').next().unwrap_or_default().chars() {
            match c {
                '(' | ')' => spaced.extend([' ', c, ' ']),
                '\'' | '`' | ',' | '"' => spaced.push(' '),
                _ => spaced.push(c),
            }
        }
        spaced.push('\n');
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// The words of the form that begins at `start`, its parentheses included.
fn form(words: &[String], start: usize) -> &[String] {
    let mut depth = 0;
    for (offset, word) in words[start..].iter().enumerate() {
        depth += match word.as_str() {
            "(" => 1,
            ")" => -1,
            _ => 0,
        };
        if depth == 0 {
            return &words[start..=start + offset];
        }
    }
    panic!("a form is closed")
}

/// Adds the names that the libraries of a text export.
fn add_exports(text: &str, names: &mut Names) {
    let words = words(text);
    for start in (0..words.len()).filter(|&at| words[at] == "define-library") {
        let name = form(&words, start + 1);
        let internal =
            name.iter().any(|part| ["common", "machine", "tree"].contains(&part.as_str()));
        let Some(number) = name.get(2).and_then(|number| number.parse().ok()) else { continue };
        if name[1] != "srfi" || internal {
            continue;
        }
        let export = words[start..].iter().position(|word| word == "export");
        let export = start + export.expect("a library exports something");
        let exported = form(&words, export - 1);
        let renamed = |at: usize| at >= 2 && exported[at - 2] == "rename";
        for (at, word) in exported.iter().enumerate().skip(2) {
            let is_internal = at >= 1 && exported[at - 1] == "rename";
            if !matches!(word.as_str(), "(" | ")" | "rename") && (!is_internal || renamed(at)) {
                names.entry(number).or_default().insert(word.clone());
            }
        }
    }
}

/// Adds the names of the forms `((srfi 1) name ...)`.
fn add_listed(text: &str, names: &mut Names) {
    let words = words(text);
    for start in 0..words.len() {
        if let [open, inner, srfi, number, close, ..] = &words[start..]
            && [open.as_str(), inner, srfi, close] == ["(", "(", "srfi", ")"]
            && let Ok(number) = number.parse()
        {
            let listed = form(&words, start);
            let listed = listed[5..listed.len() - 1].iter().cloned();
            names.entry(number).or_default().extend(listed);
        }
    }
}

fn scheme_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "scm")).collect()
}

/// The words of the test programs of a SRFI: `133.scm`, `160-u8.scm`.
fn tested_words(number: u32) -> BTreeSet<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("scheme");
    let elsewhere = TESTED_ELSEWHERE.iter().find(|(known, _)| *known == number);
    let files = match elsewhere {
        Some((_, folder)) => scheme_files(&tests.join(folder)),
        None => scheme_files(&tests.join("srfi"))
            .into_iter()
            .filter(|path| {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                name.split('-').next() == Some(&number.to_string())
            })
            .collect(),
    };
    files.iter().flat_map(|file| words(&read(file))).collect()
}

#[test]
fn every_exported_name_is_tested() {
    let scheme = root().join("vm/scheme");
    let mut names = Names::new();
    add_listed(&read(&scheme.join("libraries.scm")), &mut names);
    for file in scheme_files(&scheme.join("srfi")) {
        // The template of SRFI 160's libraries has `@` for the type.
        add_exports(&read(&file).replace('@', "f64"), &mut names);
    }
    assert!(names.len() > 50, "the libraries were found");
    for (number, names) in names {
        let tested = tested_words(number);
        let missing: Vec<&String> = names.difference(&tested).collect();
        assert!(missing.is_empty(), "the test of SRFI {number} lacks {missing:?}");
    }
}
