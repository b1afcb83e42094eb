//! [`Local`]: a Scheme value as the host sees it inside a window.

use lisle_gc::{Kind, Value, object};
use std::fmt;
use std::marker::PhantomData;

/// A Scheme value, good inside the window with the lifetime `'w` and nowhere else.
///
/// The lifetime is the window's own: it is neither longer nor shorter than that of any other.
///
/// ```
/// # let vm = lisle::Vm::new()?;
/// vm.window(|w| {
///     let pair = w.cons(w.make(1)?, w.symbol("x")?)?;
///     assert!(pair.is_pair() && !pair.is_vector() && pair.is_true());
///     assert!(w.car(pair)?.is_number() && w.cdr(pair)?.is_symbol());
///     assert!(!w.make(false)?.is_true() && w.list(&[])?.is_nil());
///     assert!(pair.is(pair) && !pair.is(w.cons(w.make(1)?, w.symbol("x")?)?));
///     Ok(())
/// })?;
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Local<'w> {
    value: Value,
    /// Invariant in `'w`, and neither `Send` nor `Sync`.
    _window: PhantomData<*mut &'w ()>,
}

impl<'w> Local<'w> {
    /// `#t`.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert_eq!(w.write(w.list(&[lisle::Local::TRUE, lisle::Local::NIL])?), "(#t ())");
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub const TRUE: Local<'w> = Local::new(Value::TRUE);
    /// `#f`.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(!lisle::Local::FALSE.is_true());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub const FALSE: Local<'w> = Local::new(Value::FALSE);
    /// `()`.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(lisle::Local::NIL.is_nil());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub const NIL: Local<'w> = Local::new(Value::NIL);
    /// What procedures return that have nothing to return.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(lisle::Local::UNSPECIFIED.is_true());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub const UNSPECIFIED: Local<'w> = Local::new(Value::UNSPECIFIED);

    pub(crate) const fn new(value: Value) -> Local<'w> {
        Local { value, _window: PhantomData }
    }
    #[inline(always)]
    pub(crate) const fn value(self) -> Value {
        self.value
    }
    /// Does it count as true? Everything does but `#f`.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(w.make(0)?.is_true() && !w.make(false)?.is_true());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is_true(self) -> bool {
        self.value.is_true()
    }
    /// Is it `()`?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(w.list(&[])?.is_nil() && !w.make(false)?.is_nil());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is_nil(self) -> bool {
        self.value.is_nil()
    }
    /// Is it a pair?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(w.list(&[w.make(1)?])?.is_pair() && !w.list(&[])?.is_pair());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is_pair(self) -> bool {
        self.value.is_pair()
    }
    /// Is it a procedure?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let car: lisle::Root = vm.eval("car")?;
    /// assert!(vm.window(|w| Ok(car.get(w)?.is_procedure()))?);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is_procedure(self) -> bool {
        self.value.is_procedure()
    }
    /// Is it a number of any kind?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(w.make(1.5)?.is_number() && !w.make("1.5")?.is_number());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is_number(self) -> bool {
        crate::num::heap::is_number(self.value)
    }
    /// Is it a string?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(w.make("a")?.is_string() && !w.make('a')?.is_string());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is_string(self) -> bool {
        object::is_kind(self.value, Kind::String)
    }
    /// Is it a symbol?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(w.symbol("a")?.is_symbol() && !w.make("a")?.is_symbol());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is_symbol(self) -> bool {
        object::is_kind(self.value, Kind::Symbol)
    }
    /// Is it a vector?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(w.vector(&[])?.is_vector() && !w.list(&[])?.is_vector());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is_vector(self) -> bool {
        object::is_kind(self.value, Kind::Vector)
    }
    /// Are both the same object, as `eq?` has it?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     let (a, b) = (w.list(&[w.make(1)?])?, w.list(&[w.make(1)?])?);
    ///     assert!(a.is(a) && !a.is(b) && w.equal(a, b));
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn is(self, other: Local<'w>) -> bool {
        self.value == other.value
    }
}

impl fmt::Debug for Local<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Local({:?})", self.value)
    }
}
