//! Limits of an evaluation: steps, time, memory, threads and capabilities.
//!
//! A [`Sandbox`] is what one limited evaluation and the threads started inside it share. It hangs on
//! their mutators as [`Mutator::context`], which new threads inherit. Sandboxes nest: an inner one
//! draws on the outer one too.
//!
//! How a limit is noticed:
//! - *steps* (calls and turns of loops): the counting variant of the interpreter's loop takes them in
//!   slices from the shared account, so threads seldom meet there;
//! - *memory*: the local heap has an allowance, also a slice of the shared account, and calls its
//!   thread to a safepoint when it is used up;
//! - *time* and interrupts from outside: each thread inside is sent [`Interrupt::Context`], which ends
//!   waits and is seen at the next poll. The clock is one thread a machine (`timer`).
//!
//! What happens then: the program gets a condition that it can handle, and a little more of
//! everything for that (`GRACE_STEPS`, `GRACE_TIME`, `GRACE_BYTES`). What still runs when that is
//! used up is ended without further ado.

pub(crate) mod timer;

use crate::capability::{Capabilities, Capability};
use crate::vm::VmShared;
use lisle_gc::Lender;
use lisle_threads::{Interrupt, Mutator, MutatorId};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Steps for the handler of a program that has used up a limit.
pub(crate) const GRACE_STEPS: i64 = 10_000;
/// Time for it.
pub(crate) const GRACE_TIME: Duration = Duration::from_millis(10);
/// Memory for it, in bytes.
pub(crate) const GRACE_BYTES: u64 = 1 << 20;
/// Steps a thread takes from the account at once.
const STEPS_AT_ONCE: i64 = 4096;
/// Bytes a thread takes from the account at once.
const BYTES_AT_ONCE: i64 = 1 << 20;

/// What an evaluation may use.
///
/// ```
/// use lisle::Limits;
/// use std::time::Duration;
/// let limits = Limits::new().fuel(1_000_000).deadline(Duration::from_millis(50)).memory(64 << 20);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub(crate) fuel: Option<u64>,
    pub(crate) time: Option<Duration>,
    pub(crate) memory: Option<u64>,
    pub(crate) threads: Option<usize>,
    pub(crate) capabilities: Capabilities,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::new()
    }
}

impl Limits {
    /// No limit but those of the machine.
    ///
    /// ```
    /// use lisle::{Limits, Vm};
    /// let vm = Vm::new()?;
    /// let sum: i64 = vm.enter(|cx| cx.limits(Limits::new().fuel(10_000), |cx| cx.eval("(+ 1 2)")))?;
    /// assert_eq!(sum, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn new() -> Limits {
        let capabilities = Capabilities::ALL;
        Limits { fuel: None, time: None, memory: None, threads: None, capabilities }
    }
    /// At most so many steps: calls of procedures and turns of loops, of all threads together. A
    /// step takes from some nanoseconds to what a primitive takes on large data.
    ///
    /// ```
    /// use lisle::{ErrorKind, Limit, Limits, Vm};
    /// let vm = Vm::new()?;
    /// let result = vm.enter(|cx| {
    ///     cx.limits(Limits::new().fuel(1_000), |cx| cx.eval::<()>("(let loop () (loop))"))
    /// });
    /// assert_eq!(result.unwrap_err().kind(), ErrorKind::Limit(Limit::Fuel));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[must_use]
    pub fn fuel(self, steps: u64) -> Limits {
        Limits { fuel: Some(steps), ..self }
    }
    /// At most so much time by the clock, waiting included.
    ///
    /// ```
    /// use lisle::{ErrorKind, Limit, Limits, Vm};
    /// use std::time::Duration;
    /// let vm = Vm::new()?;
    /// let limits = Limits::new().deadline(Duration::from_millis(20));
    /// let result = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<()>("(thread-sleep! 1000)")));
    /// assert_eq!(result.unwrap_err().kind(), ErrorKind::Limit(Limit::Time));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[must_use]
    pub fn deadline(self, time: Duration) -> Limits {
        Limits { time: Some(time), ..self }
    }
    /// At most so many bytes allocated, of all threads together, whether or not they are still in
    /// use. Counted in pieces of a mebibyte. What is alive at one time is bounded for a machine as
    /// a whole, by [`Builder::heap_limit`](crate::Builder::heap_limit): objects of a shared heap
    /// have no owner.
    ///
    /// ```
    /// use lisle::{ErrorKind, Limit, Limits, Vm};
    /// let vm = Vm::new()?;
    /// let limits = Limits::new().memory(4 << 20);
    /// let result = vm.enter(|cx| {
    ///     cx.limits(limits, |cx| cx.eval::<()>("(let loop ((l '())) (loop (cons 1 l)))"))
    /// });
    /// assert_eq!(result.unwrap_err().kind(), ErrorKind::Limit(Limit::Memory));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[must_use]
    pub fn memory(self, bytes: u64) -> Limits {
        Limits { memory: Some(bytes), ..self }
    }
    /// At most so many threads started inside at one time.
    ///
    /// ```
    /// # use lisle::{Limits, Vm};
    /// # let vm = Vm::new()?;
    /// let start = "(thread-start! (make-thread (lambda () 1)))";
    /// let none = Limits::new().threads(0);
    /// assert!(vm.enter(|cx| cx.limits(none, |cx| cx.eval::<()>(start))).is_err());
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[must_use]
    pub fn threads(self, count: usize) -> Limits {
        Limits { threads: Some(count), ..self }
    }
    /// Only these capabilities, of those that the machine has.
    ///
    /// ```
    /// use lisle::{Capabilities, Capability, ErrorKind, Limits, Vm};
    /// let reader = Capabilities::NONE.with(Capability::ReadFiles);
    /// let vm = Vm::builder().capabilities(reader).build()?;
    /// let look = "(file-exists? \"/\")";
    /// assert!(vm.eval::<bool>(look)?);
    /// let limits = Limits::new().capabilities(Capabilities::NONE);
    /// let result = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<bool>(look)));
    /// assert_eq!(result.unwrap_err().kind(), ErrorKind::Denied);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[must_use]
    pub fn capabilities(self, capabilities: Capabilities) -> Limits {
        Limits { capabilities, ..self }
    }
}

/// What becomes of an evaluation whose fuel is used up: the answer of the procedure given to
/// [`Context::limits_refuelled`](crate::Context::limits_refuelled).
///
/// ```
/// use lisle::{Limits, Refuel, Vm};
/// let vm = Vm::new()?;
/// let count = "(let loop ((i 0)) (if (= i 50000) i (loop (+ i 1))))";
/// let counted: i64 = vm.enter(|cx| {
///     cx.limits_refuelled(Limits::new().fuel(0), || Refuel::More(10_000), |cx| cx.eval(count))
/// })?;
/// assert_eq!(counted, 50_000);
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refuel {
    /// It goes on where it is, with so many steps.
    More(u64),
    /// The limit is reached.
    Stop,
}

/// Asks the host for more fuel.
pub(crate) struct Refuelling {
    ask: Box<dyn Fn() -> Refuel + Send + Sync>,
    /// Held while the host is asked, so that it is asked once when several threads run dry.
    turn: Mutex<()>,
}

impl Refuelling {
    pub(crate) fn new(ask: impl Fn() -> Refuel + Send + Sync + 'static) -> Refuelling {
        Refuelling { ask: Box::new(ask), turn: Mutex::new(()) }
    }
}

impl fmt::Debug for Refuelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refuelling").finish_non_exhaustive()
    }
}

/// A limit that was reached.
///
/// ```
/// use lisle::{ErrorKind, Limit, Limits, Vm};
/// let vm = Vm::new()?;
/// let grow = "(let loop ((l '())) (loop (cons 1 l)))";
/// let limits = Limits::new().memory(4 << 20);
/// let error = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<()>(grow))).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Limit(Limit::Memory));
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
#[repr(u8)]
pub enum Limit {
    /// The steps are used up.
    Fuel = 1,
    /// The time is over.
    Time,
    /// The memory is used up.
    Memory,
    /// The host has interrupted the evaluation.
    Interrupted,
}

impl Limit {
    fn from_bits(bits: u8) -> Option<Limit> {
        [Limit::Fuel, Limit::Time, Limit::Memory, Limit::Interrupted]
            .into_iter()
            .find(|limit| *limit as u8 == bits)
    }
    /// The symbol that is the condition's kind.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Limit::Fuel => "fuel-exhausted",
            Limit::Time => "deadline-passed",
            Limit::Memory => "memory-exhausted",
            Limit::Interrupted => "interrupted-by-host",
        }
    }
    /// What the condition says.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Limit::Fuel => "the evaluation has used all its steps",
            Limit::Time => "the evaluation has used all its time",
            Limit::Memory => "the evaluation has allocated all the memory it may",
            Limit::Interrupted => "the evaluation was interrupted",
        }
    }
}

/// One limited evaluation and the threads started inside it.
#[derive(Debug)]
pub struct Sandbox {
    limits: Limits,
    deadline: Option<Instant>,
    /// Who is asked when the fuel is used up.
    refuelling: Option<Refuelling>,
    /// Steps and bytes that nobody has taken yet.
    fuel: AtomicI64,
    memory: AtomicI64,
    /// Threads started inside that run.
    threads: AtomicUsize,
    /// The first limit that was reached: a [`Limit`], or 0.
    hit: AtomicU8,
    /// Who runs inside.
    members: Mutex<Vec<MutatorId>>,
    outer: Option<Arc<Sandbox>>,
}

/// An account for a limit; one that is never used if there is none.
fn account(limit: Option<u64>) -> AtomicI64 {
    AtomicI64::new(limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX)))
}

/// Takes up to `most` from an account. Relaxed: the account guards nothing.
fn draw(account: &AtomicI64, most: i64) -> i64 {
    let before = account.fetch_sub(most, Ordering::Relaxed);
    let taken = before.clamp(0, most);
    if taken < most {
        account.fetch_add(most - taken, Ordering::Relaxed);
    }
    taken
}

impl Sandbox {
    pub(crate) fn new(
        limits: Limits,
        refuelling: Option<Refuelling>,
        outer: Option<Arc<Sandbox>>,
    ) -> Arc<Sandbox> {
        Arc::new(Sandbox {
            limits,
            refuelling,
            deadline: limits.time.and_then(|time| Instant::now().checked_add(time)),
            fuel: account(limits.fuel),
            memory: account(limits.memory),
            threads: AtomicUsize::new(0),
            hit: AtomicU8::new(0),
            members: Mutex::default(),
            outer,
        })
    }
    /// The one that a thread runs in.
    pub(crate) fn of(mutator: &Mutator) -> Option<Arc<Sandbox>> {
        mutator.context.clone()?.downcast::<Sandbox>().ok()
    }
    fn chain(&self) -> impl Iterator<Item = &Sandbox> {
        std::iter::successors(Some(self), |sandbox| sandbox.outer.as_deref())
    }
    pub(crate) fn allows(&self, capability: Capability) -> bool {
        self.chain().all(|sandbox| sandbox.limits.capabilities.has(capability))
    }
    /// Are steps counted?
    pub(crate) fn counts_steps(&self) -> bool {
        self.chain().any(|sandbox| sandbox.limits.fuel.is_some())
    }
    fn metered(&self) -> impl Iterator<Item = &Sandbox> {
        self.chain().filter(|sandbox| sandbox.limits.fuel.is_some())
    }
    /// Takes some steps from the accounts. None when one of them is empty: this one's.
    pub(crate) fn take_steps(&self) -> Result<i64, &Sandbox> {
        let mut taken = STEPS_AT_ONCE;
        for sandbox in self.metered() {
            let drawn = draw(&sandbox.fuel, taken);
            // What the inner ones gave too much goes back.
            for inner in self.metered().take_while(|inner| !std::ptr::eq(*inner, sandbox)) {
                inner.fuel.fetch_add(taken - drawn, Ordering::Relaxed);
            }
            taken = drawn;
            if taken == 0 {
                return Err(sandbox);
            }
        }
        Ok(taken)
    }
    /// The fuel is used up: asks the host for more; false when there is none. May wait, and run
    /// code of the host: for threads in native state.
    pub(crate) fn refuel(&self) -> bool {
        let Some(refuelling) = &self.refuelling else { return false };
        let _turn = refuelling.turn.lock();
        if self.fuel.load(Ordering::Relaxed) > 0 {
            return true;
        }
        match catch_unwind(AssertUnwindSafe(|| (refuelling.ask)())) {
            Ok(Refuel::More(steps)) => {
                let steps = i64::try_from(steps).unwrap_or(i64::MAX);
                let most = |left: i64| Some(left.saturating_add(steps));
                let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
                // It never fails: there is always a sum.
                let _ = self.fuel.fetch_update(set, fetch, most);
                true
            }
            Ok(Refuel::Stop) | Err(_) => false,
        }
    }
    /// The fuel is used up for good.
    pub(crate) fn run_dry(&self) {
        self.reach(Limit::Fuel);
    }
    /// Gives back what was not used.
    pub(crate) fn return_steps(&self, steps: i64) {
        for sandbox in self.metered() {
            sandbox.fuel.fetch_add(steps, Ordering::Relaxed);
        }
    }
    /// Takes some bytes from the accounts; `None` when bytes are not counted.
    pub(crate) fn take_bytes(&self) -> Option<u64> {
        let mut taken = None;
        for sandbox in self.chain().filter(|sandbox| sandbox.limits.memory.is_some()) {
            taken = Some(draw(&sandbox.memory, taken.unwrap_or(BYTES_AT_ONCE)));
        }
        if taken == Some(0) {
            self.reach(Limit::Memory);
        }
        taken.map(i64::cast_unsigned)
    }
    /// Who lends bytes for what is large, when bytes are counted.
    pub(crate) fn lender(self: &Arc<Sandbox>) -> Option<Arc<dyn Lender>> {
        let counts = self.chain().any(|sandbox| sandbox.limits.memory.is_some());
        counts.then(|| Arc::clone(self) as Arc<dyn Lender>)
    }
    /// The limit that was reached, if one was, here or further out.
    pub(crate) fn reached(&self) -> Option<Limit> {
        if self.chain().any(|s| s.deadline.is_some_and(|end| Instant::now() >= end)) {
            self.reach(Limit::Time);
        }
        self.chain().find_map(|s| Limit::from_bits(s.hit.load(Ordering::Relaxed)))
    }
    /// Records the first limit that is reached. Relaxed: whoever reads it later reads it again.
    fn reach(&self, limit: Limit) {
        let _ = self.hit.compare_exchange(0, limit as u8, Ordering::Relaxed, Ordering::Relaxed);
    }
    /// Sends everyone inside to look.
    fn wake(&self, vm: &VmShared) {
        let members = self.members.lock().clone();
        for id in members {
            vm.world.interrupt(id, Interrupt::Context);
        }
    }
    /// The host interrupts the evaluation.
    pub(crate) fn interrupt(self: &Arc<Sandbox>, vm: &VmShared) {
        self.reach(Limit::Interrupted);
        self.wake(vm);
    }
    /// A thread is about to be started inside: may it? It counts from now on.
    pub(crate) fn admit_thread(&self) -> bool {
        let admit = |sandbox: &Sandbox| {
            let most = sandbox.limits.threads.unwrap_or(usize::MAX);
            let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
            let more = |count: usize| (count < most).then_some(count + 1);
            sandbox.threads.fetch_update(set, fetch, more).is_ok()
        };
        let refused = self.chain().position(|sandbox| !admit(sandbox));
        for sandbox in self.chain().take(refused.unwrap_or(0)) {
            sandbox.threads.fetch_sub(1, Ordering::Relaxed);
        }
        refused.is_none()
    }
    /// A thread that was admitted was not started.
    pub(crate) fn dismiss_thread(&self) {
        for sandbox in self.chain() {
            sandbox.threads.fetch_sub(1, Ordering::Relaxed);
        }
    }
    /// A thread that was admitted runs.
    pub(crate) fn thread_began(&self, id: MutatorId) {
        for sandbox in self.chain() {
            sandbox.members.lock().push(id);
        }
    }
    /// It ends.
    pub(crate) fn thread_ended(&self, id: MutatorId) {
        for sandbox in self.chain() {
            sandbox.remove(id);
        }
        self.dismiss_thread();
    }
    fn remove(&self, id: MutatorId) {
        let mut members = self.members.lock();
        if let Some(at) = members.iter().rposition(|member| *member == id) {
            members.swap_remove(at);
        }
    }
}

impl Lender for Sandbox {
    fn lend(&self, bytes: u64) -> u64 {
        let wanted = i64::try_from(bytes).unwrap_or(i64::MAX);
        let metered = self.chain().filter(|sandbox| sandbox.limits.memory.is_some());
        let lent = metered.fold(wanted, |most, sandbox| draw(&sandbox.memory, most));
        if lent < wanted {
            self.reach(Limit::Memory);
        }
        lent.cast_unsigned()
    }
}

/// A thread's stay in a sandbox, from [`Stay::begin`] to [`Stay::end`].
pub(crate) struct Stay {
    /// The sandbox.
    pub(crate) sandbox: Arc<Sandbox>,
    before: Option<Arc<dyn Any + Send + Sync>>,
}

impl Stay {
    pub(crate) fn begin(
        vm: &VmShared,
        mutator: &mut Mutator,
        limits: Limits,
        refuelling: Option<Refuelling>,
    ) -> Stay {
        let sandbox = Sandbox::new(limits, refuelling, Sandbox::of(mutator));
        sandbox.members.lock().push(mutator.id());
        let before = mutator.context.replace(sandbox.clone());
        mutator.heap.set_allowance(sandbox.take_bytes());
        mutator.heap.set_lender(sandbox.lender());
        if let Some(deadline) = sandbox.deadline {
            vm.timer.schedule(vm, deadline, &sandbox);
        }
        Stay { sandbox, before }
    }
    /// The limit that was reached, if one was.
    pub(crate) fn end(self, mutator: &mut Mutator) -> Option<Limit> {
        self.sandbox.remove(mutator.id());
        mutator.context = self.before;
        let outer = Sandbox::of(mutator);
        mutator.heap.set_lender(outer.as_ref().and_then(Sandbox::lender));
        mutator.heap.set_allowance(outer.and_then(|outer| outer.take_bytes()));
        self.sandbox.reached()
    }
}
