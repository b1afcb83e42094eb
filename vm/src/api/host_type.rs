//! Values of the host's own types in guest programs.
//!
//! A program holds such a value by a `Native` object; the value itself stays where it is. When the
//! last reference is gone, the value is dropped some time after the collection that found it out,
//! with the world running, on the thread that collected.

use super::context::Context;
use super::convert::FromScheme;
use super::error::{Error, ErrorKind};
use super::local::Local;
use super::window::Window;
use lisle_gc::HeapExhausted;
use parking_lot::{Mutex, MutexGuard};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A type whose values guest programs can hold: `#[derive(HostType)]`.
///
/// Programs share the values between threads, so methods take `&self` and the type is `Sync`. What
/// changes is an atomic, or in a lock; [`Exclusive`] is one that does not hold up collections. What
/// belongs to one thread goes into a [`Pinned`]. A value that holds a [`Root`](super::Root) keeps
/// what it holds alive as long as it is alive itself; if that leads back to the value, for ever.
/// Scheme values that belong to a host value are better kept in its [fields](super::Field).
///
/// ```
/// use lisle::{HostType, Vm};
/// use std::sync::atomic::{AtomicI64, Ordering};
///
/// #[derive(HostType)]
/// struct Counter(AtomicI64);
///
/// impl Counter {
///     fn add(&self, n: i64) -> i64 {
///         self.0.fetch_add(n, Ordering::Relaxed) + n
///     }
/// }
///
/// let vm = Vm::new()?;
/// vm.define("make-counter", || Counter(AtomicI64::new(0)))?;
/// vm.define("counter-add!", Counter::add)?;
/// vm.eval::<()>("(define c (make-counter))")?;
/// assert_eq!(vm.eval::<i64>("(counter-add! c 2) (counter-add! c 3)")?, 5);
/// let error = vm.eval::<i64>("(counter-add! 'c 1)").unwrap_err();
/// assert_eq!(error.message(), "counter-add!: argument 1: expected a counter, got c");
/// # Ok::<(), lisle::Error>(())
/// ```
pub trait HostType: Send + Sync + 'static {
    /// How error messages call a value.
    const NAME: &'static str;
    /// How many [fields](super::Field) the program's object has beside the value:
    /// `#[lisle(fields(...))]`.
    const FIELDS: usize = 0;
}

/// A value of a host type that a program holds, held by the host too.
///
/// ```
/// use lisle::{Host, HostType, Vm};
/// #[derive(HostType)]
/// struct Table(Vec<String>);
/// let vm = Vm::new()?;
/// vm.set("table", Table(vec!["a".to_owned()]))?;
/// let table: Host<Table> = vm.get("table")?;
/// drop(vm);
/// assert_eq!(table.0, ["a"]);
/// # Ok::<(), lisle::Error>(())
/// ```
pub struct Host<T>(Arc<T>);

impl<T> Deref for Host<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Host<T> {
    fn clone(&self) -> Host<T> {
        Host(Arc::clone(&self.0))
    }
}

impl<T: HostType> fmt::Debug for Host<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", T::NAME)
    }
}

impl<T: HostType> FromScheme for Host<T> {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Host<T>, Error> {
        let host = w.vm().heap.native(value.value());
        match host.and_then(|host| host.downcast::<T>().ok()) {
            Some(host) => Ok(Host(host)),
            None => {
                let vowel = T::NAME.starts_with(['a', 'e', 'i', 'o', 'u']);
                let article = if vowel { "an" } else { "a" };
                Err(w.mismatch(&format!("{article} {}", T::NAME), value))
            }
        }
    }
}

impl<'w> Window<'w> {
    /// Gives a value of a host type to guest programs.
    ///
    /// # Errors
    /// When the heap limit is reached; the value is dropped.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// use lisle::{Host, HostType};
    /// #[derive(HostType)]
    /// struct Point(i64, i64);
    /// let sum = vm.window(|w| {
    ///     let point: Host<Point> = w.get(w.host(Point(1, 2))?)?;
    ///     Ok(point.0 + point.1)
    /// })?;
    /// assert_eq!(sum, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn host<T: HostType>(&self, value: T) -> Result<Local<'w>, Error> {
        self.local(|cx| {
            let heap = cx.heap().heap().clone();
            let made = heap.new_native(cx.heap(), Box::new(value), T::FIELDS);
            made.map_err(|HeapExhausted| cx.exhausted())
        })
    }
}

/// A part of a host value that one thread at a time may change. Waiting for it lets collections go
/// on, and a thread that already has it gets an error instead of waiting for itself.
///
/// ```
/// use lisle::{Context, Error, Exclusive, Host, HostType, Vm};
/// #[derive(HostType)]
/// struct Log(Exclusive<Vec<String>>);
///
/// let vm = Vm::new()?;
/// vm.define("make-log", || Log(Exclusive::new(Vec::new())))?;
/// vm.define("log!", |cx: &mut Context, log: Host<Log>, line: String| {
///     let mut lines = log.0.lock(cx)?;
///     lines.push(line);
///     Ok::<_, Error>(lines.len())
/// })?;
/// assert_eq!(vm.eval::<usize>("(define l (make-log)) (log! l \"a\") (log! l \"b\")")?, 2);
/// # Ok::<(), Error>(())
/// ```
pub struct Exclusive<T> {
    lock: Mutex<T>,
    /// The number of the thread that has it; 0 for none.
    owner: AtomicU64,
}

impl<T> fmt::Debug for Exclusive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").finish_non_exhaustive()
    }
}

impl<T> Exclusive<T> {
    /// A value that nobody has.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let log = lisle::Exclusive::new(vec![1]);
    /// vm.enter(|cx| {
    ///     log.lock(cx)?.push(2);
    ///     assert_eq!(*log.lock(cx)?, [1, 2]);
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn new(value: T) -> Exclusive<T> {
        Exclusive { lock: Mutex::new(value), owner: AtomicU64::new(0) }
    }
    /// Waits until this thread has the value.
    ///
    /// # Errors
    /// When it has it already.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let count = lisle::Exclusive::new(0);
    /// vm.enter(|cx| {
    ///     let guard = count.lock(cx)?;
    ///     assert!(count.lock(cx).is_err(), "it would wait for itself");
    ///     drop(guard);
    ///     *count.lock(cx)? += 1;
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn lock(&self, cx: &mut Context<'_>) -> Result<ExclusiveGuard<'_, T>, Error> {
        let this = this_thread();
        // Relaxed: only this thread stores its own number.
        if self.owner.load(Ordering::Relaxed) == this {
            let message = "this thread uses the value already, further out";
            return Err(Error::of_kind(ErrorKind::Host, message));
        }
        let guard = match self.lock.try_lock() {
            Some(guard) => guard,
            None => cx.blocking(|| self.lock.lock()),
        };
        self.owner.store(this, Ordering::Relaxed);
        Ok(ExclusiveGuard { guard, owner: &self.owner })
    }
}

/// What [`Exclusive::lock`] gives: the value, until it is dropped.
///
/// ```
/// # let vm = lisle::Vm::new()?;
/// let words = lisle::Exclusive::new(String::new());
/// let length = vm.enter(|cx| {
///     let mut guard = words.lock(cx)?;
///     guard.push_str("abc");
///     Ok(guard.len())
/// })?;
/// assert_eq!(length, 3);
/// # Ok::<(), lisle::Error>(())
/// ```
#[must_use = "the value is let go when this is dropped"]
pub struct ExclusiveGuard<'a, T> {
    guard: MutexGuard<'a, T>,
    owner: &'a AtomicU64,
}

impl<T: fmt::Debug> fmt::Debug for ExclusiveGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T> Deref for ExclusiveGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for ExclusiveGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Drop for ExclusiveGuard<'_, T> {
    fn drop(&mut self) {
        // Before the lock is released, which the field is after this.
        self.owner.store(0, Ordering::Relaxed);
    }
}

/// A value of a type that only the thread that made it may use: it need be neither `Send` nor
/// `Sync`. Other threads get an error. The value is dropped by its own thread: when the `Pinned` is
/// dropped there, or when the thread next makes or uses one, or ends.
///
/// ```
/// use lisle::{HostType, Pinned, Vm};
/// use std::{cell::Cell, rc::Rc};
/// #[derive(HostType)]
/// struct Canvas(Pinned<Rc<Cell<u32>>>);
///
/// let vm = Vm::new()?;
/// vm.define("make-canvas", || Canvas(Pinned::new(Rc::new(Cell::new(0)))))?;
/// vm.define("draw!", |canvas: &Canvas| canvas.0.with(|cell| cell.set(cell.get() + 1)))?;
/// vm.eval::<()>("(define c (make-canvas)) (draw! c)")?;
/// let elsewhere = "(thread-join! (thread-start! (make-thread
///                    (lambda () (guard (e (#t (error-object-message e))) (draw! c))))))";
/// assert!(vm.eval::<String>(elsewhere)?.contains("another thread"));
/// # Ok::<(), lisle::Error>(())
/// ```
pub struct Pinned<T> {
    key: u64,
    thread: u64,
    /// Where the keys of values that other threads dropped are left for their own.
    left: Arc<Mutex<Vec<u64>>>,
    value: PhantomData<fn() -> T>,
}

#[derive(Default)]
struct PinnedValues {
    values: HashMap<u64, Rc<dyn Any>>,
    left: Arc<Mutex<Vec<u64>>>,
}

static NEXT_PINNED: AtomicU64 = AtomicU64::new(1);
static NEXT_THREAD: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static THREAD: Cell<u64> = const { Cell::new(0) };
    static PINNED: RefCell<PinnedValues> = RefCell::default();
}

/// A number for the calling thread that no other ever has.
fn this_thread() -> u64 {
    THREAD.with(|number| {
        if number.get() == 0 {
            number.set(NEXT_THREAD.fetch_add(1, Ordering::Relaxed));
        }
        number.get()
    })
}

/// Drops the values of this thread that other threads let go of.
fn drop_left() {
    let gone: Vec<Rc<dyn Any>> = PINNED.with_borrow_mut(|pinned| {
        let left = std::mem::take(&mut *pinned.left.lock());
        left.iter().filter_map(|key| pinned.values.remove(key)).collect()
    });
    // Outside the borrow: dropping runs the host's code.
    drop(gone);
}

impl<T> fmt::Debug for Pinned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pinned").finish_non_exhaustive()
    }
}

impl<T: 'static> Pinned<T> {
    /// A value that belongs to the calling thread.
    ///
    /// ```
    /// use lisle::Pinned;
    /// use std::rc::Rc;
    /// let pinned = Pinned::new(Rc::new(5));
    /// assert_eq!(pinned.with(|rc| **rc)?, 5);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn new(value: T) -> Pinned<T> {
        drop_left();
        let key = NEXT_PINNED.fetch_add(1, Ordering::Relaxed);
        let left = PINNED.with_borrow_mut(|pinned| {
            pinned.values.insert(key, Rc::new(value));
            Arc::clone(&pinned.left)
        });
        Pinned { key, thread: this_thread(), left, value: PhantomData }
    }
    /// Uses the value.
    ///
    /// # Errors
    /// In another thread.
    ///
    /// ```
    /// use lisle::Pinned;
    /// use std::cell::Cell;
    /// let pinned = Pinned::new(Cell::new(1));
    /// pinned.with(|cell| cell.set(2))?;
    /// assert_eq!(pinned.with(Cell::get)?, 2);
    /// std::thread::scope(|s| s.spawn(|| assert!(pinned.with(Cell::get).is_err())).join().unwrap());
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn with<R>(&self, work: impl FnOnce(&T) -> R) -> Result<R, Error> {
        if self.thread != this_thread() {
            let message = "the value belongs to another thread";
            return Err(Error::of_kind(ErrorKind::Host, message));
        }
        drop_left();
        let value = PINNED.with_borrow(|pinned| pinned.values.get(&self.key).cloned());
        let value = value.and_then(|value| value.downcast::<T>().ok());
        let value = value.expect("a thread keeps a pinned value as long as somebody holds it");
        Ok(work(&value))
    }
}

impl<T> Drop for Pinned<T> {
    fn drop(&mut self) {
        self.left.lock().push(self.key);
        if self.thread == this_thread() {
            // At the end of the thread its values are gone already.
            let _ = PINNED.try_with(|_| ()).map(|()| drop_left());
        }
    }
}
