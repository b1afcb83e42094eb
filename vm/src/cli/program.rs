//! Running programs: from a file, from standard input, from the command line.

use super::arguments::Arguments;
use super::{READER_GONE_STATUS, complain, leave, report};
use crate::backtrace::{self, Report};
use crate::condition::ErrorKind;
use crate::expand::Environment;
use crate::front::{self, FrontError};
use crate::interp::{Machine, Outcome};
use crate::limits::Stay;
use crate::prim::port;
use crate::prim::port::console::Standard;
use crate::print;
use crate::source::Span;
use crate::vm::VmShared;
use lisle_gc::{Kind, Root, Value, object};
use lisle_threads::{Interrupt, Mutator};
use std::io::{self, Read};
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
    /// Since nobody reads its output any more, which is no error of the program's.
    ReaderGone,
}

/// `lisle FILE`
pub fn run_file(arguments: &Arguments, file: &Path) -> i32 {
    run_text(arguments, Some(file), &file.display().to_string(), std::fs::read(file))
}

/// `lisle < FILE`
pub fn run_input(arguments: &Arguments) -> i32 {
    let mut bytes = Vec::new();
    let read = std::io::stdin().read_to_end(&mut bytes).map(|_| bytes);
    run_text(arguments, None, "<stdin>", read)
}

fn run_text(
    arguments: &Arguments,
    file: Option<&Path>,
    name: &str,
    read: io::Result<Vec<u8>>,
) -> i32 {
    let text = read
        .map_err(|error| format!("cannot read {name}: {error}"))
        .and_then(|bytes| program_text(name, bytes));
    with_vm(arguments, file, |vm, mutator| {
        let text = text.map_err(|message| cannot(vm, message))?;
        let environment = vm.front.expander(vm).main_environment();
        run_forms(vm, mutator, name, text, &environment).map(|_| ())
    })
}

/// The text of a program, or what is wrong with it.
fn program_text(name: &str, bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&b| b == b'\n').count() + 1;
        format!("{name}:{line}: the text is not UTF-8")
    })?;
    // A first line `#!/...` is for the operating system.
    let is_script = text.starts_with("#!/") || text.starts_with("#! ");
    Ok(if is_script { format!(";{text}") } else { text })
}

/// `lisle -e EXPR`: evaluates one text after the other and prints the value of the last form of each
/// unless it is unspecified.
pub fn evaluate(arguments: &Arguments, texts: &[String]) -> i32 {
    with_vm(arguments, None, |vm, mutator| {
        let environment = vm.front.expander(vm).main_environment();
        for text in texts {
            let value = run_forms(vm, mutator, "<command line>", text.clone(), &environment)?;
            show_value(vm, value)?;
        }
        Ok(())
    })
}

/// What is shown of a form's value: a line, one for each of several values, none for an unspecified
/// one. `written` makes the text of a value.
pub(super) fn lines_of_value(value: Value, written: impl Fn(Value) -> String) -> String {
    let several = object::is_kind(value, Kind::Values);
    let values = match several {
        true => (0..object::size(value)).map(|index| object::field(value, index)).collect(),
        false => vec![value],
    };
    let shown = values.into_iter().filter(|&value| several || value != Value::UNSPECIFIED);
    shown.map(|value| written(value) + "\n").collect()
}

/// Prints the value of a form.
fn show_value(vm: &VmShared, value: Value) -> Result<(), Stopped> {
    let lines = lines_of_value(value, |value| print::write_to_string(vm, value));
    let output = vm.console.port(Standard::Output);
    // A program may have closed it.
    let _ = output.write(lines.as_bytes());
    output.flush().map_err(|error| match output.is_reader_gone() {
        true => Stopped::ReaderGone,
        false => cannot(vm, format!("cannot write {}: {error}", output.name)),
    })
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
        (Err(Stopped::ReaderGone), _) => READER_GONE_STATUS,
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
    let source = vm.sources.add_lasting(name, text);
    let read = front::forms_of(vm, mutator, &source).map_err(|error| illegal(vm, error))?;
    let (forms, unreadable) = read;
    let mut steps = Steps::new(vm, mutator).map_err(|error| illegal(vm, error))?;
    let before = vm.front.foresee(vm, mutator, &forms, environment);
    for procedure in before.map_err(|error| illegal(vm, error))? {
        steps.done.push((vm.heap.add_root(procedure), Span::NONE));
    }
    let mut forms = forms.into_iter();
    let mut last = Value::UNSPECIFIED;
    loop {
        while let Some(arguments) = steps.next(vm) {
            last = match Machine::new(mutator, vm).call(steps.runner.get(), &arguments) {
                Outcome::Value(answer) => steps.ended(vm, answer),
                Outcome::Uncaught(payload) => {
                    let mut report = backtrace::report(vm, payload);
                    if report::is_for_want_of_a_reader(vm, &report) {
                        return Err(Stopped::ReaderGone);
                    }
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
        let Some(form) = forms.next() else {
            let Some(error) = unreadable else { return Ok(last) };
            let report = Report::of_kind(ErrorKind::Read, error.message, error.span);
            return Err(failed(vm, report));
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

/// What the system does not let be done, without a place in the program.
fn cannot(vm: &VmShared, message: String) -> Stopped {
    failed(vm, Report::of_kind(ErrorKind::File, message, Span::NONE))
}

fn failed(vm: &VmShared, report: Report) -> Stopped {
    // What the program printed comes first. A failure is told at the end, when what is left fails too.
    let _ = port::flush_console(vm);
    report::show(vm, &report, None);
    Stopped::Failed(Box::new(report))
}
