//! Procedures of the host that wait, and calls that are waited for: blocking ones, and futures both
//! ways. Nothing here knows an executor.

use super::context::Context;
use super::convert::{Arguments, FromScheme};
use super::error::{Error, ErrorKind};
use super::function::IntoAnswer;
use super::root::{Procedure, Root};
use super::window::{Local, Window};
use parking_lot::Mutex;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread::{self, Thread};

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
/// ```
/// use lisle::{Async, Vm};
/// let vm = Vm::new()?;
/// vm.define("fetch", |key: String| Async(async move { Ok::<_, lisle::Error>(key.len()) }))?;
/// assert_eq!(vm.eval::<usize>("(fetch \"abc\")")?, 3);
/// # Ok::<(), lisle::Error>(())
/// ```
pub struct Async<F>(pub F);

impl<F: Future<Output: IntoAnswer>> IntoAnswer for Async<F> {
    type Ready = <F::Output as IntoAnswer>::Ready;
    fn wait(self, cx: &mut Context<'_>) -> Self::Ready {
        cx.blocking(|| block_on(self.0)).wait(cx)
    }
    fn into_answer<'w>(ready: Self::Ready, w: &Window<'w>) -> Result<Local<'w>, Error> {
        F::Output::into_answer(ready, w)
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Unpark>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut task = TaskContext::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut task) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A call that runs on a thread of its own while its future is pending; made by
/// [`Root::call_async`]. When the future is dropped the call goes on, and its result is lost.
pub struct Calling<R> {
    state: Arc<Mutex<State<R>>>,
}

struct State<R> {
    result: Option<Result<R, Error>>,
    waker: Option<Waker>,
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

impl Root<Procedure> {
    /// Calls the procedure without making the calling thread wait: the future can be awaited on any
    /// executor. The call runs on a thread of its own, since guest code may compute for long and
    /// wait where it likes.
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
        let state = Arc::new(Mutex::new(State { result: None, waker: None }));
        let (procedure, shared) = (self.clone(), Arc::clone(&state));
        let run = move || {
            let call = AssertUnwindSafe(|| procedure.call::<R>(arguments));
            let panicked = |_| Err(Error::of_kind(ErrorKind::Panic, "a conversion panicked"));
            complete(&shared, catch_unwind(call).unwrap_or_else(panicked));
        };
        let spawned = thread::Builder::new().name("lisle-call".to_owned()).spawn(run);
        if let Err(error) = spawned {
            let message = format!("no thread for the call: {error}");
            complete(&state, Err(Error::of_kind(ErrorKind::System, message)));
        }
        Calling { state }
    }
}

fn complete<R>(state: &Mutex<State<R>>, result: Result<R, Error>) {
    let waker = {
        let mut state = state.lock();
        state.result = Some(result);
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
