//! `lisle disasm FILE`: the bytecode of a program.

use super::arguments::Arguments;
use super::{complain, leave};
use crate::prim::port::console::Standard;
use crate::vm::VmShared;
use std::path::Path;

/// Compiles the forms of a file one after the other and prints their code. Nothing is run, so a
/// program that needs its own libraries' macros sees them, but not what its forms compute.
pub fn run(arguments: &Arguments, file: &Path) -> i32 {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            complain(&format!("cannot read {}: {error}", file.display()));
            return 1;
        }
    };
    let (vm, mut mutator) = match VmShared::new(arguments.config(Some(file))) {
        Ok(made) => made,
        Err(error) => {
            complain(&format!("cannot make the heap: {error}"));
            return 1;
        }
    };
    let name = file.display().to_string();
    let environment = vm.front.expander(&vm).program_environment();
    match vm.front.disassemble(&vm, &mut mutator, &name, text, &environment) {
        Ok(listing) => {
            // It waits in the port until the end, which tells when it cannot be written.
            let _ = vm.console.port(Standard::Output).write(listing.as_bytes());
            leave(&vm, 0)
        }
        Err(error) => {
            super::report::show(&vm, &error.report(&vm), None);
            1
        }
    }
}
