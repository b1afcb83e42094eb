//! The host's view of its own thread's mutator, while guest code may run.

use super::attach;
use super::convert::{Arguments, FromScheme, Given};
use super::error::{Error, ErrorKind};
use super::handle::Vm;
use super::interrupt::InterruptHandle;
use super::local::Local;
use super::root::{Procedure, Root};
use super::window::Window;
use crate::expand::Environment;
use crate::front::{self, FrontError};
use crate::interp::Machine;
use crate::interp::host::ARGUMENTS_MOST;
use crate::limits::{Limits, Refuel, Refuelling, Sandbox, Stay};
use crate::read::datum::Datum;
use crate::source::Span;
use crate::vm::VmShared;
use lisle_gc::Value;
use lisle_threads::Mutator;
use smallvec::SmallVec;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

/// What a procedure of the host may do with the VM that called it: everything that [`Vm`] can, a
/// little quicker, and in the dynamic extent of the call. Its first parameter may be a
/// `&mut Context`.
///
/// ```
/// use lisle::{Context, Error, Procedure, Root, Vm};
/// let vm = Vm::new()?;
/// vm.define("twice", |cx: &mut Context, f: Root<Procedure>, x: i64| {
///     let once: i64 = cx.call(&f, (x,))?;
///     cx.call::<i64>(&f, (once,))
/// })?;
/// assert_eq!(vm.eval::<i64>("(twice (lambda (x) (* x x)) 3)")?, 81);
/// # Ok::<(), Error>(())
/// ```
pub struct Context<'a> {
    mutator: &'a mut Mutator,
    vm: &'a VmShared,
    /// The mutator is this thread's.
    _thread: PhantomData<*mut ()>,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(mutator: &'a mut Mutator, vm: &'a VmShared) -> Context<'a> {
        Context { mutator, vm, _thread: PhantomData }
    }

    /// The VM.
    ///
    /// ```
    /// use lisle::{Context, Vm};
    /// let vm = Vm::new()?;
    /// vm.define("remember", |cx: &mut Context, n: i64| cx.vm().set("remembered", n))?;
    /// assert_eq!(vm.eval::<i64>("(define remembered 0) (remember 7) remembered")?, 7);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn vm(&self) -> Vm {
        Vm::of(self.vm)
    }

    /// Opens a window on values: until `work` returns nothing collects, and guest code cannot run. A thread
    /// of the machine that needs a collection waits for it: `work` must not wait for another thread, nor
    /// work in another machine, which may be collecting.
    ///
    /// # Errors
    /// Those of `work`.
    ///
    /// ```
    /// # use lisle::{Context, Vm};
    /// # let vm = Vm::new()?;
    /// vm.define("second", |cx: &mut Context, list: lisle::Root| {
    ///     cx.window(|w| w.root::<lisle::Value>(w.car(w.cdr(list.get(w)?)?)?))
    /// })?;
    /// assert_eq!(vm.eval::<String>("(second '(a \"b\" c))")?, "b");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn window<R>(
        &mut self,
        work: impl for<'w> FnOnce(&Window<'w>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let vm = self.vm;
        attach::in_window(self.mutator, |mutator| work(&Window::new(mutator, vm)))
    }

    /// Evaluates the forms of a text in order; the value of the last.
    ///
    /// # Errors
    /// When a form is illegal, raises what nothing handles, or ends the program; and when the value
    /// is of another type than wanted.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let sum = vm.enter(|cx| {
    ///     cx.eval::<()>("(define (double n) (* 2 n))")?;
    ///     Ok(cx.eval::<i64>("(double 1)")? + cx.eval::<i64>("(double 2)")?)
    /// })?;
    /// assert_eq!(sum, 6);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn eval<T: FromScheme>(&mut self, text: &str) -> Result<T, Error> {
        self.eval_named("<host>", text)
    }
    /// The same with a name for the text, which error messages show.
    ///
    /// # Errors
    /// As [`Context::eval`].
    ///
    /// ```
    /// # use lisle::{Context, Vm};
    /// # let vm = Vm::new()?;
    /// vm.define("load-rule", |cx: &mut Context, name: String, text: String| {
    ///     cx.eval_named::<lisle::Root>(&name, &text)
    /// })?;
    /// let error = vm.eval::<()>("(load-rule \"rule-7\" \"(car 1)\")").unwrap_err();
    /// assert_eq!(error.place().map(|place| place.file.as_str()), Some("rule-7"));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn eval_named<T: FromScheme>(&mut self, name: &str, text: &str) -> Result<T, Error> {
        let value = self.evaluate(name, text)?;
        self.convert(value)
    }

    /// Calls a procedure.
    ///
    /// # Errors
    /// When it raises what nothing in it handles, when a conversion fails, or when the procedure
    /// belongs to another VM.
    ///
    /// ```
    /// # use lisle::{Context, Procedure, Root, Vm};
    /// # let vm = Vm::new()?;
    /// vm.define("apply-twice", |cx: &mut Context, f: Root<Procedure>, x: f64| {
    ///     let once: f64 = cx.call(&f, (x,))?;
    ///     cx.call::<f64>(&f, (once,))
    /// })?;
    /// assert_eq!(vm.eval::<f64>("(apply-twice sqrt 81)")?, 3.0);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn call<R: FromScheme>(
        &mut self,
        procedure: &Root<Procedure>,
        arguments: impl Arguments,
    ) -> Result<R, Error> {
        let vm = self.vm;
        let mut values = SmallVec::new();
        let procedure = attach::in_window(self.mutator, |mutator| {
            arguments.push(&Window::new(mutator, vm), &mut Given::new(&mut values))?;
            procedure.word(vm)
        })?;
        if values.len() > ARGUMENTS_MOST {
            let message = format!("a call from the host has at most {ARGUMENTS_MOST} arguments");
            return Err(Error::of_kind(ErrorKind::Range, message));
        }
        let outcome = Machine::new(self.mutator, vm).call_from_host(procedure, &values);
        let value = Error::from_outcome(vm, outcome)?;
        self.convert(value)
    }

    /// Runs `work` under limits, which hold for all guest code that it runs on this thread and for
    /// the threads that this code starts. Limits nest: inner ones draw on outer ones.
    ///
    /// When a limit is reached the program gets a condition that it can handle, with some steps,
    /// milliseconds and kilobytes more to do so; after that its run ends with an error of the kind
    /// [`ErrorKind::Limit`]. The machine can be used as before. Threads started inside stay under the
    /// limits when `work` has returned.
    ///
    /// # Errors
    /// Those of `work`.
    ///
    /// ```
    /// use lisle::{Error, ErrorKind, Limit, Limits, Vm};
    /// use std::time::Duration;
    /// let vm = Vm::new()?;
    /// let limits = Limits::new().fuel(100_000).deadline(Duration::from_secs(5));
    /// let result: Result<(), Error> =
    ///     vm.enter(|cx| cx.limits(limits, |cx| cx.eval("(let loop () (loop))")));
    /// assert_eq!(result.unwrap_err().kind(), ErrorKind::Limit(Limit::Fuel));
    /// assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn limits<R>(
        &mut self,
        limits: Limits,
        work: impl FnOnce(&mut Context<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.stay(limits, None, work)
    }
    /// The same, but when the fuel is used up, `refuel` is asked whether the evaluation goes on
    /// where it is, and how far. It is called on the thread that has run dry, which may be one that
    /// the evaluation started; while one thread asks, the others wait for the answer as soon as they
    /// run dry. Collections go on meanwhile, so it may wait. When it panics, that is a
    /// [`Refuel::Stop`].
    ///
    /// This suits a host that wants to do something now and then while a script runs: look at a
    /// clock, draw, count what the script costs. To give control back to the caller instead, see
    /// [`Root::start`].
    ///
    /// # Errors
    /// Those of `work`.
    ///
    /// ```
    /// use lisle::{Limits, Refuel, Vm};
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// static ASKED: AtomicU64 = AtomicU64::new(0);
    /// let vm = Vm::new()?;
    /// let refuel = || match ASKED.fetch_add(1, Ordering::Relaxed) {
    ///     0..9 => Refuel::More(1_000),
    ///     _ => Refuel::Stop,
    /// };
    /// let endless = "(let loop () (loop))";
    /// let limits = Limits::new().fuel(1_000);
    /// let result = vm.enter(|cx| cx.limits_refuelled(limits, refuel, |cx| cx.eval::<()>(endless)));
    /// assert!(result.is_err());
    /// assert_eq!(ASKED.load(Ordering::Relaxed), 10);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn limits_refuelled<R>(
        &mut self,
        limits: Limits,
        refuel: impl Fn() -> Refuel + Send + Sync + 'static,
        work: impl FnOnce(&mut Context<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.stay(limits, Some(Refuelling::new(refuel)), work)
    }
    fn stay<R>(
        &mut self,
        limits: Limits,
        refuelling: Option<Refuelling>,
        work: impl FnOnce(&mut Context<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let (mutator, vm) = self.parts();
        let stay = Stay::begin(vm, mutator, limits, refuelling);
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));
        let limit = stay.end(self.parts().0);
        let result = result.unwrap_or_else(|panic| resume_unwind(panic));
        // What goes wrong when a limit is reached does so because of it: a thread that is waited
        // for ended, for example.
        result.map_err(|error| match limit {
            Some(limit) => error.at_limit(limit),
            None => error,
        })
    }
    /// A handle by which other threads interrupt the limited evaluation that runs here, or, outside
    /// one, the whole machine.
    ///
    /// ```
    /// use lisle::{Error, ErrorKind, Limit, Limits, Vm};
    /// let vm = Vm::new()?;
    /// let result: Result<(), Error> = vm.enter(|cx| cx.limits(Limits::new(), |cx| {
    ///     let handle = cx.interrupt_handle();
    ///     let other = std::thread::spawn(move || handle.interrupt());
    ///     let result = cx.eval("(let loop () (loop))");
    ///     other.join().unwrap();
    ///     result
    /// }));
    /// assert_eq!(result.unwrap_err().kind(), ErrorKind::Limit(Limit::Interrupted));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn interrupt_handle(&self) -> InterruptHandle {
        let vm = self.vm.this();
        InterruptHandle::new(vm, Sandbox::of(self.mutator))
    }

    /// Runs `work`, which may wait or take long; collections go on meanwhile.
    ///
    /// # Panics
    /// When `work` attached the thread to this VM and did not detach it.
    ///
    /// ```
    /// # use lisle::{Context, Vm};
    /// # let vm = Vm::new()?;
    /// vm.define("pause", |cx: &mut Context, ms: u64| {
    ///     cx.blocking(|| std::thread::sleep(std::time::Duration::from_millis(ms)));
    /// })?;
    /// vm.eval::<()>("(pause 1)")?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn blocking<R>(&mut self, work: impl FnOnce() -> R) -> R {
        attach::in_native(self.mutator, work)
    }

    /// The value just returned by guest code.
    fn convert<T: FromScheme>(&mut self, value: Value) -> Result<T, Error> {
        let vm = self.vm;
        attach::in_window(self.mutator, |mutator| {
            T::from_scheme(&Window::new(mutator, vm), Local::new(value))
        })
    }

    /// The value of the last form, not rooted.
    pub(crate) fn evaluate(&mut self, name: &str, text: &str) -> Result<Value, Error> {
        let vm = self.vm;
        let source = vm.sources.add(name, text.to_owned());
        let read = front::forms_of(vm, self.parts().0, &source);
        let (forms, unreadable) = read.map_err(|error| Error::from_front(vm, error))?;
        let environment = vm.front.expander(vm).interaction_environment().clone();
        let before = vm.front.foresee(vm, self.parts().0, &forms, &environment);
        self.run_all(before, Span::NONE)?;
        let mut last = Value::UNSPECIFIED;
        for form in forms {
            last = match is_import(&form, vm) {
                true => self.with_libraries(|cx| cx.evaluate_form(&form, &environment))?,
                false => self.evaluate_form(&form, &environment)?,
            };
        }
        match unreadable {
            None => Ok(last),
            Some(error) => Err(Error::at(vm, ErrorKind::Read, error.message, error.span)),
        }
    }
    fn evaluate_form(
        &mut self,
        form: &Datum,
        environment: &Arc<Environment>,
    ) -> Result<Value, Error> {
        let (mutator, vm) = self.parts();
        let compiled = vm.front.compile(vm, mutator, form, environment);
        self.run_all(compiled, form.span)
    }
    /// Calls the procedures that a form was compiled to; the value of the last, not rooted.
    fn run_all(
        &mut self,
        compiled: Result<Vec<Value>, FrontError>,
        span: Span,
    ) -> Result<Value, Error> {
        let (mutator, vm) = self.parts();
        let compiled = compiled.map_err(|error| Error::from_front(vm, error))?;
        // Rooted: running one may collect the others.
        let procedures: Vec<_> = compiled.into_iter().map(|v| vm.heap.add_root(v)).collect();
        let mut last = Value::UNSPECIFIED;
        for procedure in procedures {
            let outcome = Machine::new(mutator, vm).call_from_host(procedure.get(), &[]);
            let ended = Error::from_outcome(vm, outcome);
            last = ended.map_err(|error| error.placed(vm, span))?;
        }
        Ok(last)
    }

    /// The mutator, which is current until code of the host runs again.
    pub(crate) fn parts(&mut self) -> (&mut Mutator, &'a VmShared) {
        attach::make_current(self.mutator);
        (self.mutator, self.vm)
    }
}

/// Does the form import libraries?
fn is_import(form: &Datum, vm: &VmShared) -> bool {
    let head = form.as_pair().and_then(|pair| pair.car.as_symbol());
    head.is_some_and(|head| *vm.symbols.name(head) == *"import")
}
