//! Scheme values that belong to a host value: fields of the object by which the program holds it.
//!
//! The collector traces them like those of a record, and it is the heap's barrier that writes them, so
//! a host value whose field refers, by whatever way, back to it is collected like any other cycle. A
//! [`Root`] inside the Rust value would be a root for ever.

use super::context::Context;
use super::convert::{FromScheme, IntoScheme};
use super::error::Error;
use super::host_type::{Host, HostType};
use super::local::Local;
use super::root::{Root, Value};
use super::window::Window;
use lisle_gc::object;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// Names a field of the objects of a host type. A field holds a Scheme value, `#f` at first; it is
/// the object that has it, so programs on all threads see the same. `#[lisle(fields(...))]` declares
/// fields, and makes a constant for each.
///
/// ```
/// use lisle::{Context, Error, Guest, HostType, Procedure, Root, Vm};
/// #[derive(HostType)]
/// #[lisle(fields(on_click))]
/// struct Button(String);
///
/// let vm = Vm::new()?;
/// vm.define("make-button", |label: String| Button(label))?;
/// vm.define("button-on-click!", |cx: &mut Context, button: Guest<Button>, f: Root<Procedure>| {
///     button.set(cx, Button::ON_CLICK, f)
/// })?;
/// vm.define("click", |cx: &mut Context, button: Guest<Button>| {
///     let f: Root<Procedure> = button.get(cx, Button::ON_CLICK)?;
///     cx.call::<String>(&f, (&button, button.0.as_str()))
/// })?;
/// // The button refers to the closure, and the closure to the button.
/// let text: String = vm.eval("
///     (let ((b (make-button \"ok\")))
///       (button-on-click! b (lambda (self label) (if (eq? self b) label \"?\")))
///       (click b))")?;
/// assert_eq!(text, "ok");
/// # Ok::<(), Error>(())
/// ```
pub struct Field<T> {
    /// The payload word of the object.
    word: usize,
    of: PhantomData<fn(T)>,
}

impl<T: HostType> Field<T> {
    /// The field with this index: for types that implement [`HostType`] by hand.
    ///
    /// # Panics
    /// When the type has no such field; in a constant, that does not compile.
    ///
    /// ```
    /// use lisle::{Field, HostType};
    /// struct Node;
    /// impl HostType for Node {
    ///     const NAME: &'static str = "node";
    ///     const FIELDS: usize = 1;
    /// }
    /// const NEXT: Field<Node> = Field::new(0);
    /// let vm = lisle::Vm::new()?;
    /// let is_false = vm.window(|w| Ok(!w.field(w.host(Node)?, NEXT)?.is_true()))?;
    /// assert!(is_false);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub const fn new(index: usize) -> Field<T> {
        assert!(index < T::FIELDS, "the host type has no such field");
        Field { word: 1 + index, of: PhantomData }
    }
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Field<T> {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T: HostType> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({} of {})", self.word - 1, T::NAME)
    }
}

impl<'w> Window<'w> {
    /// What a field of an object of a host type holds.
    ///
    /// # Errors
    /// When the object is not of this type.
    ///
    /// ```
    /// # use lisle::{HostType, Vm};
    /// #[derive(HostType)]
    /// #[lisle(fields(next))]
    /// struct Node;
    /// # let vm = Vm::new()?;
    /// let is_false = vm.window(|w| Ok(!w.field(w.host(Node)?, Node::NEXT)?.is_true()))?;
    /// assert!(is_false, "a field is #f at first");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn field<T: HostType>(
        &self,
        object: Local<'w>,
        field: Field<T>,
    ) -> Result<Local<'w>, Error> {
        self.get::<Host<T>>(object)?;
        Ok(Local::new(object::field(object.value(), field.word)))
    }
    /// Changes what a field of an object of a host type holds.
    ///
    /// # Errors
    /// When the object is not of this type.
    ///
    /// ```
    /// # use lisle::{HostType, Vm};
    /// #[derive(HostType)]
    /// #[lisle(fields(parent))]
    /// struct Node;
    /// let vm = Vm::new()?;
    /// let same = vm.window(|w| {
    ///     let (node, root) = (w.host(Node)?, w.host(Node)?);
    ///     w.set_field(node, Node::PARENT, root)?;
    ///     Ok(w.field(node, Node::PARENT)?.is(root))
    /// })?;
    /// assert!(same);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn set_field<T: HostType>(
        &self,
        object: Local<'w>,
        field: Field<T>,
        value: Local<'w>,
    ) -> Result<(), Error> {
        self.get::<Host<T>>(object)?;
        self.cx(|cx| {
            cx.heap().store(object.value(), field.word, value.value());
            Ok(())
        })
    }
}

/// An object of a host type, with the value in it: a [`Host`] that has the object's identity and its
/// [fields](Field). It keeps both alive as long as it lives itself, like a [`Root`], so it is for
/// parameters and for what the host keeps, not for the inside of host values.
///
/// ```
/// use lisle::{Guest, HostType, Vm};
/// #[derive(HostType)]
/// struct Job(u32);
/// let vm = Vm::new()?;
/// vm.define("make-job", |n: u32| Job(n))?;
/// vm.define("job-or", |a: Guest<Job>, b: Guest<Job>| if a.0 >= b.0 { a } else { b })?;
/// assert!(vm.eval::<bool>("(let ((a (make-job 1)) (b (make-job 2))) (eq? (job-or a b) b))")?);
/// # Ok::<(), lisle::Error>(())
/// ```
pub struct Guest<T> {
    object: Root<Value>,
    host: Host<T>,
}

impl<T: HostType> Guest<T> {
    /// What a field holds.
    ///
    /// # Errors
    /// When it is of another type than wanted, or the context of another VM.
    ///
    /// ```
    /// use lisle::{Context, Guest, HostType, Vm};
    /// #[derive(HostType)]
    /// #[lisle(fields(label))]
    /// struct Button;
    /// let vm = Vm::new()?;
    /// vm.define("make-button", || Button)?;
    /// vm.define("label!", |cx: &mut Context, b: Guest<Button>, l: String| b.set(cx, Button::LABEL, l))?;
    /// vm.define("label", |cx: &mut Context, b: Guest<Button>| b.get::<String>(cx, Button::LABEL))?;
    /// assert_eq!(vm.eval::<String>("(let ((b (make-button))) (label! b \"ok\") (label b))")?, "ok");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn get<V: FromScheme>(&self, cx: &mut Context<'_>, field: Field<T>) -> Result<V, Error> {
        cx.window(|w| w.get(w.field(self.object.get(w)?, field)?))
    }
    /// Changes what a field holds.
    ///
    /// # Errors
    /// When the value cannot be converted, or the context is of another VM.
    ///
    /// ```
    /// use lisle::{Context, Guest, HostType, Vm};
    /// #[derive(HostType)]
    /// #[lisle(fields(count))]
    /// struct Cell;
    /// let vm = Vm::new()?;
    /// vm.define("make-cell", || Cell)?;
    /// vm.define("count!", |cx: &mut Context, cell: Guest<Cell>, n: i64| {
    ///     cell.set(cx, Cell::COUNT, n)?;
    ///     cell.get::<i64>(cx, Cell::COUNT)
    /// })?;
    /// assert_eq!(vm.eval::<i64>("(count! (make-cell) 3)")?, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn set(
        &self,
        cx: &mut Context<'_>,
        field: Field<T>,
        value: impl IntoScheme,
    ) -> Result<(), Error> {
        cx.window(|w| w.set_field(self.object.get(w)?, field, w.make(value)?))
    }
    /// The object.
    ///
    /// ```
    /// use lisle::{Context, Guest, HostType, Procedure, Root, Vm};
    /// #[derive(HostType)]
    /// struct Button;
    /// let vm = Vm::new()?;
    /// vm.define("make-button", || Button)?;
    /// vm.define("pass", |cx: &mut Context, b: Guest<Button>, f: Root<Procedure>| {
    ///     cx.call::<bool>(&f, (b.root(),))
    /// })?;
    /// assert!(vm.eval::<bool>("(let ((b (make-button))) (pass b (lambda (x) (eq? x b))))")?);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn root(&self) -> &Root<Value> {
        &self.object
    }
}

impl<T> Deref for Guest<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.host
    }
}

impl<T> Clone for Guest<T> {
    fn clone(&self) -> Guest<T> {
        Guest { object: self.object.clone(), host: self.host.clone() }
    }
}

impl<T: HostType> fmt::Debug for Guest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guest({})", T::NAME)
    }
}

impl<T: HostType> FromScheme for Guest<T> {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Guest<T>, Error> {
        Ok(Guest { host: w.get(value)?, object: w.root(value)? })
    }
}

impl<T: HostType> IntoScheme for &Guest<T> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        self.object.get(w)
    }
}

impl<T: HostType> IntoScheme for Guest<T> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        self.object.get(w)
    }
}
