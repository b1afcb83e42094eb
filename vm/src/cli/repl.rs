//! `lisle repl`: expressions from the terminal.
//!
//! What other threads write while a line is being typed appears above it: standard output and errors
//! go through the line editor's printer.

mod commands;
mod helper;

use super::arguments::Arguments;
use super::{complain, leave, program};
use crate::backtrace::Report;
use crate::expand::Environment;
use crate::prim::port;
use crate::prim::port::console::Standard;
use crate::vm::VmShared;
use commands::Done;
use helper::Forms;
use lisle_threads::Mutator;
use parking_lot::Mutex;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Editor, ExternalPrinter};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const PROMPT: &str = "lisle> ";

type LineEditor = Editor<Forms, DefaultHistory>;

/// One run of the loop.
struct Session {
    vm: Arc<VmShared>,
    mutator: Box<Mutator>,
    /// Where forms are evaluated.
    environment: Arc<Environment>,
    /// For `,backtrace`.
    last_error: Option<Report>,
}

/// Runs the loop until the end of input or `(exit)`.
pub fn run(arguments: &Arguments) -> i32 {
    let (vm, mutator) = match VmShared::new(arguments.config(None)) {
        Ok(made) => made,
        Err(error) => {
            complain(&format!("cannot make the heap: {error}"));
            return 1;
        }
    };
    program::raise_on_interrupt(&vm);
    let mut editor = match editor_for(&vm) {
        Ok(editor) => editor,
        Err(error) => {
            complain(&format!("cannot edit lines: {error}"));
            return 1;
        }
    };
    let history = history_file();
    if let Some(file) = &history {
        // There is none the first time.
        let _ = editor.load_history(file);
    }
    let environment = vm.front.expander(&vm).interaction_environment().clone();
    let mut session = Session { vm: vm.clone(), mutator, environment, last_error: None };
    let status = session.read_and_evaluate(&mut editor);
    if let Some(file) = &history {
        // A history that cannot be kept is no reason to complain at the end.
        let _ = file.parent().map(std::fs::create_dir_all);
        let _ = editor.save_history(file);
    }
    session.mutator.tell_frames();
    leave(&vm, status)
}

/// An editor, with the console's output going through it if it has a terminal.
fn editor_for(vm: &Arc<VmShared>) -> rustyline::Result<LineEditor> {
    let mut editor = LineEditor::new()?;
    editor.set_helper(Some(Forms::new(vm)));
    editor.set_completion_type(CompletionType::List);
    if let Ok(printer) = editor.create_external_printer() {
        let screen = Screen(Arc::new(Mutex::new(printer)));
        for which in [Standard::Output, Standard::Error] {
            vm.console.port(which).replace_sink(Box::new(screen.clone()));
        }
        vm.console.show_errors_on(Box::new(screen));
    }
    Ok(editor)
}

/// The terminal, shared with the line that is being typed.
struct Screen<P>(Arc<Mutex<P>>);

impl<P> Clone for Screen<P> {
    fn clone(&self) -> Screen<P> {
        Screen(self.0.clone())
    }
}

impl<P: ExternalPrinter> Write for Screen<P> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !bytes.is_empty() {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.0.lock().print(text).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Session {
    /// The status to end with.
    fn read_and_evaluate(&mut self, editor: &mut LineEditor) -> i32 {
        loop {
            // A terminal that is gone is told by reading.
            let _ = port::flush_console(&self.vm);
            let line = match self.mutator.native(|| editor.readline(PROMPT)) {
                Ok(line) => line,
                Err(ReadlineError::Interrupted) => continue,
                Err(ReadlineError::Eof) => return 0,
                Err(error) => {
                    complain(&format!("cannot read: {error}"));
                    return 1;
                }
            };
            // A history that cannot be kept is no reason to stop.
            let _ = editor.add_history_entry(&line);
            self.vm.interrupted.store(false, Ordering::Relaxed);
            let done = match self.command(&line) {
                Some(done) => done,
                None => self.evaluate(line),
            };
            if let Done::Leave(status) = done {
                return status;
            }
            self.reset();
        }
    }

    /// A failed form leaves its dynamic state behind: the next begins with the first one.
    fn reset(&mut self) {
        self.mutator.roots[lisle_threads::RootSlot::DynamicState] = self.vm.first_state();
    }

    /// Prints on standard output.
    fn say(&self, text: &str) {
        // Nothing can be done when standard output is gone.
        let _ = port::flush_console(&self.vm);
        let mut output = io::stdout().lock();
        let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    }

    /// Shows an error, and keeps it for `,backtrace`.
    fn failed(&mut self, report: Report) {
        super::report::show(&self.vm, &report, None);
        self.last_error = Some(report);
    }
}

/// Where the lines typed are kept: the user's folder for state (XDG Base Directory Specification).
fn history_file() -> Option<PathBuf> {
    let absolute = |folder: &PathBuf| folder.is_absolute();
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(absolute);
    let state = state.or_else(|| {
        std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"))
    })?;
    Some(state.join("lisle/history"))
}
