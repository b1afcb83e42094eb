//! What the command line means.

use crate::capability::{Capabilities, Capability};
use crate::limits::Limits;
use crate::vm::{ErrorFormat, VmConfig};
use clap::{Parser, ValueEnum};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A multi-threaded Scheme (R7RS) virtual machine.
///
/// Runs the program in FILE, or on standard input when there is no FILE. `lisle repl` reads
/// expressions from the terminal; `lisle disasm FILE` shows a program's bytecode; `lisle gc-report
/// FILE` sums up what `--trace-gc=FILE.jsonl` wrote.
#[derive(Parser, Debug)]
#[command(version, max_term_width = 100, args_override_self = true)]
pub struct Arguments {
    /// Evaluate EXPR and print its value; may be given several times
    #[arg(short = 'e', long = "eval", value_name = "EXPR")]
    pub evaluate: Vec<String>,

    /// Print tables of collections, threads and frames when the program ends
    #[arg(long)]
    pub stats: bool,

    /// Print a line for every collection to standard error; to FILE, when given: JSON lines for
    /// FILE.jsonl, a trace for ui.perfetto.dev for FILE.json
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub trace_gc: Option<String>,

    /// Ask for a collection at every allocation, with freed memory poisoned
    #[arg(long, env = "LISLE_STRESS_GC", value_parser = clap::builder::FalseyValueParser::new())]
    pub stress_gc: bool,

    /// Promote every frame at every call
    #[arg(long, env = "LISLE_STRESS_FRAMES", value_parser = clap::builder::FalseyValueParser::new())]
    pub stress_frames: bool,

    /// Leave room for about ten frames on a stack
    #[arg(long, env = "LISLE_STRESS_REGION", value_parser = clap::builder::FalseyValueParser::new())]
    pub stress_region: bool,

    /// Collect whenever 32 KiB were allocated, with freed memory poisoned
    #[arg(long, env = "LISLE_STRESS_NURSERY", value_parser = clap::builder::FalseyValueParser::new())]
    pub stress_nursery: bool,

    /// Make threads late and give way at random, from this seed
    #[arg(long, value_name = "SEED", value_parser = parse_number, env = "LISLE_STRESS_SCHEDULE")]
    pub stress_schedule: Option<u64>,

    /// Make the N-th request of the main thread for memory fail
    #[arg(long, value_name = "N", value_parser = parse_ordinal)]
    pub fail_allocation: Option<u64>,

    /// Verify the whole heap around every collection
    #[arg(long, env = "LISLE_VERIFY_HEAP", value_parser = clap::builder::FalseyValueParser::new())]
    pub verify_heap: bool,

    /// The most memory the heap may take: a number of bytes, or one with K, M or G after it
    #[arg(long, value_name = "SIZE", value_parser = parse_size, env = "LISLE_HEAP_LIMIT")]
    pub heap_limit: Option<usize>,

    /// How errors are shown on standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub error_format: Format,

    /// Allow the program nothing outside its heap but what --allow-... names
    #[arg(long)]
    pub sandbox: bool,

    /// In a sandbox: reading files and folders
    #[arg(long, requires = "sandbox")]
    pub allow_read: bool,

    /// In a sandbox: writing, renaming and deleting files and folders
    #[arg(long, requires = "sandbox")]
    pub allow_write: bool,

    /// In a sandbox: the variables of the environment
    #[arg(long, requires = "sandbox")]
    pub allow_env: bool,

    /// In a sandbox: standard input, output and error
    #[arg(long, requires = "sandbox")]
    pub allow_stdio: bool,

    /// End the program after so many steps: calls and turns of loops (status 124)
    #[arg(long, value_name = "STEPS", value_parser = parse_number)]
    pub fuel: Option<u64>,

    /// End the program after so many seconds (status 124)
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub timeout: Option<Duration>,

    /// A folder to look for libraries in; may be given several times
    #[arg(short = 'L', long = "library-path", value_name = "FOLDER")]
    pub library_path: Vec<PathBuf>,

    /// The program, and the arguments it gets
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// The forms of errors, as options.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people: with an excerpt of the program
    #[default]
    Text,
    /// For tools: a JSON object a line
    Json,
}

impl From<Format> for ErrorFormat {
    fn from(format: Format) -> ErrorFormat {
        match format {
            Format::Text => ErrorFormat::Text,
            Format::Json => ErrorFormat::Json,
        }
    }
}

/// What to do.
pub enum Command {
    /// `lisle repl`
    Repl,
    /// `lisle disasm FILE`
    Disassemble(PathBuf),
    /// `lisle -e EXPR`, once or several times
    Evaluate(Vec<String>),
    /// `lisle FILE`
    Run(PathBuf),
    /// `lisle` with a program on standard input
    RunInput,
    /// `lisle gc-report FILE`
    Report(PathBuf),
    /// Nothing: what is wrong
    Wrong(String),
}

impl Arguments {
    /// What to do.
    pub fn command(&self) -> Command {
        if !self.evaluate.is_empty() {
            return Command::Evaluate(self.evaluate.clone());
        }
        let Some(first) = self.rest.first() else {
            let terminal = std::io::IsTerminal::is_terminal(&std::io::stdin());
            return if terminal { Command::Repl } else { Command::RunInput };
        };
        match (first.as_str(), &self.rest[1..]) {
            ("-", _) => Command::RunInput,
            ("repl", []) => Command::Repl,
            ("gc-report", [file]) => Command::Report(file.into()),
            ("disasm", [file]) => Command::Disassemble(file.into()),
            ("repl", _) => wrong("repl takes no arguments", first),
            ("gc-report", _) => {
                wrong("gc-report needs one FILE, which `--trace-gc=FILE.jsonl` wrote", first)
            }
            ("disasm", _) => wrong("disasm needs one FILE", first),
            (option, _) if option.starts_with('-') => {
                Command::Wrong(format!("there is no option {option} (see `lisle --help`)"))
            }
            (file, _) => Command::Run(file.into()),
        }
    }

    fn capabilities(&self) -> Capabilities {
        if !self.sandbox {
            return Capabilities::ALL;
        }
        let allowed = [
            (self.allow_read, Capability::ReadFiles),
            (self.allow_write, Capability::WriteFiles),
            (self.allow_env, Capability::Environment),
            (self.allow_stdio, Capability::StandardStreams),
        ];
        let allowed = allowed.into_iter().filter(|(allowed, _)| *allowed);
        allowed.fold(Capabilities::NONE, |all, (_, one)| all.with(one))
    }

    /// The limits of the program, if it has any.
    pub fn limits(&self) -> Option<Limits> {
        if self.fuel.is_none() && self.timeout.is_none() {
            return None;
        }
        let limits = Limits::new();
        let limits = self.fuel.map_or(limits, |steps| limits.fuel(steps));
        Some(self.timeout.map_or(limits, |time| limits.deadline(time)))
    }

    /// The configuration of the VM for a program with this file name.
    pub fn config(&self, program: Option<&Path>) -> VmConfig {
        let mut library_path = Vec::new();
        if let Some(folder) = program.and_then(Path::parent) {
            library_path.push(folder.to_owned());
        }
        library_path.extend(self.library_path.iter().cloned());
        let command_line = match (self.evaluate.is_empty(), self.rest.is_empty()) {
            (true, false) => self.rest.clone(),
            _ => std::iter::once("lisle".to_owned()).chain(self.rest.iter().cloned()).collect(),
        };
        VmConfig {
            heap_limit: self.heap_limit,
            stress_collections: self.stress_gc,
            stress_frames: self.stress_frames,
            stress_region: self.stress_region,
            stress_nursery: self.stress_nursery,
            stress_schedule: self.stress_schedule,
            fail_allocation: self.fail_allocation,
            verify_heap: self.verify_heap,
            show_stats: self.stats,
            count_calls: self.stats
                || self.trace_gc.as_deref().is_some_and(|file| !file.is_empty()),
            command_line,
            library_path,
            error_format: self.error_format.into(),
            capabilities: self.capabilities(),
            ..VmConfig::default()
        }
    }
}

/// A command used wrongly; perhaps a file of its name was meant.
fn wrong(message: &str, command: &str) -> Command {
    let file = Path::new(command).is_file();
    let hint = if file { format!("; the file is ./{command}") } else { String::new() };
    Command::Wrong(format!("{message}{hint}"))
}

/// A whole number.
fn parse_number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is no whole number from 0 to {}", u64::MAX))
}

/// Which of several.
fn parse_ordinal(text: &str) -> Result<u64, String> {
    match parse_number(text)? {
        0 => Err("the first is number 1".to_owned()),
        number => Ok(number),
    }
}

/// A time in seconds, with a fraction perhaps.
fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| format!("`{text}` is no time in seconds"))
}

/// Bytes of a size like `512M`.
fn parse_size(text: &str) -> Result<usize, String> {
    let trimmed = text.trim_end_matches(['b', 'B']);
    let (digits, shift) = match trimmed.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&trimmed[..at], 10),
        Some((at, 'm' | 'M')) => (&trimmed[..at], 20),
        Some((at, 'g' | 'G')) => (&trimmed[..at], 30),
        _ => (trimmed, 0),
    };
    let number: usize = digits.parse().map_err(|_| format!("`{text}` is no size"))?;
    let bytes = number.checked_mul(1 << shift).ok_or_else(|| format!("`{text}` is too large"))?;
    const LEAST: usize = 4 << 20;
    if bytes < LEAST {
        return Err("the heap limit is at least 4M".to_owned());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Arguments, parse_size};
    use clap::Parser;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("64M"), Ok(64 << 20));
        assert_eq!(parse_size("2g"), Ok(2 << 30));
        assert_eq!(parse_size("16MB"), Ok(16 << 20));
        assert!(parse_size("lots").is_err());
        assert!(parse_size("17K").is_err());
    }

    #[test]
    fn options_after_the_file_belong_to_the_program() {
        let arguments = Arguments::parse_from(["lisle", "--stats", "a.scm", "--help", "-e", "1"]);
        assert!(arguments.stats && arguments.evaluate.is_empty());
        assert_eq!(arguments.rest, ["a.scm", "--help", "-e", "1"]);
    }
}
