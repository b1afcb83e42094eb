//! Conversions between Scheme and Rust: the traits, and the simple types.
//!
//! Nothing is lost: a number that would have to change is rejected, an exact number is never made
//! inexact but for a parameter of type `f64` or `f32`, which takes any real number that it can
//! hold without changing, and an inexact number never becomes an integer.

use super::error::Error;
use super::local::Local;
use super::window::Window;
use crate::text;
use lisle_gc::{Kind, Value, object};
use smallvec::SmallVec;
use std::marker::PhantomData;

/// A type that Scheme values can be converted to.
///
/// `#[derive(FromScheme)]` writes it for structs and enums. By hand:
///
/// ```
/// use lisle::{Error, FromScheme, Local, Vm, Window};
/// #[derive(Debug, PartialEq)]
/// enum Colour { Red, Green }
/// impl FromScheme for Colour {
///     fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Colour, Error> {
///         match w.symbol_name(value).as_deref() {
///             Some("red") => Ok(Colour::Red),
///             Some("green") => Ok(Colour::Green),
///             _ => Err(w.mismatch("`red` or `green`", value)),
///         }
///     }
/// }
/// let vm = Vm::new()?;
/// assert_eq!(vm.eval::<Colour>("'green")?, Colour::Green);
/// # Ok::<(), Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "no Scheme value can be converted to `{Self}`",
    note = "implement or derive `FromScheme`; to keep a value as it is, convert it to a `Root`"
)]
pub trait FromScheme: Sized {
    /// Converts a value.
    ///
    /// # Errors
    /// When it is of another type, or does not fit.
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Self, Error>;

    /// What an optional argument is that was not given; `None` for types whose arguments must be
    /// given.
    fn absent() -> Option<Self> {
        None
    }
}

/// A type whose values can be converted to Scheme. `#[derive(IntoScheme)]` writes it for structs and
/// enums.
///
/// ```
/// use lisle::{Error, IntoScheme, Local, Vm, Window};
/// struct Span(usize, usize);
/// impl IntoScheme for Span {
///     fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
///         w.cons(w.make(self.0)?, w.make(self.1)?)
///     }
/// }
/// let vm = Vm::new()?;
/// vm.set("span", Span(3, 5))?;
/// assert_eq!(vm.eval::<usize>("(- (cdr span) (car span))")?, 2);
/// # Ok::<(), Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be converted to a Scheme value",
    note = "implement or derive `IntoScheme`"
)]
pub trait IntoScheme {
    /// Converts the value.
    ///
    /// # Errors
    /// When the heap limit is reached, or the value has no counterpart.
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error>;
}

/// The arguments of a call: a tuple of up to twelve values to be converted, or a `Vec` or slice of
/// values of one type.
///
/// ```
/// # use lisle::{Procedure, Root, Vm};
/// # let vm = Vm::new()?;
/// let list: Root<Procedure> = vm.eval("list")?;
/// assert_eq!(list.call::<Vec<i64>>((1, 2u8))?, [1, 2]);
/// assert_eq!(list.call::<Vec<i64>>(vec![1, 2, 3])?, [1, 2, 3]);
/// assert_eq!(list.call::<Vec<i64>>(&[4, 5][..])?, [4, 5]);
/// assert!(list.call::<Vec<i64>>(())?.is_empty());
/// # Ok::<(), lisle::Error>(())
/// ```
pub trait Arguments {
    /// Appends the arguments.
    ///
    /// # Errors
    /// Those of the conversions.
    fn push<'w>(self, w: &Window<'w>, arguments: &mut Given<'_, 'w>) -> Result<(), Error>;
}

/// Where the arguments of a call are gathered, all from one window.
///
/// ```
/// use lisle::{Arguments, Error, Given, Procedure, Root, Vm, Window};
/// struct Point(f64, f64);
/// impl Arguments for Point {
///     fn push<'w>(self, w: &Window<'w>, given: &mut Given<'_, 'w>) -> Result<(), Error> {
///         given.push(w.make(self.0)?);
///         given.push(w.make(self.1)?);
///         Ok(())
///     }
/// }
/// let vm = Vm::new()?;
/// let atan: Root<Procedure> = vm.eval("atan")?;
/// assert_eq!(atan.call::<f64>(Point(0.0, 1.0))?, 0.0);
/// # Ok::<(), Error>(())
/// ```
pub struct Given<'a, 'w> {
    values: &'a mut SmallVec<[Value; 8]>,
    window: PhantomData<Local<'w>>,
}

impl<'a, 'w> Given<'a, 'w> {
    pub(crate) fn new(values: &'a mut SmallVec<[Value; 8]>) -> Given<'a, 'w> {
        Given { values, window: PhantomData }
    }
    /// Appends an argument.
    ///
    /// ```
    /// # use lisle::{Error, Given, Local};
    /// fn two<'w>(given: &mut Given<'_, 'w>, first: Local<'w>, second: Local<'w>) {
    ///     given.push(first);
    ///     given.push(second);
    /// }
    /// ```
    #[inline]
    pub fn push(&mut self, argument: Local<'w>) {
        self.values.push(argument.value());
    }
}

macro_rules! arguments {
    ($($name:ident)*) => {
        impl<$($name: IntoScheme),*> Arguments for ($($name,)*) {
            #[inline]
            #[allow(non_snake_case, unused_variables, reason = "the names are those of the types")]
            fn push<'w>(
                self,
                w: &Window<'w>,
                arguments: &mut Given<'_, 'w>,
            ) -> Result<(), Error> {
                let ($($name,)*) = self;
                $(arguments.push($name.into_scheme(w)?);)*
                Ok(())
            }
        }
    };
}

arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);
arguments!(A B C D E F G);
arguments!(A B C D E F G H);
arguments!(A B C D E F G H I);
arguments!(A B C D E F G H I J);
arguments!(A B C D E F G H I J K);
arguments!(A B C D E F G H I J K L);

impl<T: IntoScheme> Arguments for Vec<T> {
    fn push<'w>(self, w: &Window<'w>, arguments: &mut Given<'_, 'w>) -> Result<(), Error> {
        for value in self {
            arguments.push(value.into_scheme(w)?);
        }
        Ok(())
    }
}

impl<'a, T> Arguments for &'a [T]
where
    &'a T: IntoScheme,
{
    fn push<'w>(self, w: &Window<'w>, arguments: &mut Given<'_, 'w>) -> Result<(), Error> {
        for value in self {
            arguments.push(value.into_scheme(w)?);
        }
        Ok(())
    }
}

/// Any value will do.
impl FromScheme for () {
    fn from_scheme<'w>(_: &Window<'w>, _: Local<'w>) -> Result<(), Error> {
        Ok(())
    }
}

impl IntoScheme for () {
    fn into_scheme<'w>(self, _: &Window<'w>) -> Result<Local<'w>, Error> {
        Ok(Local::UNSPECIFIED)
    }
}

impl FromScheme for bool {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<bool, Error> {
        match value.value() {
            Value::TRUE => Ok(true),
            Value::FALSE => Ok(false),
            _ => Err(w.mismatch("a boolean", value)),
        }
    }
}

impl IntoScheme for bool {
    fn into_scheme<'w>(self, _: &Window<'w>) -> Result<Local<'w>, Error> {
        Ok(Local::new(Value::boolean(self)))
    }
}

impl FromScheme for char {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<char, Error> {
        value.value().as_char().ok_or_else(|| w.mismatch("a character", value))
    }
}

impl IntoScheme for char {
    fn into_scheme<'w>(self, _: &Window<'w>) -> Result<Local<'w>, Error> {
        Ok(Local::new(Value::char(self)))
    }
}

impl FromScheme for String {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<String, Error> {
        if !value.is_string() {
            return Err(w.mismatch("a string", value));
        }
        Ok(text::to_rust_string(value.value()))
    }
}

impl IntoScheme for &str {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        w.local(|cx| cx.string(self))
    }
}

impl IntoScheme for String {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        self.as_str().into_scheme(w)
    }
}

impl IntoScheme for &String {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        self.as_str().into_scheme(w)
    }
}

/// The name of a symbol.
///
/// ```
/// use lisle::{Symbol, Vm};
/// let vm = Vm::new()?;
/// assert_eq!(vm.eval::<Symbol>("'red")?, Symbol::new("red"));
/// vm.set("colour", Symbol::new("green"))?;
/// assert!(vm.eval::<bool>("(eq? colour 'green)")?);
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Symbol(pub String);

impl Symbol {
    /// The symbol with this name.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// use lisle::Symbol;
    /// assert_eq!(vm.eval::<Symbol>("'green")?, Symbol::new("green"));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn new(name: impl Into<String>) -> Symbol {
        Symbol(name.into())
    }
}

impl FromScheme for Symbol {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Symbol, Error> {
        w.symbol_name(value).map(Symbol).ok_or_else(|| w.mismatch("a symbol", value))
    }
}

impl IntoScheme for Symbol {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        w.symbol(&self.0)
    }
}

/// `#f` is `None`, everything else is `Some`. A type for which `#f` is a value of its own cannot be
/// told apart. An optional argument that is not given is `None` too.
impl<T: FromScheme> FromScheme for Option<T> {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Option<T>, Error> {
        if value.is_true() { T::from_scheme(w, value).map(Some) } else { Ok(None) }
    }
    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl<T: IntoScheme> IntoScheme for Option<T> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        match self {
            Some(value) => value.into_scheme(w),
            None => Ok(Local::FALSE),
        }
    }
}

impl<T: FromScheme> FromScheme for Box<T> {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Box<T>, Error> {
        // Types that contain themselves do so by way of a box or a collection.
        w.part(|| T::from_scheme(w, value)).map(Box::new)
    }
}

impl<T: IntoScheme> IntoScheme for Box<T> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        (*self).into_scheme(w)
    }
}

/// Is it an object of this kind?
pub(crate) fn is(value: Local<'_>, kind: Kind) -> bool {
    object::is_kind(value.value(), kind)
}
