//! The command line.

mod arguments;
mod disasm;
mod gc_report;
mod program;
mod repl;
pub mod report;
mod statistics;
mod summary;
mod trace;

use crate::events;
use crate::prim::port;
use crate::vm::VmShared;
use arguments::{Arguments, Command};
use clap::Parser;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::thread;

/// Bytes of native stack of the thread that compiles and runs the main program; only what is used
/// takes memory. Guest calls never use it: it is for the compiler, on deeply nested programs.
const MAIN_STACK_BYTES: usize = 256 << 20;

/// Runs the program `lisle` with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let builder = thread::Builder::new().name(crate::MAIN_THREAD.to_owned());
    let spawned = builder.stack_size(MAIN_STACK_BYTES).spawn(move || run(arguments));
    let status = match spawned.map(thread::JoinHandle::join) {
        Ok(Ok(status)) => status,
        Ok(Err(_)) => 70,
        Err(error) => {
            complain(&format!("cannot start: {error}"));
            1
        }
    };
    ExitCode::from(u8::try_from(status & 0xff).unwrap_or(70))
}

fn run(arguments: Arguments) -> i32 {
    let command = arguments.command();
    let target = arguments.trace_gc.as_deref().map(trace::Target::parse);
    if let Err(message) = trace::install(target) {
        complain(&message);
        return 1;
    }
    match command {
        Command::Repl => repl::run(&arguments),
        Command::Disassemble(file) => disasm::run(&arguments, &file),
        Command::Evaluate(texts) => program::evaluate(&arguments, &texts),
        Command::Run(file) => program::run_file(&arguments, &file),
        Command::RunInput => program::run_input(&arguments),
        Command::Report(file) => gc_report::run(&file),
        Command::Wrong(message) => {
            complain(&message);
            2
        }
    }
}

/// One line to standard error.
fn complain(message: &str) {
    // Nothing can be done when standard error is gone.
    let _ = writeln!(std::io::stderr(), "lisle: {message}");
}

/// The status of a program whose output nobody reads any more, as if `SIGPIPE` had ended it.
const READER_GONE_STATUS: i32 = 141;

/// Ends the process with this status, buffered output written first. When that cannot be written,
/// the program has not done what it was to do: its status is not 0 then.
pub(crate) fn leave(vm: &VmShared, status: i32) -> ! {
    let status = match (port::flush_console(vm), status) {
        (Ok(()), status) => status,
        (Err((_, error)), 0) if error.kind() == ErrorKind::BrokenPipe => READER_GONE_STATUS,
        (Err((_, error)), status) if error.kind() == ErrorKind::BrokenPipe => status,
        (Err((name, error)), status) => {
            complain(&format!("cannot write {name}: {error}"));
            if status == 0 { 1 } else { status }
        }
    };
    statistics::show_if_asked(vm);
    vm.world.emit_rest();
    events::ended(vm);
    trace::finish();
    std::process::exit(status & 0xff)
}
