//! Procedures of the host that wait, and calls that are waited for: blocking ones, and futures both
//! ways. Nothing here knows an executor.

use super::context::Context;
use super::convert::{Arguments, FromScheme};
use super::error::{Error, ErrorKind};
use super::function::IntoAnswer;
use super::interrupt::InterruptHandle;
use super::local::Local;
use super::root::{Procedure, Root};
use super::window::Window;
use crate::limits::{Limits, Sandbox};
use lisle_threads::Interrupt;
use lisle_threads::park::{Parker, Ticket, Until, Wake as Woken};
use parking_lot::Mutex;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread;

/// As the result of a procedure of the host: work that may take long or wait. Collections go on
/// while it is done.
///
/// ```
/// use lisle::{Blocking, Vm};
/// let vm = Vm::new()?;
/// vm.define("slurp", |name: String| Blocking(move || std::fs::read_to_string(name)))?;
/// assert!(vm.eval::<String>("(slurp \"/there/is/none\")").is_err());
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is done until the procedure returns it"]
pub struct Blocking<F>(pub F);

impl<F: FnOnce() -> O, O: IntoAnswer> IntoAnswer for Blocking<F> {
    type Ready = O::Ready;
    fn wait(self, cx: &mut Context<'_>) -> O::Ready {
        cx.blocking(self.0).wait(cx)
    }
    fn into_answer<'w>(ready: O::Ready, w: &Window<'w>) -> Result<Local<'w>, Error> {
        O::into_answer(ready, w)
    }
}

/// As the result of a procedure of the host: a future. The guest thread is parked while it is
/// pending; collections and other threads go on. It is polled by that thread, so a future that
/// needs its executor's context is to be spawned there, and the handle awaited.
///
/// An interrupt, a limit of time, and the end of the thread end the wait: the future is dropped, and
/// the program gets a condition.
///
/// ```
/// use lisle::{Async, Vm};
/// async fn length(key: String) -> Result<usize, String> {
///     if key.is_empty() { Err("an empty key".to_owned()) } else { Ok(key.len()) }
/// }
/// let vm = Vm::new()?;
/// vm.define("length-of", |key: String| Async(length(key)))?;
/// assert_eq!(vm.eval::<usize>("(length-of \"abc\")")?, 3);
/// assert_eq!(vm.eval::<usize>("(length-of \"\")").unwrap_err().message(), "an empty key");
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is awaited until the procedure returns it"]
pub struct Async<F>(pub F);

impl<F: Future<Output: IntoAnswer>> IntoAnswer for Async<F> {
    type Ready = Result<<F::Output as IntoAnswer>::Ready, Error>;
    fn wait(self, cx: &mut Context<'_>) -> Self::Ready {
        let (mutator, _) = cx.parts();
        let (parker, sandbox) = (mutator.parker(), Sandbox::of(mutator));
        let Some(output) = cx.blocking(|| block_on(&parker, sandbox.as_deref(), self.0)) else {
            // The interrupt is still there: the next poll is to look.
            cx.parts().0.stack.limit().trip();
            let message = "the wait for a future was interrupted";
            return Err(Error::of_kind(ErrorKind::Interrupted, message));
        };
        Ok(output.wait(cx))
    }
    fn into_answer<'w>(ready: Self::Ready, w: &Window<'w>) -> Result<Local<'w>, Error> {
        F::Output::into_answer(ready?, w)
    }
}

/// Ends one wait of a parker.
struct WakeUp(Arc<Parker>, Ticket);

impl Wake for WakeUp {
    fn wake(self: Arc<WakeUp>) {
        if self.0.wake(self.1, 0) {
            self.0.notify();
        }
    }
}

/// Polls the future, and sleeps between, until it is ready; `None` when an interrupt ended that.
fn block_on<F: Future>(
    parker: &Arc<Parker>,
    sandbox: Option<&Sandbox>,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    loop {
        // A wake-up from inside `poll` is kept. A waker of an earlier turn does nothing.
        let ticket = parker.prepare();
        let waker = Waker::from(Arc::new(WakeUp(Arc::clone(parker), ticket)));
        if let Poll::Ready(output) = future.as_mut().poll(&mut TaskContext::from_waker(&waker)) {
            parker.cancel(ticket);
            return Some(output);
        }
        let woken = parker.park(ticket, Until::Outside, || {});
        if woken == Woken::Interrupted && is_to_end(parker, sandbox) {
            return None;
        }
    }
}

/// Looks through the interrupts: is there one that ends a wait? It stays, for the next safepoint.
fn is_to_end(parker: &Parker, sandbox: Option<&Sandbox>) -> bool {
    let mut kept: Vec<Interrupt> = Vec::new();
    while let (Some(interrupt), _) = parker.take_interrupt() {
        let is_void =
            interrupt == Interrupt::Context && sandbox.is_none_or(|s| s.reached().is_none());
        if !is_void {
            kept.extend([interrupt]);
        }
    }
    let ends = !kept.is_empty();
    for interrupt in kept {
        parker.interrupt(interrupt);
    }
    ends
}

/// A call that runs on a thread of its own while its future is pending; made by
/// [`Root::call_async`]. When the future is dropped before, the call is interrupted, as by an
/// [`InterruptHandle`], and so are the threads that it started.
///
/// ```
/// # use lisle::{Procedure, Root, Vm};
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// let vm = Vm::new()?;
/// let endless: Root<Procedure> = vm.eval("(lambda () (let loop () (loop)))")?;
/// {
///     let mut calling = pin!(endless.call_async::<()>(()));
///     let mut task = Context::from_waker(Waker::noop());
///     assert!(matches!(calling.as_mut().poll(&mut task), Poll::Pending));
/// } // Dropped: the loop ends.
/// # Ok::<(), lisle::Error>(())
/// ```
#[must_use = "dropping it interrupts the call"]
pub struct Calling<R> {
    state: Arc<Mutex<State<R>>>,
}

struct State<R> {
    result: Option<Result<R, Error>>,
    waker: Option<Waker>,
    /// How to interrupt the call while it runs.
    handle: Option<InterruptHandle>,
    is_dropped: bool,
}

impl<R> State<R> {
    fn new() -> State<R> {
        State { result: None, waker: None, handle: None, is_dropped: false }
    }
}

impl<R> Future for Calling<R> {
    type Output = Result<R, Error>;
    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<Result<R, Error>> {
        let mut state = self.state.lock();
        match state.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                state.waker = Some(task.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<R> Drop for Calling<R> {
    fn drop(&mut self) {
        let handle = {
            let mut state = self.state.lock();
            state.is_dropped = true;
            state.handle.take()
        };
        if let Some(handle) = handle {
            handle.interrupt();
        }
    }
}

impl<R> fmt::Debug for Calling<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calling").finish_non_exhaustive()
    }
}

impl Root<Procedure> {
    /// Calls the procedure without making the calling thread wait: the future can be awaited on any
    /// executor. The call runs on a thread of its own, since guest code may compute for long and
    /// wait where it likes. It does not wait for the future to be polled first.
    ///
    /// Dropping the future interrupts the call, so what an executor offers to give up (a timeout, a
    /// selection) works; what the call has changed stays changed.
    ///
    /// ```
    /// # use lisle::{Procedure, Root, Vm};
    /// # async fn serve() -> Result<(), lisle::Error> {
    /// let vm = Vm::new()?;
    /// let handler: Root<Procedure> = vm.eval("(lambda (path) (string-append \"you asked for \" path))")?;
    /// let answer: String = handler.call_async(("/index".to_owned(),)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call_async<R>(&self, arguments: impl Arguments + Send + 'static) -> Calling<R>
    where
        R: FromScheme + Send + 'static,
    {
        let state = Arc::new(Mutex::new(State::new()));
        let (procedure, shared) = (self.clone(), Arc::clone(&state));
        let run = move || {
            let work = || procedure.attached(|cx| call(cx, &procedure, arguments, &shared));
            let panicked = |_| Err(Error::of_kind(ErrorKind::Panic, "a conversion panicked"));
            let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked);
            complete(&shared, result);
        };
        let spawned = thread::Builder::new().name("lisle-call".to_owned()).spawn(run);
        if let Err(error) = spawned {
            let message = format!("no thread for the call: {error}");
            complete(&state, Err(Error::of_kind(ErrorKind::System, message)));
        }
        Calling { state }
    }
}

/// Calls the procedure, unless its future was dropped already, so that it can be interrupted.
fn call<R: FromScheme>(
    cx: &mut Context<'_>,
    procedure: &Root<Procedure>,
    arguments: impl Arguments,
    shared: &Mutex<State<R>>,
) -> Result<R, Error> {
    cx.limits(Limits::new(), |cx| {
        {
            let mut state = shared.lock();
            if state.is_dropped {
                return Err(Error::of_kind(ErrorKind::Interrupted, "nobody awaits the call"));
            }
            state.handle = Some(cx.interrupt_handle());
        }
        cx.call(procedure, arguments)
    })
}

fn complete<R>(state: &Mutex<State<R>>, result: Result<R, Error>) {
    let waker = {
        let mut state = state.lock();
        state.result = Some(result);
        state.handle = None;
        state.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

const _: () = {
    const fn sent<T: Send>() {}
    sent::<Calling<String>>();
};
