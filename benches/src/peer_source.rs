//! Makes the file that another Scheme system runs: its prelude around the definitions of the
//! benchmark harness and of the program, without their `import` and `include` forms.

use std::fs;
use std::path::Path;

/// The line of a prelude in whose place the program goes.
const BODY: &str = ";;; BODY\n";

/// The text of a program for the system with this prelude.
pub fn make(prelude: &str, program: &Path) -> Result<String, String> {
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let source = read(program)?;
    let folder = program.parent().unwrap_or(Path::new("."));
    let mut body = String::new();
    for form in top_level_forms(&source) {
        if form.starts_with("(import") {
            continue;
        }
        match form.strip_prefix("(include \"").and_then(|rest| rest.split_once('"')) {
            Some((name, _)) => body.push_str(&read(&folder.join(name))?),
            None => body.push_str(form),
        }
        body.push('\n');
    }
    Ok(prelude.replace(BODY, &body))
}

/// The forms of a source in which every top-level form begins, and no other line does, with a
/// parenthesis in the first column. Comments between them belong to the form before.
fn top_level_forms(source: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = source.match_indices("\n(").map(|(at, _)| at + 1).collect();
    if source.starts_with('(') {
        starts.insert(0, 0);
    }
    let ends = starts.iter().copied().skip(1).chain([source.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| source[start..end].trim_end()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_split_at_the_first_column() {
        let source = ";;; a comment\n(import (a)\n        (b))\n(define (f x)\n  x)\n\n(f 1)\n";
        assert_eq!(
            top_level_forms(source),
            ["(import (a)\n        (b))", "(define (f x)\n  x)", "(f 1)"]
        );
    }

    #[test]
    fn the_harness_takes_the_place_of_its_include() {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/fib.scm");
        let made = make("(head)\n;;; BODY\n(tail)\n", &program).expect("fib is there");
        assert!(made.starts_with("(head)\n"));
        assert!(made.ends_with("(tail)\n"));
        assert!(made.contains("(define (run-benchmark "));
        assert!(made.contains("(define (fib n)"));
        assert!(!made.contains("(import"));
        assert!(!made.contains("(include"));
    }
}
