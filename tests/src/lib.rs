//! What the first lines of a Scheme program under `tests/scheme` say of it, for those who run them:
//! the test program `it`, and the soak of `lisle-benches`.
//!
//! - `;; expect: TEXT`: a line of standard output; all of them, in order;
//! - `;; expect-file: NAME`: the same from a file beside the program;
//! - `;; error: TEXT`: the program fails with status 1 and a message that contains the text;
//! - `;; status: N`: the exit status;
//! - `;; flags: FLAG ...`: flags for `lisle`, before the file's name;
//! - `;; seconds: N`: the time it may take, when the usual is too short;
//! - `;; skip-stress: REASON`: not run in the stress modes;
//! - `;; divide: N`: in the stress modes the program is given this number, by which it divides how
//!   much it does (`tests/scheme/size.scm`), since it would take hours;
//! - `;; included: TEXT`: no program, but part of others.

mod bodies;

use std::path::{Path, PathBuf};

/// What the top of a program says of it.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The lines that it prints.
    pub expected: Vec<String>,
    /// A part of the message that it fails with.
    pub error: Option<String>,
    /// The exit status, where it is said.
    pub status: Option<i32>,
    /// Flags that it runs with.
    pub flags: Vec<String>,
    /// How long it may take, where that is more than usual.
    pub seconds: Option<u64>,
    /// Is it left out in the stress modes?
    pub skip_stress: bool,
    /// What it is given in the stress modes.
    pub divide: Option<String>,
    /// Is it a part of other programs?
    pub included: bool,
    expected_file: Option<String>,
}

impl Header {
    /// Reads the first lines of a program, and the file with what it prints if they name one.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(program: &Path) -> Result<Header, String> {
        let text = std::fs::read_to_string(program).map_err(|error| error.to_string())?;
        let mut header = Header::parse(&text);
        if let Some(name) = &header.expected_file {
            let expected = std::fs::read_to_string(program.with_file_name(name));
            let expected = expected.map_err(|error| format!("{name}: {error}\n"))?;
            header.expected = expected.lines().map(str::to_owned).collect();
        }
        Ok(header)
    }

    /// Reads the first lines of a text, up to the first form.
    pub fn parse(text: &str) -> Header {
        let mut header = Header::default();
        for line in text.lines().take_while(|line| line.starts_with(';') || line.is_empty()) {
            let Some((key, value)) =
                line.strip_prefix(";; ").and_then(|comment| comment.split_once(':'))
            else {
                continue;
            };
            let value = value.strip_prefix(' ').unwrap_or(value);
            match key {
                "expect" => header.expected.push(value.to_owned()),
                "expect-file" => header.expected_file = Some(value.to_owned()),
                "error" => header.error = Some(value.to_owned()),
                "status" => header.status = value.parse().ok(),
                "flags" => header.flags = words(value),
                "seconds" => header.seconds = value.parse().ok(),
                "skip-stress" => header.skip_stress = true,
                "divide" => header.divide = Some(value.to_owned()),
                "included" => header.included = true,
                _ => {}
            }
        }
        header
    }

    /// Is there anything by which a run can be judged?
    pub fn says_what_happens(&self) -> bool {
        !self.expected.is_empty() || self.error.is_some() || self.status.is_some()
    }

    /// The exit status of a run.
    pub fn expected_status(&self) -> i32 {
        self.status.unwrap_or(i32::from(self.error.is_some()))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Every Scheme file in a folder and the folders in it, in order.
///
/// # Errors
/// When a folder cannot be read.
pub fn programs_under(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            programs.extend(programs_under(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "scm") {
            programs.push(path);
        }
    }
    programs.sort();
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_up_to_the_first_form() {
        let header = Header::parse(
            ";; About\n;; expect: a\n;; expect:  b\n;; flags: -x y\n(display 1)\n;; expect: c\n",
        );
        assert_eq!(header.expected, ["a", " b"]);
        assert_eq!(header.flags, ["-x", "y"]);
        assert_eq!(header.expected_status(), 0);
        assert_eq!(Header::parse(";; error: oops\n").expected_status(), 1);
    }
}
