//! Windows: stretches of host code in which nothing collects, and the values seen through them.
//!
//! Every method of [`Window`] allocates without collecting (the heap overshoots its budget and asks
//! for a collection at the next safepoint), so a [`Local`] is a plain word: no rooting, no cost.

use super::convert::{FromScheme, IntoScheme};
use super::error::{Error, ErrorKind};
use super::local::Local;
use super::root::{self, Kind as RootKind, Root};
use crate::cx::{Cx, Raised};
use crate::prim::equality;
use crate::print;
use crate::text;
use crate::vm::VmShared;
use lisle_gc::{Value, object};
use lisle_threads::{Mutator, RootSlot};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;

/// A stretch of host code in which nothing collects: what makes and looks at values.
///
/// ```
/// use lisle::Vm;
/// let vm = Vm::new()?;
/// let sum = vm.window(|w| {
///     let list = w.list(&[w.make(1)?, w.make(2)?, w.make(3)?])?;
///     let mut sum = 0;
///     let mut rest = list;
///     while rest.is_pair() {
///         sum += w.get::<i64>(w.car(rest)?)?;
///         rest = w.cdr(rest)?;
///     }
///     Ok(sum)
/// })?;
/// assert_eq!(sum, 6);
/// # Ok::<(), lisle::Error>(())
/// ```
pub struct Window<'w> {
    mutator: RefCell<&'w mut Mutator>,
    vm: &'w VmShared,
    /// Where the native stack was when the conversion that is on its way began; 0 without one.
    conversion: Cell<usize>,
    /// Invariant in `'w`.
    _window: PhantomData<*mut &'w ()>,
}

impl fmt::Debug for Window<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").finish_non_exhaustive()
    }
}

impl<'w> Window<'w> {
    pub(crate) fn new(mutator: &'w mut Mutator, vm: &'w VmShared) -> Window<'w> {
        let conversion = Cell::new(0);
        Window { mutator: RefCell::new(mutator), vm, conversion, _window: PhantomData }
    }
    pub(crate) fn vm(&self) -> &'w VmShared {
        self.vm
    }

    /// Does something with the window of primitives; what it raises is the error.
    pub(crate) fn cx<R>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<R, Raised>,
    ) -> Result<R, Error> {
        let mut mutator = self.mutator.borrow_mut();
        match work(&mut Cx::new(&mut mutator, self.vm)) {
            Ok(result) => Ok(result),
            Err(_) => {
                let raised = std::mem::replace(&mut mutator.roots[RootSlot::Raised], Value::FALSE);
                Err(Error::raised_here(self.vm, raised))
            }
        }
    }
    /// Converts a part of a value. Data that the guest made can be nested without end, or circular,
    /// and conversions recurse on the native stack: what takes too much of it is an error.
    pub(crate) fn part<R>(&self, work: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        let marker = 0u8;
        let here = std::ptr::from_ref(&marker).addr();
        let began = self.conversion.get();
        if began == 0 {
            self.conversion.set(here);
        } else if began.saturating_sub(here) > self.vm.config.host_stack_bytes {
            return Err(Error::of_kind(ErrorKind::Nesting, "the data is nested too deeply"));
        }
        let result = work();
        self.conversion.set(began);
        result
    }
    pub(crate) fn local(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<Value, Raised>,
    ) -> Result<Local<'w>, Error> {
        self.cx(work).map(Local::new)
    }

    /// The Scheme value of a Rust value.
    ///
    /// # Errors
    /// When the heap limit is reached, or the value has no counterpart.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert_eq!(w.write(w.make((1, "two", 3.5))?), "(1 \"two\" 3.5)");
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[inline]
    pub fn make(&self, value: impl IntoScheme) -> Result<Local<'w>, Error> {
        value.into_scheme(self)
    }
    /// The Rust value of a Scheme value.
    ///
    /// # Errors
    /// When it is of another type, or does not fit.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     let number = w.make(300)?;
    ///     assert_eq!(w.get::<u16>(number)?, 300);
    ///     assert!(w.get::<u8>(number).is_err());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[inline]
    pub fn get<T: FromScheme>(&self, value: Local<'w>) -> Result<T, Error> {
        T::from_scheme(self, value)
    }
    /// Keeps a value beyond the window.
    ///
    /// # Errors
    /// When it is not of the kind `K`.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let kept: lisle::Root = vm.window(|w| w.root(w.list(&[w.make(1)?])?))?;
    /// vm.collect()?;
    /// assert_eq!(kept.write()?, "(1)");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn root<K: RootKind>(&self, value: Local<'w>) -> Result<Root<K>, Error> {
        root::make(self, value)
    }

    /// A pair.
    ///
    /// # Errors
    /// When the heap limit is reached.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert_eq!(w.write(w.cons(w.make(1)?, w.make(2)?)?), "(1 . 2)");
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn cons(&self, car: Local<'w>, cdr: Local<'w>) -> Result<Local<'w>, Error> {
        self.local(|cx| cx.cons(car.value(), cdr.value()))
    }
    /// A list.
    ///
    /// # Errors
    /// When the heap limit is reached.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert_eq!(w.write(w.list(&[w.make(1)?, w.make(2)?])?), "(1 2)");
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn list(&self, items: &[Local<'w>]) -> Result<Local<'w>, Error> {
        let items = items.iter().rev();
        self.local(|cx| {
            items.into_iter().try_fold(Value::NIL, |rest, item| cx.cons(item.value(), rest))
        })
    }
    /// A vector.
    ///
    /// # Errors
    /// When the heap limit is reached.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert_eq!(w.write(w.vector(&[w.make(1)?, w.make(2)?])?), "#(1 2)");
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn vector(&self, items: &[Local<'w>]) -> Result<Local<'w>, Error> {
        let items: Vec<Value> = items.iter().map(|item| item.value()).collect();
        self.local(|cx| cx.vector(&items))
    }
    /// The symbol with this name.
    ///
    /// # Errors
    /// When the heap limit is reached.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert!(w.symbol("a")?.is(w.symbol("a")?));
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn symbol(&self, name: &str) -> Result<Local<'w>, Error> {
        self.local(|cx| cx.intern(name))
    }
    /// The first part of a pair.
    ///
    /// # Errors
    /// When it is no pair.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     let pair = w.cons(w.make(1)?, w.make(2)?)?;
    ///     assert_eq!(w.get::<i64>(w.car(pair)?)?, 1);
    ///     assert!(w.car(w.car(pair)?).is_err());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn car(&self, pair: Local<'w>) -> Result<Local<'w>, Error> {
        self.pair(pair).map(|pair| Local::new(object::car(pair)))
    }
    /// The second part of a pair.
    ///
    /// # Errors
    /// When it is no pair.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     let pair = w.cons(w.make(1)?, w.make(2)?)?;
    ///     assert_eq!(w.get::<i64>(w.cdr(pair)?)?, 2);
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn cdr(&self, pair: Local<'w>) -> Result<Local<'w>, Error> {
        self.pair(pair).map(|pair| Local::new(object::cdr(pair)))
    }
    fn pair(&self, pair: Local<'w>) -> Result<Value, Error> {
        if pair.is_pair() { Ok(pair.value()) } else { Err(self.mismatch("a pair", pair)) }
    }
    /// How many elements a vector has.
    ///
    /// # Errors
    /// When it is no vector.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert_eq!(w.vector_length(w.vector(&[w.make(1)?])?)?, 1);
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn vector_length(&self, vector: Local<'w>) -> Result<usize, Error> {
        if vector.is_vector() {
            Ok(object::size(vector.value()))
        } else {
            Err(self.mismatch("a vector", vector))
        }
    }
    /// An element of a vector.
    ///
    /// # Errors
    /// When it is no vector, or has no such element.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     let vector = w.vector(&[w.make('a')?])?;
    ///     assert_eq!(w.get::<char>(w.vector_ref(vector, 0)?)?, 'a');
    ///     assert!(w.vector_ref(vector, 1).is_err());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn vector_ref(&self, vector: Local<'w>, index: usize) -> Result<Local<'w>, Error> {
        if index < self.vector_length(vector)? {
            return Ok(Local::new(object::field(vector.value(), index)));
        }
        let message = format!("index {index} is out of range: {}", self.write(vector));
        Err(Error::of_kind(ErrorKind::Range, message))
    }
    /// Changes an element of a vector.
    ///
    /// # Errors
    /// When it is no vector, has no such element, or is a constant of the program.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let vector = vm.window(|w| {
    ///     let vector = w.vector(&[w.make(1)?, w.make(2)?])?;
    ///     w.vector_set(vector, 1, w.make("two")?)?;
    ///     assert!(w.vector_set(vector, 2, w.make(3)?).is_err());
    ///     assert_eq!(w.vector_length(vector)?, 2);
    ///     assert!(w.vector_ref(vector, 1)?.is_string());
    ///     Ok(w.write(vector))
    /// })?;
    /// assert_eq!(vector, "#(1 \"two\")");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn vector_set(
        &self,
        vector: Local<'w>,
        index: usize,
        value: Local<'w>,
    ) -> Result<(), Error> {
        self.vector_ref(vector, index)?;
        let index = Value::fixnum(index as i64);
        let arguments = [vector.value(), index, value.value()];
        self.cx(|cx| crate::prim::vector::vector_set(cx, &arguments)).map(drop)
    }
    /// Changes the first part of a pair.
    ///
    /// # Errors
    /// When it is no pair.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     let pair = w.cons(w.make(1)?, w.make(2)?)?;
    ///     w.set_car(pair, w.make(3)?)?;
    ///     assert_eq!(w.write(pair), "(3 . 2)");
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn set_car(&self, pair: Local<'w>, value: Local<'w>) -> Result<(), Error> {
        let pair = self.pair(pair)?;
        self.mutator.borrow_mut().heap.set_car(pair, value.value());
        Ok(())
    }
    /// Changes the second part of a pair.
    ///
    /// # Errors
    /// When it is no pair.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let text = vm.window(|w| {
    ///     let pair = w.cons(w.make(1)?, w.make(2)?)?;
    ///     w.set_car(pair, w.make('a')?)?;
    ///     w.set_cdr(pair, pair)?;
    ///     Ok(w.write(pair))
    /// })?;
    /// assert_eq!(text, "#0=(#\\a . #0#)");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn set_cdr(&self, pair: Local<'w>, value: Local<'w>) -> Result<(), Error> {
        let pair = self.pair(pair)?;
        self.mutator.borrow_mut().heap.set_cdr(pair, value.value());
        Ok(())
    }
    /// The name of a symbol, if it is one.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert_eq!(w.symbol_name(w.symbol("a")?).as_deref(), Some("a"));
    ///     assert_eq!(w.symbol_name(w.make("a")?), None);
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn symbol_name(&self, value: Local<'w>) -> Option<String> {
        value.is_symbol().then(|| text::to_rust_string(object::field(value.value(), 0)))
    }
    /// Are both equal, as `equal?` has it?
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     let (a, b) = (w.list(&[w.make("x")?])?, w.list(&[w.make("x")?])?);
    ///     assert!(w.equal(a, b) && !a.is(b));
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn equal(&self, a: Local<'w>, b: Local<'w>) -> bool {
        equality::equal(a.value(), b.value())
    }
    /// The text that `write` writes.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// vm.window(|w| {
    ///     assert_eq!(w.write(w.make("a")?), "\"a\"");
    ///     Ok(())
    /// })?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn write(&self, value: Local<'w>) -> String {
        print::write_to_string(self.vm, value.value())
    }
    /// The text that `display` writes.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let shown = vm.window(|w| Ok((w.write(w.make("a")?), w.display(w.make("a")?))))?;
    /// assert_eq!(shown, ("\"a\"".to_owned(), "a".to_owned()));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn display(&self, value: Local<'w>) -> String {
        print::display_to_string(self.vm, value.value())
    }

    /// The error that a value is not what was expected.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let error = vm.window(|w| Ok(w.mismatch("a colour", w.symbol("loud")?)))?;
    /// assert_eq!(error.message(), "expected a colour, got loud");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[cold]
    pub fn mismatch(&self, expected: &str, got: Local<'w>) -> Error {
        Error::of_kind(ErrorKind::Type, format!("expected {expected}, got {}", self.shown(got)))
    }
    /// The error that a value of the right type does not fit.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let error = vm.window(|w| Ok(w.misfit("a percentage", w.make(101)?)))?;
    /// assert_eq!(error.message(), "expected a percentage, got 101");
    /// assert_eq!(error.kind(), lisle::ErrorKind::Range);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    #[cold]
    pub fn misfit(&self, expected: &str, got: Local<'w>) -> Error {
        Error::of_kind(ErrorKind::Range, format!("expected {expected}, got {}", self.shown(got)))
    }
    fn shown(&self, value: Local<'w>) -> String {
        crate::backtrace::shorten(self.write(value))
    }
}
