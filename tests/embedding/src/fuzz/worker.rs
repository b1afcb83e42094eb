//! A thread of an episode: random steps on the machines and roots that all its threads share.

use super::machine::{self, Pool};
use super::program;
use crate::random::Random;
use lisle::{Attached, Error, ErrorKind, Frame, FromScheme, Libraries, Procedure, Root, Vm};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// What the threads of an episode share.
#[derive(Default)]
pub struct Shared {
    /// Machines with their numbers.
    vms: Mutex<Vec<(u64, Vm)>>,
    next: AtomicU64,
    libraries: Libraries,
    pool: Pool,
}

impl Shared {
    fn vms(&self) -> MutexGuard<'_, Vec<(u64, Vm)>> {
        self.vms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thread.
pub struct Worker<'a> {
    random: Random,
    shared: &'a Shared,
    /// All of one machine, whose number this is: a thread that is attached to one machine and works in
    /// another makes collections of the first wait, and two such threads could wait for each other.
    guards: Vec<Attached>,
    attached: u64,
    roots: Vec<Root>,
    procedures: Vec<(u64, Vm, Root<Procedure>)>,
}

impl<'a> Worker<'a> {
    /// A thread with its own stream of choices.
    pub fn new(seed: u64, shared: &'a Shared) -> Worker<'a> {
        let random = Random::new(seed);
        let (guards, roots, procedures) = (Vec::new(), Vec::new(), Vec::new());
        Worker { random, shared, guards, attached: 0, roots, procedures }
    }

    /// One random step.
    ///
    /// # Errors
    /// A text, when something happened that must not.
    pub fn step(&mut self) -> Result<(), String> {
        match self.random.below(22) {
            0 => self.make_machine(),
            1 => self.drop_machine(),
            2 => self.attach(),
            3 => self.detach(),
            4..=9 => self.evaluate(),
            10 => self.make_procedure(),
            11..=13 => self.call(),
            14 => self.use_roots(),
            15 => self.pass_roots(),
            16 => self.change_library(),
            17 => self.interrupt(),
            18 => self.variables(),
            19 => self.call_later(),
            20 => self.collect(),
            _ => self.windows(),
        }
    }

    fn vm(&mut self) -> Result<Vm, String> {
        let found = {
            let vms = self.shared.vms();
            (!vms.is_empty()).then(|| self.random.pick(&vms).clone())
        };
        match found {
            Some((number, vm)) => {
                self.leave_others(number);
                Ok(vm)
            }
            None => {
                self.make_machine()?;
                self.vm()
            }
        }
    }

    /// Detaches from every machine but this one.
    fn leave_others(&mut self, number: u64) {
        if self.attached != number {
            self.guards.clear();
            self.attached = number;
        }
    }

    fn make_machine(&mut self) -> Result<(), String> {
        self.leave_others(0);
        if self.shared.vms().len() >= 3 {
            return self.drop_machine();
        }
        let text = machine::library(&mut self.random);
        self.shared.libraries.insert("(fuzz library)", text);
        match machine::build(&mut self.random, &self.shared.libraries, &self.shared.pool) {
            Ok(vm) => {
                let number = 1 + self.shared.next.fetch_add(1, Ordering::Relaxed);
                self.shared.vms().push((number, vm));
                Ok(())
            }
            Err(error) => Err(format!("a machine cannot be made: {error}")),
        }
    }
    fn drop_machine(&mut self) -> Result<(), String> {
        let dropped = {
            let mut vms = self.shared.vms();
            let at = self.random.below(vms.len().max(1));
            (at < vms.len()).then(|| vms.swap_remove(at))
        };
        drop(dropped);
        Ok(())
    }
    fn attach(&mut self) -> Result<(), String> {
        let vm = self.vm()?;
        let guard = vm.attach().map_err(|error| format!("attaching: {error}"))?;
        self.guards.push(guard);
        if self.guards.len() > 6 { self.detach() } else { Ok(()) }
    }
    fn detach(&mut self) -> Result<(), String> {
        if !self.guards.is_empty() {
            let at = self.random.below(self.guards.len());
            drop(self.guards.swap_remove(at));
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<(), String> {
        let vm = self.vm()?;
        let text = program::program(&mut self.random);
        match self.random.below(6) {
            0 => self.evaluate_to::<i64>(&vm, &text),
            1 => self.evaluate_to::<Vec<Root>>(&vm, &text),
            2 => self.evaluate_to::<String>(&vm, &text),
            3 => self.evaluate_to::<BTreeMap<String, f64>>(&vm, &text),
            4 => self.evaluate_to::<()>(&vm, &text),
            _ => {
                let limits = machine::limits(&mut self.random);
                let result = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<Root>(&text)));
                self.judge(&vm, &text, result.as_ref().err())?;
                self.roots.extend(result);
                Ok(())
            }
        }
    }
    fn evaluate_to<T: FromScheme>(&mut self, vm: &Vm, text: &str) -> Result<(), String> {
        let (outer, inner) = (machine::limits(&mut self.random), machine::limits(&mut self.random));
        let nest = self.random.once_in(3);
        let result = vm.enter(|cx| {
            cx.limits(outer, |cx| match nest {
                true => cx.limits(inner, |cx| cx.eval::<T>(text)),
                false => cx.eval::<T>(text),
            })
        });
        self.judge(vm, text, result.err().as_ref())
    }
    /// Is this an error that this program may end with?
    fn judge(&mut self, vm: &Vm, text: &str, error: Option<&Error>) -> Result<(), String> {
        let Some(error) = error else { return Ok(()) };
        // Errors are looked at in every way.
        let shown = format!("{error} {error:?} {:?} {:?}", error.place(), error.backtrace());
        if let Some(raised) = error.raised(vm) {
            self.roots.push(raised);
        }
        let is_possible = match error.kind() {
            ErrorKind::Panic => error.message().contains(machine::PANIC),
            // In this text, or in an earlier one, into which a continuation has led.
            ErrorKind::WrongVm => {
                let kept = |frame: &Frame| frame.procedure == "host-kept";
                text.contains("host-kept") || error.backtrace().iter().any(kept)
            }
            ErrorKind::Window => false,
            _ => !error.message().is_empty(),
        };
        if is_possible { Ok(()) } else { Err(format!("{text}\n  gives {shown}")) }
    }

    fn make_procedure(&mut self) -> Result<(), String> {
        let vm = self.vm()?;
        let text = program::procedure(&mut self.random);
        let limits = machine::limits(&mut self.random);
        let made = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<Root<Procedure>>(&text)));
        self.judge(&vm, &text, made.as_ref().err())?;
        let number = self.attached;
        self.procedures.extend(made.map(|procedure| (number, vm, procedure)));
        if self.procedures.len() > 8 {
            let at = self.random.below(8);
            drop(self.procedures.swap_remove(at));
        }
        Ok(())
    }
    fn call(&mut self) -> Result<(), String> {
        if self.procedures.is_empty() {
            return self.make_procedure();
        }
        let (number, vm, procedure) = self.random.pick(&self.procedures).clone();
        self.leave_others(number);
        let limits = machine::limits(&mut self.random);
        let root = self.shared.pool.copy();
        let which = self.random.below(4);
        let number = self.random.word();
        let result = vm.enter(|cx| {
            cx.limits(limits, |cx| match which {
                0 => cx.call::<Root>(&procedure, ()),
                1 => cx.call::<Root>(&procedure, (number,)),
                2 => cx.call::<Root>(&procedure, (vec![1, 2, 3], "text", 1.5)),
                _ => cx.call::<Root>(&procedure, (root,)),
            })
        });
        let of_another = matches!(&result, Err(error) if error.kind() == ErrorKind::WrongVm);
        if of_another {
            return Ok(());
        }
        self.judge(&vm, "a procedure", result.as_ref().err())?;
        self.roots.extend(result);
        Ok(())
    }

    fn use_roots(&mut self) -> Result<(), String> {
        self.leave_others(0);
        if self.roots.is_empty() {
            return Ok(());
        }
        let at = self.random.below(self.roots.len());
        let root = &self.roots[at];
        // Either works or the machine is gone.
        let _ = (root.to::<i64>(), root.to::<Vec<Root>>(), root.to::<String>());
        let copy = root.clone();
        if self.roots.len() > 12 || self.random.once_in(2) {
            drop(self.roots.swap_remove(at));
        }
        self.shared.pool.put(copy);
        Ok(())
    }
    fn pass_roots(&mut self) -> Result<(), String> {
        match (self.random.once_in(2), self.shared.pool.take()) {
            (true, Some(root)) => self.roots.push(root),
            (_, taken) => drop(taken),
        }
        if self.roots.len() > 4 {
            let root = self.roots.swap_remove(0);
            // Another thread lets it go.
            thread::scope(|scope| {
                scope.spawn(move || drop((root.clone(), root)));
            });
        }
        Ok(())
    }
    fn change_library(&mut self) -> Result<(), String> {
        let text = machine::library(&mut self.random);
        self.shared.libraries.insert("(fuzz library)", text);
        let vm = self.vm()?;
        // A library that is not legal, or was never loaded, is an error.
        let _ = vm.reload("(fuzz library)");
        Ok(())
    }
    fn interrupt(&mut self) -> Result<(), String> {
        let vm = self.vm()?;
        let handle = vm.interrupt_handle();
        let limits = machine::limits(&mut self.random);
        thread::scope(|scope| {
            scope.spawn(move || handle.interrupt());
            let text = "(let loop () (loop))";
            let result = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<()>(text)));
            self.judge(&vm, text, result.err().as_ref())
        })
    }
    fn variables(&mut self) -> Result<(), String> {
        let vm = self.vm()?;
        let value = self.random.word();
        // Another thread may change it meanwhile, or the heap be full.
        let _ = vm.set("global", (value, "text", Some(1.5)));
        let _ = vm.get::<Root>("global").map(|root| self.roots.push(root));
        let missing = vm.get::<i64>("there is | no \\ such").err().map(|error| error.kind());
        let is_right = matches!(
            missing,
            Some(
                ErrorKind::Unbound
                    | ErrorKind::HeapExhausted
                    | ErrorKind::Limit(_)
                    | ErrorKind::Interrupted
            )
        );
        if is_right { Ok(()) } else { Err(format!("an unbound variable: {missing:?}")) }
    }
    fn call_later(&mut self) -> Result<(), String> {
        let vm = self.vm()?;
        let made = vm.eval::<Root<Procedure>>("(lambda (n) (apply + (make-list 10 n)))");
        // The heap may be full, or another thread interrupt the machine.
        let Ok(procedure) = made else { return Ok(()) };
        // Who waits is not attached.
        self.leave_others(0);
        let called = block_on(procedure.call_async::<i64>((4,)));
        match called {
            Ok(40) | Err(_) => Ok(()),
            Ok(wrong) => Err(format!("a call on another thread gives {wrong}")),
        }
    }
    fn collect(&mut self) -> Result<(), String> {
        self.vm()?.collect().map_err(|error| format!("collecting: {error}"))
    }
    fn windows(&mut self) -> Result<(), String> {
        let vm = self.vm()?;
        let inner = vm.clone();
        let root = self.shared.pool.copy();
        let result = vm.window(|w| {
            let list = (0..50).try_fold(lisle::Local::NIL, |rest, n| w.cons(w.make(n)?, rest))?;
            let vector = w.vector(&[list, w.make("text")?, w.symbol("name")?])?;
            let refused = inner.eval::<()>("1").expect_err("a window is open").kind();
            assert_eq!(refused, ErrorKind::Window);
            if let Some(root) = &root
                && let Ok(value) = root.get(w)
            {
                w.vector_set(vector, 1, value)?;
            }
            w.root::<lisle::Value>(vector)
        });
        match result {
            Ok(root) => self.roots.push(root),
            Err(error) if error.kind() == ErrorKind::HeapExhausted => {}
            Err(error) => return Err(format!("in a window: {error}")),
        }
        Ok(())
    }
}

/// Waits for a future on the calling thread.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut task = TaskContext::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut task) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
