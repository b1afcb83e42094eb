//! Values that the host keeps: slots in a table that every collection visits.

use super::attach;
use super::context::Context;
use super::convert::{Arguments, FromScheme, IntoScheme};
use super::error::{Error, ErrorKind};
use super::local::Local;
use super::window::Window;
use crate::prim::pair;
use crate::vm::VmShared;
use lisle_gc::{Kind as ObjectKind, Value as Word, object};
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::{Arc, Weak};

mod sealed {
    pub trait Sealed {
        fn is(value: lisle_gc::Value) -> bool;
    }
}

/// What a [`Root`] is known to hold.
///
/// ```
/// # let vm = lisle::Vm::new()?;
/// use lisle::{ErrorKind, Root};
/// use lisle::api::root::{List, Vector};
/// assert_eq!(vm.eval::<Root<List>>("'(1 2)")?.write()?, "(1 2)");
/// assert_eq!(vm.eval::<Root<Vector>>("'(1 2)").unwrap_err().kind(), ErrorKind::Type);
/// # Ok::<(), lisle::Error>(())
/// ```
pub trait Kind: sealed::Sealed + 'static {
    /// How error messages call it.
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident, $text:literal, $is:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl sealed::Sealed for $name {
            fn is(value: Word) -> bool {
                let is: fn(Word) -> bool = $is;
                is(value)
            }
        }
        impl Kind for $name {
            const NAME: &'static str = $text;
        }
    )*};
}

kinds! {
    /// Any value.
    Value, "a value", |_| true;
    /// A procedure: a closure, a primitive, a continuation, a procedure of the host.
    Procedure, "a procedure", |value| value.is_procedure();
    /// A proper list.
    List, "a list", |value| pair::proper_length(value).is_some();
    /// A vector.
    Vector, "a vector", |value| object::is_kind(value, ObjectKind::Vector);
}

/// Keeps a Scheme value alive, wherever the collector moves it, from any thread. Dropping it lets go.
///
/// A root does not keep its VM alive. It is made by converting a result or argument to it, or by
/// [`Window::root`]; [`Root::get`] is the way back into a window.
///
/// ```
/// use lisle::{Procedure, Root, Vm};
/// let vm = Vm::new()?;
/// let square: Root<Procedure> = vm.eval("(lambda (n) (* n n))")?;
/// std::thread::scope(|scope| {
///     for n in 0..4 {
///         let square = &square;
///         scope.spawn(move || assert_eq!(square.call::<i64>((n,)).unwrap(), n * n));
///     }
/// });
/// # Ok::<(), lisle::Error>(())
/// ```
pub struct Root<K = Value> {
    slot: lisle_gc::Root,
    vm: Weak<VmShared>,
    kind: PhantomData<fn() -> K>,
}

/// Keeps a value of a window.
pub(crate) fn make<K: Kind>(w: &Window<'_>, value: Local<'_>) -> Result<Root<K>, Error> {
    if !K::is(value.value()) {
        let message = format!("expected {}, got {}", K::NAME, w.write(Local::new(value.value())));
        return Err(Error::of_kind(ErrorKind::Type, message));
    }
    let slot = w.vm().heap.add_root(value.value());
    Ok(Root { slot, vm: w.vm().this(), kind: PhantomData })
}

impl Root<Value> {
    pub(crate) fn of(slot: lisle_gc::Root, vm: &Arc<VmShared>) -> Root<Value> {
        Root { slot, vm: Arc::downgrade(vm), kind: PhantomData }
    }
}

impl<K> Root<K> {
    /// The value, in a window.
    ///
    /// # Errors
    /// When the window is one of another VM.
    ///
    /// ```
    /// # use lisle::{Root, Vm};
    /// let vm = Vm::new()?;
    /// let list: Root = vm.eval("(list 1 2 3)")?;
    /// let first: i64 = vm.window(|w| w.get(w.car(list.get(w)?)?))?;
    /// assert_eq!(first, 1);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn get<'w>(&self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        self.word(w.vm()).map(Local::new)
    }
    pub(crate) fn slot(&self) -> &lisle_gc::Root {
        &self.slot
    }
    /// The word in the slot, for this VM.
    pub(crate) fn word(&self, vm: &VmShared) -> Result<Word, Error> {
        if ptr::eq(self.vm.as_ptr(), vm) { Ok(self.slot.get()) } else { Err(other_vm()) }
    }

    /// Converts the value.
    ///
    /// # Errors
    /// When it is of another type, or its VM is gone.
    ///
    /// ```
    /// # use lisle::{Root, Vm};
    /// # let vm = Vm::new()?;
    /// let list: Root = vm.eval("'(1 2 3)")?;
    /// assert_eq!(list.to::<Vec<i64>>()?, [1, 2, 3]);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn to<T: FromScheme>(&self) -> Result<T, Error> {
        self.attached(|cx| cx.window(|w| w.get(self.get(w)?)))
    }
    /// The text that `write` writes of it.
    ///
    /// # Errors
    /// When its VM is gone.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let root: lisle::Root = vm.eval("(list #\\a \"b\")")?;
    /// assert_eq!(root.write()?, "(#\\a \"b\")");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn write(&self) -> Result<String, Error> {
        self.attached(|cx| cx.window(|w| Ok(w.write(self.get(w)?))))
    }

    pub(crate) fn vm(&self) -> &Weak<VmShared> {
        &self.vm
    }
    /// Runs `work` with the calling thread attached to the root's VM.
    pub(crate) fn attached<R>(
        &self,
        work: impl FnOnce(&mut Context<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut work = Some(work);
        let known = attach::with_known(self.vm.as_ptr(), |mutator, vm| {
            let work = work.take().expect("it runs once");
            work(&mut Context::new(mutator, vm))
        })?;
        if let Some(result) = known {
            return Ok(result);
        }
        let vm = self.vm.upgrade().ok_or_else(other_vm)?;
        attach::with(&vm, |mutator, vm| {
            let work = work.take().expect("it runs once");
            work(&mut Context::new(mutator, vm))
        })
    }
}

impl Root<Procedure> {
    /// Calls the procedure. Attaches the calling thread for the call, unless it is attached.
    ///
    /// # Errors
    /// When the procedure raises what nothing in it handles, a conversion fails, or the VM is gone.
    ///
    /// ```
    /// # use lisle::{Procedure, Root, Vm};
    /// # let vm = Vm::new()?;
    /// let add: Root<Procedure> = vm.eval("+")?;
    /// assert_eq!(add.call::<f64>((1, 2.5))?, 3.5);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn call<R: FromScheme>(&self, arguments: impl Arguments) -> Result<R, Error> {
        self.attached(|cx| cx.call(self, arguments))
    }
    /// The same from a procedure of the host that has a context: a little quicker.
    ///
    /// # Errors
    /// As [`Root::call`].
    ///
    /// ```
    /// use lisle::{Context, Procedure, Root, Vm};
    /// let vm = Vm::new()?;
    /// vm.define("twice", |cx: &mut Context, f: Root<Procedure>, x: i64| {
    ///     let once: i64 = f.call_in(cx, (x,))?;
    ///     f.call_in::<i64>(cx, (once,))
    /// })?;
    /// assert_eq!(vm.eval::<i64>("(twice square 3)")?, 81);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn call_in<R: FromScheme>(
        &self,
        cx: &mut Context<'_>,
        arguments: impl Arguments,
    ) -> Result<R, Error> {
        cx.call(self, arguments)
    }
}

fn other_vm() -> Error {
    Error::of_kind(ErrorKind::WrongVm, "the root belongs to another VM, or to one that is gone")
}

impl<K> Clone for Root<K> {
    fn clone(&self) -> Root<K> {
        Root { slot: self.slot.clone(), vm: self.vm.clone(), kind: PhantomData }
    }
}

impl<K: Kind> fmt::Debug for Root<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root({})", K::NAME)
    }
}

impl<K: Kind> FromScheme for Root<K> {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Root<K>, Error> {
        w.root(value)
    }
}

impl<K> IntoScheme for Root<K> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        self.get(w)
    }
}

impl<K> IntoScheme for &Root<K> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        self.get(w)
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Root<Procedure>>();
};
