//! What guest threads run, and what happens when they end.

use crate::capability::Capability;
use crate::interp::{Machine, Outcome};
use crate::limits::Sandbox;
use crate::vm::{self, VmShared};
use lisle_gc::{Kind, Value, object};
use lisle_threads::{Mutator, RootSlot, ThreadOutcome, thread};
use std::sync::{Arc, Weak};

/// Tells the world of a new VM what its threads run.
pub(crate) fn install(vm: &Arc<VmShared>) {
    let weak: Weak<VmShared> = Arc::downgrade(vm);
    vm.world.set_thread_body(Arc::new(move |mutator| match weak.upgrade() {
        Some(vm) => run(&vm, mutator),
        None => ThreadOutcome::Terminated,
    }));
}

/// Runs the thunk of the current thread object, inside the sandbox of the thread that started it.
fn run(vm: &VmShared, mutator: &mut Mutator) -> ThreadOutcome {
    let Some(sandbox) = Sandbox::of(mutator) else { return run_thunk(vm, mutator) };
    if sandbox.reached().is_some() {
        // It came after those inside were told.
        sandbox.dismiss_thread();
        return ThreadOutcome::Terminated;
    }
    sandbox.thread_began(mutator.id());
    mutator.heap.set_allowance(sandbox.take_bytes());
    mutator.heap.set_lender(sandbox.lender());
    let outcome = run_thunk(vm, mutator);
    sandbox.thread_ended(mutator.id());
    outcome
}

fn run_thunk(vm: &VmShared, mutator: &mut Mutator) -> ThreadOutcome {
    let object = thread::current(mutator);
    let inherited = thread::inherited(object);
    let Ok(state) = vm::initial_state(&mut mutator.heap, inherited) else {
        return ThreadOutcome::Uncaught(vm.heap_exhausted_condition());
    };
    mutator.roots[RootSlot::DynamicState] = state;
    let thunk = thread::thunk(thread::current(mutator));
    let outcome = Machine::new(mutator, vm).call(thunk, &[]);
    match outcome {
        // A continuation of the main program ends the thread that called it.
        Outcome::Value(value) => {
            ThreadOutcome::Returned(vm.form_ended(value).map_or(value, |(_, value)| value))
        }
        Outcome::Uncaught(payload) => {
            report_uncaught(vm, mutator, payload);
            ThreadOutcome::Uncaught(payload)
        }
        Outcome::Terminated | Outcome::Limited(_) => ThreadOutcome::Terminated,
        Outcome::Exit(status) if vm.config.owns_process => crate::cli::leave(vm, status),
        Outcome::Exit(_) => ThreadOutcome::Terminated,
        Outcome::Thrown(..) => unreachable!("no call from the host is around a thread's run"),
    }
}

/// An exception nobody handled ends its thread; it is reported at once, with the thread's name, and
/// comes out of `thread-join!` too.
fn report_uncaught(vm: &VmShared, mutator: &Mutator, payload: Value) {
    // The standard streams are the host's.
    if !vm.config.capabilities.has(Capability::StandardStreams) {
        return;
    }
    let mut name = mutator.name().to_string();
    if name.is_empty() {
        name = format!("#{}", mutator.id().0);
    }
    let report = crate::backtrace::report(vm, payload);
    if !crate::cli::report::is_for_want_of_a_reader(vm, &report) {
        crate::cli::report::show(vm, &report, Some(&name));
    }
}

/// The parameterisation that a new thread inherits from this one.
pub(crate) fn inherited_parameters(mutator: &Mutator) -> Value {
    let state = mutator.roots[RootSlot::DynamicState];
    if object::is_kind(state, Kind::Vector) { object::field(state, 2) } else { Value::NIL }
}
