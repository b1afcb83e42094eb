//! Which test programs can be the body of a procedure, all names known in it, so that one virtual machine
//! can run them again and again (`tests/scheme/body.scm`).

use super::Header;

/// Folders of such programs,
const FOLDERS: &[&str] = &[
    "continuations/",
    "portable/",
    "programs/",
    "r7rs/",
    "report/",
    "stress/",
    "threads/",
    "weak/",
];
/// but for these: they define libraries, define a name twice or after its use, load files by path, or
/// enter a continuation whose end is the end of the program.
const EXCEPTIONS: &[&str] = &[
    "programs/defined-later.scm",
    "programs/loads-with-imports.scm",
    "programs/loads.scm",
    "programs/redefined.scm",
    "r7rs/binding.scm",
    "r7rs/er-macro.scm",
    "r7rs/libraries.scm",
    "r7rs/pairs.scm",
    "r7rs/syntax-rules.scm",
    "report/4-1-primitive-expressions.scm",
    "report/4-3-macros.scm",
    "report/5-program-structure.scm",
    "threads/continuations.scm",
];

impl Header {
    /// Can the program of this header be the body of a procedure? Its name is its path under
    /// `tests/scheme`.
    pub fn fits_a_body(&self, name: &str) -> bool {
        self.says_what_happens()
            && !self.included
            && self.error.is_none()
            && self.status.is_none()
            && self.flags.is_empty()
            && FOLDERS.iter().any(|folder| name.starts_with(folder))
            && !EXCEPTIONS.contains(&name)
    }
}
