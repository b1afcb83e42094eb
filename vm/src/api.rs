//! Lisle in a Rust program: the first, small part of the embedding interface.

use crate::backtrace;
use crate::front::FrontError;
use crate::interp::{Machine, Outcome};
use crate::print;
use crate::read::reader::Reader;
use crate::vm::{self, VmConfig, VmShared};
use lisle_gc::Value;
use lisle_threads::{Mutator, RootSlot};
use std::fmt;
use std::sync::Arc;

/// A virtual machine. Cheap to clone; clones are the same machine. Any thread may use it.
#[derive(Clone)]
pub struct Vm {
    shared: Arc<VmShared>,
}

/// Why a program failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The system refused memory or a thread.
    System(String),
    /// The text is no legal program.
    Program {
        /// What is wrong.
        message: String,
        /// `file:line:column`, where known.
        place: Option<String>,
    },
    /// The program raised something that nothing handled.
    Uncaught {
        /// The condition's message and irritants, or the object as `write` shows it.
        message: String,
        /// `file:line:column`, where known.
        place: Option<String>,
    },
    /// The program called `exit` with this status.
    Exit(i32),
    /// The thread was terminated.
    Terminated,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::System(message) => f.write_str(message),
            Error::Program { message, place } | Error::Uncaught { message, place } => match place {
                Some(place) => write!(f, "{place}: {message}"),
                None => f.write_str(message),
            },
            Error::Exit(status) => write!(f, "the program ended itself with status {status}"),
            Error::Terminated => f.write_str("the thread was terminated"),
        }
    }
}

impl std::error::Error for Error {}

impl Vm {
    /// A virtual machine with the default configuration.
    ///
    /// # Errors
    /// When the system refuses the memory.
    pub fn new() -> Result<Vm, Error> {
        Vm::with_config(VmConfig::default())
    }

    /// A virtual machine with this configuration.
    ///
    /// # Errors
    /// When the system refuses the memory.
    ///
    /// ```
    /// let config = lisle::VmConfig { heap_limit: Some(64 << 20), ..Default::default() };
    /// let vm = lisle::Vm::with_config(config)?;
    /// assert!(vm.eval_text("(make-vector 100000000 0)").is_err());
    /// assert_eq!(vm.eval_text("(+ 1 2)")?, "3");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn with_config(config: VmConfig) -> Result<Vm, Error> {
        let made = VmShared::new(config).map_err(|error| Error::System(error.to_string()))?;
        let (shared, mutator) = made;
        drop(mutator);
        Ok(Vm { shared })
    }

    /// Evaluates the forms of a text in the interaction environment, in order; the value of the last
    /// as `write` shows it (nothing, when it is unspecified).
    ///
    /// # Errors
    /// When a form is illegal, raises what nothing handles, or ends the program.
    ///
    /// ```
    /// let vm = lisle::Vm::new()?;
    /// vm.eval_text("(define (double n) (* 2 n))")?;
    /// assert_eq!(vm.eval_text("(list (double 4) \"five\" #\\6)")?, "(8 \"five\" #\\6)");
    /// assert!(vm.eval_text("(car '())").is_err());
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn eval_text(&self, text: &str) -> Result<String, Error> {
        let vm = &*self.shared;
        let attached = vm.world.attach("host");
        let mut mutator = attached.map_err(|error| Error::System(error.to_string()))?;
        let state = vm::initial_state(&mut mutator.heap, Value::NIL);
        mutator.roots[RootSlot::DynamicState] =
            state.map_err(|_| Error::System("heap limit reached".to_owned()))?;
        let value = evaluate(vm, &mut mutator, text)?;
        let written = match value == Value::UNSPECIFIED {
            true => String::new(),
            false => print::write_to_string(vm, value),
        };
        Ok(written)
    }
}

fn evaluate(vm: &VmShared, mutator: &mut Mutator, text: &str) -> Result<Value, Error> {
    let source = vm.sources.add("<host>", text.to_owned());
    let mut reader = Reader::new(source, text, &vm.symbols);
    let mut last = Value::UNSPECIFIED;
    loop {
        let form = match reader.next() {
            Ok(Some(form)) => form,
            Ok(None) => return Ok(last),
            Err(error) => {
                let place = vm.sources.describe(error.span);
                return Err(Error::Program { message: error.message, place });
            }
        };
        let environment = vm.front.expander(vm).interaction_environment().clone();
        let compiled = vm.front.compile(vm, mutator, &form, &environment);
        let compiled = compiled.map_err(|error| program_error(vm, error))?;
        // Rooted: running one may collect the others.
        let procedures: Vec<_> = compiled.into_iter().map(|v| vm.heap.add_root(v)).collect();
        last = Value::UNSPECIFIED;
        for procedure in procedures {
            last = outcome(vm, Machine::new(mutator, vm).call(procedure.get(), &[]))?;
        }
    }
}

fn program_error(vm: &VmShared, error: FrontError) -> Error {
    Error::Program { place: vm.sources.describe(error.span), message: error.message }
}

fn outcome(vm: &VmShared, outcome: Outcome) -> Result<Value, Error> {
    match outcome {
        Outcome::Value(value) => Ok(value),
        Outcome::Uncaught(payload) => {
            let report = backtrace::report(vm, payload);
            let place = vm.sources.describe(report.span);
            Err(Error::Uncaught { message: report.message, place })
        }
        Outcome::Exit(status) => Err(Error::Exit(status)),
        Outcome::Terminated => Err(Error::Terminated),
    }
}

#[cfg(test)]
mod tests {
    use super::Vm;
    use crate::vm::VmConfig;

    #[test]
    fn the_later_parts_of_a_form_survive_collections_in_the_earlier() {
        let config = VmConfig { stress_collections: true, ..VmConfig::default() };
        let vm = Vm::with_config(config).expect("the system has memory");
        for n in 0..20 {
            let library = format!(
                "(define-library (part{n}) (export v{n}) (import (scheme base)) \
                   (begin (define (make n) (if (= n 0) '() (cons n (make (- n 1))))) \
                          (define v{n} (make 9))))"
            );
            assert_eq!(vm.eval_text(&library).as_deref(), Ok(""));
        }
        let sets: String = (0..20).map(|n| format!("(part{n})")).collect();
        let value = vm.eval_text(&format!("(import {sets}) (append v0 v19)"));
        assert_eq!(value.as_deref(), Ok("(9 8 7 6 5 4 3 2 1 9 8 7 6 5 4 3 2 1)"));
    }

    #[test]
    fn a_form_without_a_value_hides_that_of_the_form_before() {
        let vm = Vm::new().expect("the system has memory");
        assert_eq!(vm.eval_text("1 (define x 2)").as_deref(), Ok(""));
        assert_eq!(vm.eval_text("1 (define-syntax m (syntax-rules ()))").as_deref(), Ok(""));
    }
}
