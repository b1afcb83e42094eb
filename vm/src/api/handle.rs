//! Virtual machines, and attaching threads to them.

use super::attach;
use super::builder::Builder;
use super::context::Context;
use super::convert::{FromScheme, IntoScheme};
use super::error::{Error, ErrorKind};
use super::function::{self, HostFunction};
use super::interrupt::InterruptHandle;
use super::local::Local;
use super::root::{Root, Value};
use super::window::Window;
use crate::print;
use crate::vm::{VmConfig, VmShared};
use lisle_gc::Value as Word;
use lisle_threads::{Interrupt, MutatorId};
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

/// A virtual machine. Clones are the same machine. Any thread may use it, several at once.
///
/// Its methods attach the calling thread for the call; [`Vm::attach`] keeps it attached. When the
/// last handle is dropped, the guest threads that are still there are told to end.
///
/// A procedure of the host that owns a `Vm` keeps the machine alive that owns it: give it a
/// [`WeakVm`], or use the [`Context`] that it is called with.
///
/// ```
/// use lisle::Vm;
/// let vm = Vm::new()?;
/// let same = vm.clone();
/// std::thread::spawn(move || same.eval::<()>("(define x 1)")).join().unwrap()?;
/// assert_eq!(vm.eval::<i64>("x")?, 1);
/// # Ok::<(), lisle::Error>(())
/// ```
pub struct Vm {
    shared: Arc<VmShared>,
}

impl Vm {
    /// A virtual machine with the default configuration.
    ///
    /// # Errors
    /// When the system refuses the memory.
    ///
    /// ```
    /// let vm = lisle::Vm::new()?;
    /// let squares: Vec<i64> = vm.eval("(map square '(1 2 3))")?;
    /// assert_eq!(squares, [1, 4, 9]);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn new() -> Result<Vm, Error> {
        Builder::new().build()
    }
    /// A way to a virtual machine that is configured.
    ///
    /// ```
    /// let vm = lisle::Vm::builder().heap_limit(64 << 20).build()?;
    /// assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn builder() -> Builder {
        Builder::new()
    }
    /// A virtual machine with this configuration.
    ///
    /// # Errors
    /// When the system refuses the memory.
    ///
    /// ```
    /// use lisle::{Vm, VmConfig};
    /// let config = VmConfig { owns_process: false, count_calls: true, ..VmConfig::default() };
    /// let vm = Vm::with_config(config)?;
    /// assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn with_config(config: VmConfig) -> Result<Vm, Error> {
        let made = VmShared::new(config)
            .map_err(|error| Error::of_kind(ErrorKind::System, error.to_string()))?;
        let (shared, mutator) = made;
        let resting = mutator.rest();
        shared.resting.lock().push(resting);
        Ok(Vm::of(&shared))
    }
    pub(crate) fn of(shared: &VmShared) -> Vm {
        shared.handles.fetch_add(1, Ordering::Relaxed);
        let shared = shared.this().upgrade().expect("the machine is there while it is borrowed");
        Vm { shared }
    }
    pub(crate) fn shared(&self) -> &Arc<VmShared> {
        &self.shared
    }

    /// Attaches the calling thread for as long as the guard lives, so that calls need not. A thread
    /// that is attached and does something else for long makes collections wait: such work belongs
    /// into [`Context::blocking`] or outside the guard's life.
    ///
    /// # Errors
    /// When the system has no memory for the thread's stack, or inside a window.
    ///
    /// ```
    /// # use lisle::Vm;
    /// let vm = Vm::new()?;
    /// let attached = vm.attach()?;
    /// for n in 0..10 {
    ///     attached.set("n", n)?;
    ///     assert_eq!(attached.eval::<i64>("(* n n)")?, n * n);
    /// }
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn attach(&self) -> Result<Attached, Error> {
        Ok(Attached { _guard: attach::Guard::attach(&self.shared)?, vm: self.clone() })
    }
    /// Runs `work` with the calling thread attached.
    ///
    /// # Errors
    /// Those of `work`, and as [`Vm::attach`].
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let sum = vm.enter(|cx| {
    ///     let list: lisle::Root = cx.eval("(iota 10)")?;
    ///     let add = cx.eval("(lambda (l) (apply + l))")?;
    ///     cx.call::<i64>(&add, (list,))
    /// })?;
    /// assert_eq!(sum, 45);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn enter<R>(
        &self,
        work: impl FnOnce(&mut Context<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        attach::with(&self.shared, |mutator, vm| work(&mut Context::new(mutator, vm)))
    }
    /// Opens a window on values, see [`Context::window`].
    ///
    /// # Errors
    /// Those of `work`, and as [`Vm::attach`].
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let text = vm.window(|w| Ok(w.write(w.list(&[w.make(1)?, w.symbol("x")?])?)))?;
    /// assert_eq!(text, "(1 x)");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn window<R>(
        &self,
        work: impl for<'w> FnOnce(&Window<'w>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.enter(|cx| cx.window(work))
    }

    /// Evaluates the forms of a text in the interaction environment, in order; the value of the last.
    ///
    /// # Errors
    /// When a form is illegal, raises what nothing handles, or ends the program; and when the value
    /// is of another type than wanted.
    ///
    /// ```
    /// let vm = lisle::Vm::new()?;
    /// vm.eval::<()>("(define (double n) (* 2 n))")?;
    /// assert_eq!(vm.eval::<i64>("(double 21)")?, 42);
    /// assert!(vm.eval::<i64>("(car '())").is_err());
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn eval<T: FromScheme>(&self, text: &str) -> Result<T, Error> {
        self.enter(|cx| cx.eval(text))
    }
    /// The same with a name for the text, which error messages show.
    ///
    /// # Errors
    /// As [`Vm::eval`].
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let error = vm.eval_named::<i64>("rules.scm", "1\n(car 2)").unwrap_err();
    /// assert_eq!(error.to_string(), "rules.scm:2:1: car: argument 1 must be a pair: 2");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn eval_named<T: FromScheme>(&self, name: &str, text: &str) -> Result<T, Error> {
        self.enter(|cx| cx.eval_named(name, text))
    }
    /// The same; the value as `write` shows it (nothing, when it is unspecified).
    ///
    /// # Errors
    /// As [`Vm::eval`].
    ///
    /// ```
    /// let vm = lisle::Vm::new()?;
    /// assert_eq!(vm.eval_text("(list 4 \"five\" #\\6)")?, "(4 \"five\" #\\6)");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn eval_text(&self, text: &str) -> Result<String, Error> {
        self.enter(|cx| {
            let value = cx.evaluate("<host>", text)?;
            let (_, vm) = cx.parts();
            Ok(match value == Word::UNSPECIFIED {
                true => String::new(),
                false => print::write_to_string(vm, value),
            })
        })
    }

    /// What the VM has done so far: counters that only grow, and histograms of how long stopping the
    /// world and collecting took. Needs no subscriber.
    ///
    /// ```
    /// let vm = lisle::Vm::new()?;
    /// vm.eval_text("(collect-garbage)")?;
    /// assert_eq!(vm.stats().pauses.count(), 1);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn stats(&self) -> crate::VmStats {
        self.shared.stats()
    }

    /// Defines a global variable of the interaction environment as a procedure of the host. See
    /// [`HostFunction`] for what it may be. Libraries import it from `(lisle host)`.
    ///
    /// # Errors
    /// When the heap limit is reached.
    ///
    /// ```
    /// let vm = lisle::Vm::new()?;
    /// vm.define("hypot", |a: f64, b: f64| a.hypot(b))?;
    /// assert_eq!(vm.eval::<f64>("(hypot 3 4)")?, 5.0);
    /// let error = vm.eval::<f64>("(hypot 3 \"four\")").unwrap_err();
    /// assert_eq!(error.message(), "hypot: argument 2: expected a real number, got \"four\"");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn define<M>(&self, name: &str, function: impl HostFunction<M>) -> Result<(), Error> {
        let procedure = function::typed(name, function);
        self.define_procedure(name, procedure)
    }
    /// Defines a procedure of the host that works on values as they are, in a window of its own: no
    /// conversion, no rooting, and nothing that could collect.
    ///
    /// # Errors
    /// When the heap limit is reached.
    ///
    /// ```
    /// let vm = lisle::Vm::new()?;
    /// vm.define_in_window("swap", 1..=1, |w, arguments| {
    ///     w.cons(w.cdr(arguments[0])?, w.car(arguments[0])?)
    /// })?;
    /// assert_eq!(vm.eval_text("(swap '(1 . 2))")?, "(2 . 1)");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn define_in_window(
        &self,
        name: &str,
        arity: std::ops::RangeInclusive<u8>,
        function: impl for<'w> Fn(&Window<'w>, &[Local<'w>]) -> Result<Local<'w>, Error>
        + Send
        + Sync
        + 'static,
    ) -> Result<(), Error> {
        self.define_procedure(name, function::windowed(name, arity, function))
    }
    fn define_procedure(&self, name: &str, procedure: function::Made) -> Result<(), Error> {
        self.enter(|cx| {
            let (mutator, vm) = cx.parts();
            let name = vm.symbols.intern(name);
            let (code, arity) = (procedure.code, procedure.arity);
            let code = vm.load_host(&mut mutator.heap, code, arity, Some(name));
            let code = code.map_err(|_| exhausted())?;
            let closure = crate::load::closure_of(&mut crate::cx::Cx::new(mutator, vm), code);
            let closure = vm.heap.add_root(closure.map_err(|_| exhausted())?);
            let defined = vm.front.define_procedure(vm, mutator, name, &closure);
            defined.map_err(|error| Error::from_front(vm, error))
        })
    }

    /// Sets a global variable of the interaction environment; defines it if need be.
    ///
    /// # Errors
    /// When the value cannot be converted or the heap limit is reached.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.set("limits", vec![1, 2, 3])?;
    /// assert_eq!(vm.eval::<i64>("(apply + limits)")?, 6);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn set(&self, name: &str, value: impl IntoScheme) -> Result<(), Error> {
        let value: Root<Value> = self.window(|w| w.root(w.make(value)?))?;
        self.enter(|cx| {
            let (mutator, vm) = cx.parts();
            let name = vm.symbols.intern(name);
            let defined = vm.front.define_value(vm, mutator, name, value.slot());
            defined.map_err(|error| Error::from_front(vm, error))
        })
    }
    /// The value of a global variable of the interaction environment.
    ///
    /// # Errors
    /// When there is none, or it is of another type than wanted.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.eval::<()>("(define answer 42)")?;
    /// assert_eq!(vm.get::<i64>("answer")?, 42);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn get<T: FromScheme>(&self, name: &str) -> Result<T, Error> {
        // A variable is evaluated; vertical bars let it have any name.
        let escaped = name.replace('\\', "\\\\").replace('|', "\\|");
        self.eval_named("<host>", &format!("|{escaped}|"))
    }

    /// A handle by which other threads interrupt all guest code of the machine.
    ///
    /// ```
    /// use lisle::{ErrorKind, Vm};
    /// let vm = Vm::new()?;
    /// let handle = vm.interrupt_handle();
    /// let other = std::thread::spawn(move || {
    ///     std::thread::sleep(std::time::Duration::from_millis(50));
    ///     handle.interrupt();
    /// });
    /// let error = vm.eval::<()>("(thread-sleep! 1000)").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Interrupted);
    /// # other.join().unwrap();
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::new(Arc::downgrade(&self.shared), None)
    }
    /// Asks for a full collection and runs it.
    ///
    /// # Errors
    /// As [`Vm::attach`].
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.eval::<()>("(import (srfi 124)) (define e (make-ephemeron (list 1) 2))")?;
    /// vm.collect()?;
    /// assert!(vm.eval::<bool>("(ephemeron-broken? e)")?);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn collect(&self) -> Result<(), Error> {
        self.enter(|cx| {
            let (mutator, _) = cx.parts();
            mutator.collect(lisle_gc::Reason::Host);
            Ok(())
        })
    }
    /// A handle that does not keep the machine alive.
    ///
    /// ```
    /// use lisle::Vm;
    /// let vm = Vm::new()?;
    /// let weak = vm.downgrade();
    /// // The machine owns the closure: if that owned the machine, neither would ever go.
    /// vm.define("answer", move || weak.upgrade().map_or(Ok(0), |vm| vm.get::<i64>("secret")))?;
    /// vm.set("secret", 42)?;
    /// assert_eq!(vm.eval::<i64>("(answer)")?, 42);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn downgrade(&self) -> WeakVm {
        WeakVm { shared: Arc::downgrade(&self.shared) }
    }
}

pub(crate) fn exhausted() -> Error {
    Error::of_kind(ErrorKind::HeapExhausted, "heap limit reached")
}

impl Clone for Vm {
    fn clone(&self) -> Vm {
        Vm::of(&self.shared)
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        if self.shared.handles.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.shared.world.interrupt_others(MutatorId::default(), &Interrupt::Terminate);
        }
    }
}

impl fmt::Debug for Vm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vm").finish_non_exhaustive()
    }
}

/// A handle of a virtual machine that does not keep it alive.
///
/// ```
/// # use lisle::Vm;
/// let vm = Vm::new()?;
/// let weak = vm.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(vm);
/// assert!(weak.upgrade().is_none());
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone)]
pub struct WeakVm {
    shared: Weak<VmShared>,
}

impl WeakVm {
    /// The machine, if it is still there.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let weak = vm.downgrade();
    /// assert_eq!(weak.upgrade().unwrap().eval::<i64>("(+ 1 2)")?, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn upgrade(&self) -> Option<Vm> {
        self.shared.upgrade().map(|shared| Vm::of(&shared))
    }
}

impl fmt::Debug for WeakVm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakVm").finish_non_exhaustive()
    }
}

/// Keeps the calling thread attached; made by [`Vm::attach`]. It is a [`Vm`] to use.
///
/// ```
/// # let vm = lisle::Vm::new()?;
/// let attached = vm.attach()?;
/// assert_eq!(attached.eval::<i64>("(+ 1 2)")?, 3);
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the thread is attached as long as the guard lives"]
pub struct Attached {
    // Dropped first, while the machine is there.
    _guard: attach::Guard,
    vm: Vm,
}

impl Deref for Attached {
    type Target = Vm;
    fn deref(&self) -> &Vm {
        &self.vm
    }
}
