//! The systems that programs are compared on: how to find each, its version, and how to start a
//! program on it.
//!
//! Scheme systems other than Lisle run a file made from the program's source by `peer_source`;
//! the others run a program of the same name and work, written in their language.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bench_programs::lisle_program;
use bench_programs::programs::Program;

use crate::peer_source;

/// Where a system gets the source of a program.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The R7RS program as it is.
    R7rs,
    /// The R7RS program inside the system's prelude, unless it imports the library that the system
    /// has nothing for.
    Prelude { prelude: &'static str, extension: &'static str, lacks: Option<&'static str> },
    /// A program in another language: the folder, and how its files end.
    Other { folder: &'static str, extension: &'static str },
}

/// A system that may be installed.
#[derive(Debug)]
pub struct System {
    /// What it is called on the command line and in tables.
    pub name: &'static str,
    program: &'static str,
    /// Arguments before the file; a "FILE" among them stands for the file itself, and then the
    /// size follows all arguments.
    arguments: &'static [&'static str],
    version_arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    source: Source,
    compilation: Compilation,
}

/// What must happen before the runs that count, for a system that keeps compiled programs.
#[derive(Clone, Copy, Debug)]
enum Compilation {
    /// Nothing is kept; compiling, if any, is part of every run.
    EveryRun,
    /// The first run keeps what it compiled.
    FirstRun,
    /// A command of its own compiles the file, whose name comes last.
    Command(&'static [&'static str]),
}

/// A system that is installed here.
#[derive(Debug)]
pub struct Installed {
    /// Which one.
    pub system: &'static System,
    /// What it says of its version.
    pub version: String,
    executable: PathBuf,
}

const fn scheme(
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    version_arguments: &'static [&'static str],
    source: Source,
) -> System {
    System {
        name,
        program,
        arguments,
        version_arguments,
        environment: &[],
        source,
        compilation: Compilation::EveryRun,
    }
}

const fn other(
    name: &'static str,
    program: &'static str,
    version_arguments: &'static [&'static str],
    folder: &'static str,
    extension: &'static str,
) -> System {
    System {
        name,
        program,
        arguments: &["FILE"],
        version_arguments,
        environment: &[],
        source: Source::Other { folder, extension },
        compilation: Compilation::EveryRun,
    }
}

const fn prelude(prelude: &'static str, extension: &'static str) -> Source {
    Source::Prelude { prelude, extension, lacks: None }
}

/// MoarVM's specialiser still runs, but no longer puts a callee's body into its caller.
const NO_INLINING: &[(&str, &str)] = &[("MVM_SPESH_INLINE_DISABLE", "1")];

/// Every system this runner knows, Lisle first.
pub const SYSTEMS: &[System] = &[
    scheme("lisle", "lisle", &["FILE"], &["--version"], Source::R7rs),
    scheme(
        "chez",
        "chezscheme",
        &["--program", "FILE"],
        &["--version"],
        prelude(include_str!("../preludes/chez.scm"), "scm"),
    ),
    System {
        compilation: Compilation::FirstRun,
        ..scheme(
            "guile",
            "guile",
            &["--r7rs", "FILE"],
            &["--version"],
            prelude(include_str!("../preludes/guile.scm"), "scm"),
        )
    },
    System {
        compilation: Compilation::Command(&["raco", "make"]),
        ..scheme(
            "racket",
            "racket",
            &["FILE"],
            &["--version"],
            prelude(include_str!("../preludes/racket.scm"), "rkt"),
        )
    },
    scheme(
        "gsi",
        "gsi",
        &["FILE"],
        &["-v"],
        prelude(include_str!("../preludes/gambit.scm"), "scm"),
    ),
    scheme(
        "csi",
        "csi",
        &["-s", "FILE"],
        &["-release"],
        Source::Prelude {
            prelude: include_str!("../preludes/chicken.scm"),
            extension: "scm",
            lacks: Some("(srfi 69)"),
        },
    ),
    scheme(
        "mit",
        "mit-scheme",
        &["--quiet", "--load", "FILE", "--eval", "(%exit 0)", "--args"],
        &["--version"],
        prelude(include_str!("../preludes/mit.scm"), "scm"),
    ),
    other("lua", "lua5.4", &["-v"], "lua", "lua"),
    other("perl", "perl", &["-e", "print $^V"], "perl", "pl"),
    other("nqp", "nqp", &["--version"], "nqp", "nqp"),
    System {
        environment: NO_INLINING,
        ..other("nqp-noinline", "nqp", &["--version"], "nqp", "nqp")
    },
    other("raku", "raku", &["--version"], "raku", "raku"),
    System {
        environment: NO_INLINING,
        ..other("raku-noinline", "raku", &["--version"], "raku", "raku")
    },
];

/// Chez, telling on a last line how long its collections took.
pub const CHEZ_COLLECTIONS: &System = &scheme(
    "chez-collections",
    "chezscheme",
    &["--program", "FILE"],
    &["--version"],
    prelude(include_str!("../preludes/chez-collections.scm"), "scm"),
);

impl System {
    /// Looks for the system; `None` if it isn't installed.
    pub fn find(&'static self) -> Result<Option<Installed>, String> {
        let executable = if self.name == "lisle" {
            lisle_program::build_lisle()?
        } else {
            PathBuf::from(self.program)
        };
        let output =
            Command::new(&executable).args(self.version_arguments).stdin(Stdio::null()).output();
        Ok(output.ok().map(|output| {
            let text = [output.stdout, output.stderr].concat();
            let version = first_version(&String::from_utf8_lossy(&text));
            Installed { system: self, version, executable }
        }))
    }
}

/// The first word that holds digits and a point, without what is around them.
fn first_version(text: &str) -> String {
    text.split(|char: char| char.is_whitespace() || "()[],;".contains(char))
        .find(|word| word.contains('.') && word.contains(|char: char| char.is_ascii_digit()))
        .map_or_else(|| "?".to_owned(), |word| word.trim_matches('.').to_owned())
}

impl Installed {
    /// The command that runs the program with this size; `None` if it isn't written for the system.
    pub fn command(
        &self,
        program: &Program,
        size: u64,
        pinned: bool,
    ) -> Result<Option<Command>, String> {
        let Some(file) = self.file(program)? else { return Ok(None) };
        let mut command = if pinned {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(&self.executable);
            command
        } else {
            Command::new(&self.executable)
        };
        for argument in self.system.arguments {
            if *argument == "FILE" {
                command.arg(&file);
            } else {
                command.arg(argument);
            }
        }
        command.arg(size.to_string()).envs(self.system.environment.iter().copied());
        Ok(Some(command))
    }

    /// Compiles the program ahead of the runs that count, on a system that keeps the result.
    pub fn prepare(&self, program: &Program) -> Result<(), String> {
        let mut command = match self.system.compilation {
            Compilation::EveryRun => return Ok(()),
            Compilation::FirstRun => match self.command(program, 1, false)? {
                Some(command) => command,
                None => return Ok(()),
            },
            Compilation::Command(words) => match (words, self.file(program)?) {
                ([first, others @ ..], Some(file)) => {
                    let mut command = Command::new(first);
                    command.args(others).arg(file);
                    command
                }
                _ => return Ok(()),
            },
        };
        // A program that cannot be compiled fails again, and is reported, when it is measured.
        let _ = command.stdin(Stdio::null()).output();
        Ok(())
    }

    fn file(&self, program: &Program) -> Result<Option<PathBuf>, String> {
        match self.system.source {
            Source::R7rs => Ok(Some(program.path.clone())),
            Source::Other { folder, extension } => {
                let path = lisle_program::benches_folder()
                    .join(folder)
                    .join(&program.name)
                    .with_extension(extension);
                Ok(path.exists().then_some(path))
            }
            Source::Prelude { lacks: Some(library), .. } if program.imports(library) => Ok(None),
            Source::Prelude { prelude, extension, .. } => {
                let folder =
                    lisle_program::target_folder()?.join("bench-peers").join(self.system.name);
                let path = folder.join(&program.name).with_extension(extension);
                write_if_changed(&path, &peer_source::make(prelude, &program.path)?)?;
                Ok(Some(path))
            }
        }
    }
}

/// Leaves a file with the same text alone: Guile keeps what it compiled until the file is newer.
fn write_if_changed(path: &Path, text: &str) -> Result<(), String> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        std::fs::write(path, text)
    };
    write().map_err(|error: std::io::Error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_systems_print() {
        assert_eq!(first_version("guile (GNU Guile) 3.0.8\nCopyright (C) 2021"), "3.0.8");
        assert_eq!(first_version("Lua 5.4.4  Copyright"), "5.4.4");
        assert_eq!(first_version("Welcome to Racket v8.6 [cs]."), "v8.6");
        assert_eq!(first_version("nothing here"), "?");
    }
}
