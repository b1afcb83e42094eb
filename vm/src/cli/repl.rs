//! `lisle repl`: expressions from the terminal.

use super::arguments::Arguments;
use super::program::{self, Stopped};
use super::{complain, leave};
use crate::prim::port;
use crate::read::reader::Reader;
use crate::source::SourceId;
use crate::symbols::Symbols;
use crate::vm::VmShared;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Completer, Editor, Helper, Highlighter, Hinter};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

const PROMPT: &str = "lisle> ";

/// Asks for more lines until every form is complete.
#[derive(Completer, Helper, Highlighter, Hinter, Default)]
struct Forms;

impl Validator for Forms {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let symbols = Symbols::default();
        let mut reader = Reader::new(SourceId::default(), context.input(), &symbols);
        loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Err(error) if error.incomplete => return Ok(ValidationResult::Incomplete),
                // A wrong text is complete: its error is shown when it is evaluated.
                Ok(None) | Err(_) => return Ok(ValidationResult::Valid(None)),
            }
        }
    }
}

/// Runs the loop until the end of input or `(exit)`.
pub fn run(arguments: &Arguments) -> i32 {
    let (vm, mut mutator) = match VmShared::new(arguments.config(None)) {
        Ok(made) => made,
        Err(error) => {
            complain(&format!("cannot make the heap: {error}"));
            return 1;
        }
    };
    program::raise_on_interrupt(&vm);
    let mut editor = match Editor::<Forms, DefaultHistory>::new() {
        Ok(editor) => editor,
        Err(error) => {
            complain(&format!("cannot edit lines: {error}"));
            return 1;
        }
    };
    editor.set_helper(Some(Forms));
    let history = history_file();
    if let Some(file) = &history {
        // There is none the first time.
        let _ = editor.load_history(file);
    }
    let environment = vm.front.expander(&vm).interaction_environment().clone();
    let status = loop {
        port::flush_console(&vm);
        let line = mutator.native(|| editor.readline(PROMPT));
        let line = match line {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break 0,
            Err(error) => {
                complain(&format!("cannot read: {error}"));
                break 1;
            }
        };
        // A history that cannot be kept is no reason to stop.
        let _ = editor.add_history_entry(&line);
        vm.interrupted.store(false, Ordering::Relaxed);
        match program::run_forms(&vm, &mut mutator, "<repl>", line, &environment) {
            Ok(value) => program::show_value(&vm, value),
            Err(Stopped::Failed) => {}
            Err(Stopped::Exit(status)) => break status,
        }
        reset(&vm, &mut mutator);
    };
    if let Some(file) = &history {
        let _ = editor.save_history(file);
    }
    mutator.tell_frames();
    leave(&vm, status)
}

/// A failed form leaves its dynamic state behind: the next begins with the first one.
fn reset(vm: &VmShared, mutator: &mut lisle_threads::Mutator) {
    let state = crate::vm::initial_state(&mut mutator.heap, lisle_gc::Value::NIL);
    match state {
        Ok(state) => mutator.roots[lisle_threads::RootSlot::DynamicState] = state,
        Err(_) => vm.heap.request_collection(true),
    }
}

fn history_file() -> Option<PathBuf> {
    let home = std::env::var_os("HOME")?;
    Some(PathBuf::from(home).join(".lisle_history"))
}
