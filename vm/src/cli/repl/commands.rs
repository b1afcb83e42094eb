//! The REPL's commands: what is typed after a comma at the start of a line.

use super::Session;
use crate::cli::READER_GONE_STATUS;
use crate::cli::program::{self, Stopped};
use crate::cli::report;
use crate::print;
use lisle_gc::Reason;
use lisle_threads::RootSlot;
use std::fmt::Write as _;
use std::time::Instant;

/// Command, operand, what it does.
pub const NAMES: &[(&str, &str, &str)] = &[
    ("help", "", "this list"),
    ("time", "FORM", "evaluate, and say how long it took and what it allocated"),
    ("expand", "FORM", "the form without macros and derived syntax"),
    ("disasm", "FORM", "the bytecode of the form"),
    ("backtrace", "", "the last error again, with every procedure that was running"),
    ("threads", "", "the threads, and what they wait for"),
    ("gc", "", "collect everything, and say what is in use"),
    ("quit", "", "leave (so does (exit), or the end of the input)"),
];

/// What a command makes of the loop.
pub enum Done {
    /// Another line.
    Next,
    /// The end, with this status.
    Leave(i32),
}

/// The operand of a command line; `None` if the line is no command.
pub fn argument(line: &str) -> Option<&str> {
    let command = line.trim_start().strip_prefix(',')?;
    Some(command.find(char::is_whitespace).map_or("", |at| &command[at..]))
}

impl Session {
    /// Runs the line if it is a command; `None` if it is none. A comma form such as `,x` that is not
    /// in the list is one: it could be nothing else at top level.
    pub(super) fn command(&mut self, line: &str) -> Option<Done> {
        let operand = argument(line)?.trim();
        let typed = line.trim_start().trim_start_matches(',');
        let typed = typed.split(char::is_whitespace).next().unwrap_or_default();
        let mut found = NAMES.iter().filter(|(name, ..)| name.starts_with(typed));
        let (name, wants, _) = match (found.next(), found.next()) {
            (Some(one), None) if !typed.is_empty() => one,
            _ => {
                self.say(&format!("there is no command ,{typed}; ,help lists them\n"));
                return Some(Done::Next);
            }
        };
        if !wants.is_empty() && operand.is_empty() {
            self.say(&format!("usage: ,{name} {wants}\n"));
            return Some(Done::Next);
        }
        match *name {
            "time" => return Some(self.time(operand)),
            "quit" => return Some(Done::Leave(0)),
            "expand" => self.expand(operand),
            "disasm" => self.disassemble(operand),
            "backtrace" => self.backtrace(),
            "threads" => self.threads(),
            "gc" => self.collect(),
            _ => self.help(),
        }
        Some(Done::Next)
    }

    fn help(&self) {
        let mut text = String::new();
        for (name, operand, what) in NAMES {
            // Writing to a string does not fail.
            let _ = writeln!(text, "  ,{:<16}{what}", format!("{name} {operand}"));
        }
        self.say(&text);
    }

    fn time(&mut self, form: &str) -> Done {
        let before = self.vm.heap.stats();
        let start = Instant::now();
        let result = self.evaluate(form.to_owned());
        let taken = start.elapsed();
        let after = self.vm.heap.stats();
        let minor = after.minor_collections - before.minor_collections;
        let major = after.major_collections - before.major_collections;
        let paused = after.pause_ns_total - before.pause_ns_total;
        let mut text = format!("{:.3} ms", taken.as_secs_f64() * 1e3);
        if minor + major > 0 {
            let paused = paused as f64 / 1e6;
            let _ =
                write!(text, ", {paused:.3} of them in {minor} minor and {major} full collections");
        }
        text.push('\n');
        self.say(&text);
        result
    }

    fn expand(&mut self, form: &str) {
        let expanded =
            self.vm.front.expand(&self.vm, &mut self.mutator, form.to_owned(), &self.environment);
        match expanded {
            Ok(text) => self.say(&text),
            Err(error) => self.failed(error.report(&self.vm)),
        }
    }

    fn disassemble(&mut self, form: &str) {
        let listing = self.vm.front.disassemble(
            &self.vm,
            &mut self.mutator,
            "<repl>",
            form.to_owned(),
            &self.environment,
        );
        match listing {
            Ok(text) => self.say(&text),
            Err(error) => self.failed(error.report(&self.vm)),
        }
    }

    fn backtrace(&self) {
        match &self.last_error {
            Some(error) => self.say(&report::whole(&self.vm, error)),
            None => self.say("there has been no error\n"),
        }
    }

    fn threads(&self) {
        self.say(&self.vm.world.describe_threads());
    }

    fn collect(&mut self) {
        self.mutator.collect(Reason::Explicit);
        let stats = self.vm.heap.stats();
        let pause = stats.major_pauses.permille(1000) as f64 / 1e6;
        self.say(&format!(
            "{} KiB in use of {} KiB at most; the longest full collection took {pause:.3} ms\n",
            stats.used_bytes / 1024,
            stats.limit_bytes / 1024,
        ));
    }

    /// Evaluates the forms of a line and shows the value of the last.
    pub(super) fn evaluate(&mut self, line: String) -> Done {
        let result =
            program::run_forms(&self.vm, &mut self.mutator, "<repl>", line, &self.environment);
        match result {
            Ok(value) => {
                if value != lisle_gc::Value::UNSPECIFIED {
                    self.mutator.roots[RootSlot::First] = value;
                    let written = |value| print::write_shared_to_string(&self.vm, value);
                    self.say(&program::lines_of_value(value, written));
                }
            }
            Err(Stopped::Failed(report)) => self.last_error = Some(*report),
            Err(Stopped::Exit(status)) => return Done::Leave(status),
            Err(Stopped::ReaderGone) => return Done::Leave(READER_GONE_STATUS),
        }
        Done::Next
    }
}
