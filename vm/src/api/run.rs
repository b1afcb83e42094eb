//! Calls that run in slices: when the fuel of one is used up, the call stays where it is, and the
//! host has control until it gives more.
//!
//! A suspended call keeps its stack, which can have frames of the host in it, so it keeps its thread:
//! one of its own, which waits in the procedure that the interpreter asks for more fuel
//! ([`Context::limits_refuelled`]). Host and call take turns:
//!
//! ```text
//!              resume (host)              fuel used up (call)
//!   Suspended ---------------> Running ------------------------> Suspended
//!       |                         \        the call ends (call)
//!       +-- drop (host) -> Left    +---------------------------> Ended
//! ```

use super::attach;
use super::context::Context;
use super::convert::{Arguments, FromScheme};
use super::error::{Error, ErrorKind};
use super::interrupt::InterruptHandle;
use super::root::{Procedure, Root};
use crate::limits::{Limits, Refuel};
use crate::vm::VmShared;
use parking_lot::{Condvar, Mutex};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::thread;

/// A call that runs in slices of fuel; made by [`Root::start`]. When it is dropped before its end,
/// the call is interrupted.
///
/// ```
/// use lisle::{Procedure, Progress, Root, Vm};
/// let vm = Vm::new()?;
/// let sum: Root<Procedure> =
///     vm.eval("(lambda (n) (let loop ((i 0) (s 0)) (if (= i n) s (loop (+ i 1) (+ s i)))))")?;
/// let mut run = sum.start::<i64>((100_000,))?;
/// let mut slices = 0;
/// let total = loop {
///     slices += 1;
///     match run.resume(20_000)? {
///         Progress::Done(total) => break total,
///         Progress::Suspended => {} // Whatever else there is to do.
///     }
/// };
/// assert_eq!(total, 4_999_950_000);
/// assert!(slices > 4);
/// # Ok::<(), lisle::Error>(())
/// ```
#[must_use = "it does nothing until it is resumed, and dropping it interrupts the call"]
pub struct Run<R> {
    turns: Arc<Turns<R>>,
    vm: Weak<VmShared>,
}

/// How far a call has come.
///
/// ```
/// use lisle::{Procedure, Progress, Root, Vm};
/// let vm = Vm::new()?;
/// let f: Root<Procedure> = vm.eval("(lambda (n) (let loop ((i 0)) (if (= i n) i (loop (+ i 1)))))")?;
/// let mut run = f.start::<i64>((5_000,))?;
/// assert_eq!(run.resume(1_000)?, Progress::Suspended);
/// assert_eq!(run.resume(1_000_000)?, Progress::Done(5_000));
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "a call that is suspended is to be resumed, or dropped"]
pub enum Progress<R> {
    /// The fuel is used up; the call goes on when it is resumed.
    Suspended,
    /// The call returned.
    Done(R),
}

struct Turns<R> {
    state: Mutex<State<R>>,
    changed: Condvar,
}

struct State<R> {
    turn: Turn<R>,
    /// How to interrupt the call, once it has begun.
    handle: Option<InterruptHandle>,
}

enum Turn<R> {
    /// The host's.
    Suspended,
    /// The call's, with so many steps that it has not taken up yet.
    Running(Option<u64>),
    /// Nobody's: the call has ended, and its result was not taken yet.
    Ended(Result<R, Error>),
    /// Nobody's: there is nothing left to do.
    Over,
    /// The call's, to end: the host is not interested any more.
    Left,
}

impl<R> Turns<R> {
    /// The call has no fuel: hands the turn over and waits for it.
    fn next_slice(&self) -> Refuel {
        let mut state = self.state.lock();
        loop {
            match &mut state.turn {
                Turn::Running(steps) => match steps.take() {
                    Some(steps) => return Refuel::More(steps),
                    None => {
                        state.turn = Turn::Suspended;
                        self.changed.notify_all();
                    }
                },
                Turn::Suspended => self.changed.wait(&mut state),
                Turn::Ended(_) | Turn::Over | Turn::Left => return Refuel::Stop,
            }
        }
    }
    /// Hands the turn over and waits for it, in native state.
    fn resume(&self, fuel: u64) -> Result<Progress<R>, Error> {
        let mut state = self.state.lock();
        if matches!(state.turn, Turn::Suspended) {
            state.turn = Turn::Running(Some(fuel));
            self.changed.notify_all();
        }
        while matches!(state.turn, Turn::Running(_)) {
            self.changed.wait(&mut state);
        }
        if matches!(state.turn, Turn::Suspended) {
            return Ok(Progress::Suspended);
        }
        match std::mem::replace(&mut state.turn, Turn::Over) {
            Turn::Ended(result) => result.map(Progress::Done),
            _ => Err(Error::of_kind(ErrorKind::Host, "the call has ended before")),
        }
    }
    fn end(&self, result: Result<R, Error>) {
        let mut state = self.state.lock();
        state.handle = None;
        state.turn = Turn::Ended(result);
        self.changed.notify_all();
    }
}

impl<R> Run<R> {
    /// Lets the call take so many steps more (see [`Limits::fuel`]), or until it ends, and waits for
    /// that. Collections go on meanwhile.
    ///
    /// Steps that are left when the call waits for something are not lost; and as long as it waits,
    /// this waits too. Threads that the call has started share its fuel, and are suspended when they
    /// run dry.
    ///
    /// # Errors
    /// Those of the call; and when it has ended before, or a window is open.
    ///
    /// ```
    /// use lisle::{Procedure, Progress, Root, Vm};
    /// let vm = Vm::new()?;
    /// let endless: Root<Procedure> = vm.eval("(lambda () (let loop () (loop)))")?;
    /// let mut run = endless.start::<()>(())?;
    /// for _ in 0..3 {
    ///     assert_eq!(run.resume(10_000)?, Progress::Suspended);
    /// }
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn resume(&mut self, fuel: u64) -> Result<Progress<R>, Error> {
        let turns = &*self.turns;
        let attached = attach::with_known(self.vm.as_ptr(), |mutator, _| {
            Ok(attach::in_native(mutator, || turns.resume(fuel)))
        })?;
        attached.unwrap_or_else(|| turns.resume(fuel))
    }
}

impl<R> Drop for Run<R> {
    fn drop(&mut self) {
        let handle = {
            let mut state = self.turns.state.lock();
            if matches!(state.turn, Turn::Suspended) {
                state.turn = Turn::Left;
            }
            self.turns.changed.notify_all();
            state.handle.take()
        };
        if let Some(handle) = handle {
            handle.interrupt();
        }
    }
}

impl<R> fmt::Debug for Run<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").finish_non_exhaustive()
    }
}

impl Root<Procedure> {
    /// Prepares a call that runs in slices of fuel, on a thread of its own. It begins when it is
    /// resumed for the first time. See [`Run`].
    ///
    /// # Errors
    /// When the system refuses the thread. What goes wrong with the arguments is an error of the
    /// first [`Run::resume`].
    ///
    /// ```
    /// use lisle::{Procedure, Progress, Root, Vm};
    /// let vm = Vm::new()?;
    /// let add: Root<Procedure> = vm.eval("+")?;
    /// assert_eq!(add.start::<i64>((1, 2))?.resume(1_000)?, Progress::Done(3));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn start<R>(&self, arguments: impl Arguments + Send + 'static) -> Result<Run<R>, Error>
    where
        R: FromScheme + Send + 'static,
    {
        let state = State { turn: Turn::Suspended, handle: None };
        let turns = Arc::new(Turns { state: Mutex::new(state), changed: Condvar::new() });
        let (procedure, shared) = (self.clone(), Arc::clone(&turns));
        let run = move || {
            let work = || procedure.attached(|cx| call(cx, &procedure, arguments, &shared));
            let panicked = |_| Err(Error::of_kind(ErrorKind::Panic, "a conversion panicked"));
            let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked);
            shared.end(result);
        };
        let spawned = thread::Builder::new().name("lisle-run".to_owned()).spawn(run);
        spawned.map_err(|error| {
            Error::of_kind(ErrorKind::System, format!("no thread for the call: {error}"))
        })?;
        Ok(Run { turns, vm: self.vm().clone() })
    }
}

const _: () = {
    const fn sent<T: Send>() {}
    sent::<Run<String>>();
};

fn call<R: FromScheme + Send + 'static>(
    cx: &mut Context<'_>,
    procedure: &Root<Procedure>,
    arguments: impl Arguments,
    turns: &Arc<Turns<R>>,
) -> Result<R, Error> {
    let host = Arc::clone(turns);
    cx.limits_refuelled(
        Limits::new().fuel(0),
        move || host.next_slice(),
        |cx| {
            turns.state.lock().handle = Some(cx.interrupt_handle());
            cx.call(procedure, arguments)
        },
    )
}
