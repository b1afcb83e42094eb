//! Running programs: from a file, from standard input, from the command line.

use super::arguments::Arguments;
use super::{complain, leave, report};
use crate::backtrace::{self, Report};
use crate::condition::ErrorKind;
use crate::expand::Environment;
use crate::front::FrontError;
use crate::interp::{Machine, Outcome};
use crate::limits::Stay;
use crate::prim::port;
use crate::print;
use crate::read::reader::Reader;
use crate::source::Span;
use crate::vm::VmShared;
use lisle_gc::{Root, Value, object};
use lisle_threads::{Interrupt, Mutator};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The status of a program that `--fuel` or `--timeout` ended.
const LIMIT_STATUS: i32 = 124;

/// Why a program ended early.
pub(super) enum Stopped {
    /// With an error, already shown.
    Failed(Box<Report>),
    /// By `exit`.
    Exit(i32),
}

/// `lisle FILE`
pub fn run_file(arguments: &Arguments, file: &Path) -> i32 {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            complain(&format!("cannot read {}: {error}", file.display()));
            return 1;
        }
    };
    run_text(arguments, Some(file), &file.display().to_string(), bytes)
}

/// `lisle < FILE`
pub fn run_input(arguments: &Arguments) -> i32 {
    let mut bytes = Vec::new();
    if let Err(error) = std::io::stdin().read_to_end(&mut bytes) {
        complain(&format!("cannot read standard input: {error}"));
        return 1;
    }
    run_text(arguments, None, "<stdin>", bytes)
}

fn run_text(arguments: &Arguments, file: Option<&Path>, name: &str, bytes: Vec<u8>) -> i32 {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.iter().filter(|&&b| b == b'\n').count() + 1;
            complain(&format!("{name}:{line}: the text is not UTF-8"));
            return 1;
        }
    };
    // A first line `#!/...` is for the operating system.
    let text = match text.starts_with("#!/") || text.starts_with("#! ") {
        true => format!(";{text}"),
        false => text,
    };
    with_vm(arguments, file, |vm, mutator| {
        let environment = vm.front.expander(vm).program_environment();
        run_forms(vm, mutator, name, text, &environment).map(|_| ())
    })
}

/// `lisle -e EXPR`: prints the value of the last form unless it is unspecified.
pub fn evaluate(arguments: &Arguments, text: &str) -> i32 {
    with_vm(arguments, None, |vm, mutator| {
        let environment = vm.front.expander(vm).program_environment();
        let value = run_forms(vm, mutator, "<command line>", text.to_owned(), &environment)?;
        show_value(vm, value);
        Ok(())
    })
}

/// Prints a value on a line of its own.
fn show_value(vm: &VmShared, value: Value) {
    if value == Value::UNSPECIFIED {
        return;
    }
    port::flush_console(vm);
    let written = print::write_to_string(vm, value);
    let _ = writeln!(std::io::stdout(), "{written}");
}

fn with_vm(
    arguments: &Arguments,
    file: Option<&Path>,
    work: impl FnOnce(&Arc<VmShared>, &mut Mutator) -> Result<(), Stopped>,
) -> i32 {
    let (vm, mut mutator) = match VmShared::new(arguments.config(file)) {
        Ok(made) => made,
        Err(error) => {
            complain(&format!("cannot make the heap: {error}"));
            return 1;
        }
    };
    end_on_interrupt(&vm);
    let stay = arguments.limits().map(|limits| Stay::begin(&vm, &mut mutator, limits, None));
    let ended = work(&vm, &mut mutator);
    let limit = stay.and_then(|stay| stay.end(&mut mutator));
    let status = match (ended, limit) {
        (Ok(()), _) => 0,
        (Err(Stopped::Exit(status)), _) => status,
        (Err(Stopped::Failed(_)), Some(_)) => LIMIT_STATUS,
        (Err(Stopped::Failed(_)), None) => 1,
    };
    mutator.tell_frames();
    leave(&vm, status)
}

/// Ctrl-C ends the process at once.
fn end_on_interrupt(vm: &Arc<VmShared>) {
    let weak = Arc::downgrade(vm);
    let installed = ctrlc::set_handler(move || {
        if let Some(vm) = weak.upgrade() {
            port::try_flush_console(&vm);
        }
        super::trace::finish();
        std::process::exit(130);
    });
    if let Err(error) = installed {
        complain(&format!("Ctrl-C cannot be caught: {error}"));
    }
}

/// Ctrl-C makes the program that the primordial thread runs raise a condition.
pub(super) fn raise_on_interrupt(vm: &Arc<VmShared>) {
    let weak = Arc::downgrade(vm);
    let installed = ctrlc::set_handler(move || {
        if let Some(vm) = weak.upgrade() {
            vm.interrupted.store(true, Ordering::Relaxed);
            vm.world.interrupt_primordial(Interrupt::UserBreak);
        }
    });
    if let Err(error) = installed {
        complain(&format!("Ctrl-C cannot be caught: {error}"));
    }
}

/// Runs the forms of a text in order; the value of the last.
pub(super) fn run_forms(
    vm: &VmShared,
    mutator: &mut Mutator,
    name: &str,
    text: String,
    environment: &Arc<Environment>,
) -> Result<Value, Stopped> {
    let source = vm.sources.add(name, text.clone());
    let mut reader = Reader::new(source, &text, &vm.symbols);
    let mut steps = Steps::new(vm, mutator).map_err(|error| illegal(vm, error))?;
    let mut last = Value::UNSPECIFIED;
    loop {
        while let Some(arguments) = steps.next(vm) {
            last = match Machine::new(mutator, vm).call(steps.runner.get(), &arguments) {
                Outcome::Value(answer) => steps.ended(vm, answer),
                Outcome::Uncaught(payload) => {
                    let mut report = backtrace::report(vm, payload);
                    if report.span == Span::NONE {
                        report.span = steps.span();
                    }
                    return Err(failed(vm, report));
                }
                Outcome::Exit(status) => return Err(Stopped::Exit(status)),
                Outcome::Terminated => return Err(Stopped::Exit(1)),
                Outcome::Limited(limit) => {
                    let kind = ErrorKind::Limit(limit);
                    let report = Report::of_kind(kind, limit.message().to_owned(), steps.span());
                    return Err(failed(vm, report));
                }
                Outcome::Thrown(..) => unreachable!("no call from the host is around a program"),
            };
        }
        let form = match reader.next() {
            Ok(Some(form)) => form,
            Ok(None) => return Ok(last),
            Err(error) => {
                let report = Report::of_kind(ErrorKind::Read, error.message, error.span);
                return Err(failed(vm, report));
            }
        };
        last = Value::UNSPECIFIED;
        let compiled = vm.front.compile(vm, mutator, &form, environment);
        for procedure in compiled.map_err(|error| illegal(vm, error))? {
            steps.done.push((vm.heap.add_root(procedure), form.span));
        }
    }
}

/// The compiled forms of a text. All are kept: a continuation may go back to an earlier one, and
/// those after it then run again.
struct Steps {
    /// Calls a form and answers with its number and its value.
    runner: Root,
    done: Vec<(Root, Span)>,
    /// Index of the step that runs next.
    next: usize,
    /// The number of the first step; no other text has steps with the same numbers.
    first: i64,
}

impl Steps {
    fn new(vm: &VmShared, mutator: &mut Mutator) -> Result<Steps, FrontError> {
        static TEXTS: AtomicU32 = AtomicU32::new(0);
        let cell = vm.front.require(vm, mutator, "%run-form")?;
        // Relaxed: only a number that differs from the others.
        let first = i64::from(TEXTS.fetch_add(1, Ordering::Relaxed)) << 24;
        let runner = vm.heap.add_root(object::field(cell, 0));
        Ok(Steps { runner, done: Vec::new(), next: 0, first })
    }
    /// The arguments of the runner for the next step, if there is one.
    fn next(&self, vm: &VmShared) -> Option<[Value; 3]> {
        let (procedure, _) = self.done.get(self.next)?;
        let number = Value::fixnum(self.first + self.next as i64);
        Some([procedure.get(), number, vm.form_tag()])
    }
    /// What the call of the runner returned: the value.
    fn ended(&mut self, vm: &VmShared, answer: Value) -> Value {
        // A continuation of another text, or of a thread, ends the step of this one that called it.
        let (number, value) = vm.form_ended(answer).unwrap_or((-1, answer));
        let ended = usize::try_from(number - self.first).ok();
        let ended = ended.filter(|&index| index < self.done.len());
        self.next = ended.unwrap_or(self.next) + 1;
        value
    }
    fn span(&self) -> Span {
        self.done.get(self.next).map_or(Span::NONE, |(_, span)| *span)
    }
}

fn illegal(vm: &VmShared, error: FrontError) -> Stopped {
    failed(vm, error.report(vm))
}

fn failed(vm: &VmShared, report: Report) -> Stopped {
    port::flush_console(vm);
    report::show(vm, &report, None);
    Stopped::Failed(Box::new(report))
}
