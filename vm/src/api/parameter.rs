//! What a parameter of a procedure of the host may be.

use super::convert::FromScheme;
use super::error::Error;
use super::local::Local;
use super::window::Window;

/// A type that a parameter of a procedure of the host may have: every [`FromScheme`] type, `&str`,
/// and, last, [`Rest`].
///
/// ```
/// use lisle::{Rest, Vm};
/// let vm = Vm::new()?;
/// vm.define("tag", |name: &str, times: Option<usize>, rest: Rest<i64>| {
///     format!("{}{:?}", name.repeat(times.unwrap_or(1)), rest.0)
/// })?;
/// assert_eq!(vm.eval::<String>("(tag \"a\")")?, "a[]");
/// assert_eq!(vm.eval::<String>("(tag \"a\" 2 3 4)")?, "aa[3, 4]");
/// # Ok::<(), lisle::Error>(())
/// ```
pub trait Parameter {
    /// The type as the procedure gets it.
    type Item<'a>;
    /// What is kept while the procedure runs.
    type Kept;
    /// Takes it as many arguments as there are?
    const IS_REST: bool = false;

    /// Converts the argument, or the rest of them.
    ///
    /// # Errors
    /// When an argument has another type.
    fn take<'w>(w: &Window<'w>, arguments: &[Local<'w>]) -> Result<Self::Kept, Error>;
    /// What the procedure gets.
    fn lend(kept: &mut Self::Kept) -> Self::Item<'_>;
    /// May the argument be left out?
    fn is_optional() -> bool;
}

impl<T: FromScheme + 'static> Parameter for T {
    type Item<'a> = T;
    type Kept = Option<T>;

    #[inline]
    fn take<'w>(w: &Window<'w>, arguments: &[Local<'w>]) -> Result<Option<T>, Error> {
        match arguments.first() {
            Some(argument) => T::from_scheme(w, *argument).map(Some),
            None => Ok(T::absent()),
        }
    }
    #[inline]
    fn lend(kept: &mut Option<T>) -> T {
        kept.take().expect("an argument is lent once, and was given or is optional")
    }
    fn is_optional() -> bool {
        T::absent().is_some()
    }
}

impl Parameter for &str {
    type Item<'a> = &'a str;
    type Kept = String;

    fn take<'w>(w: &Window<'w>, arguments: &[Local<'w>]) -> Result<String, Error> {
        String::from_scheme(w, arguments[0])
    }
    fn lend(kept: &mut String) -> &str {
        kept
    }
    fn is_optional() -> bool {
        false
    }
}

/// The rest of the arguments, as the last parameter of a procedure of the host.
///
/// ```
/// use lisle::{Rest, Vm};
/// let vm = Vm::new()?;
/// vm.define("join", |with: &str, words: Rest<String>| words.0.join(with))?;
/// assert_eq!(vm.eval::<String>("(join \", \" \"a\" \"b\" \"c\")")?, "a, b, c");
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rest<T>(pub Vec<T>);

impl<T: FromScheme + 'static> Parameter for Rest<T> {
    type Item<'a> = Rest<T>;
    type Kept = Vec<T>;
    const IS_REST: bool = true;

    fn take<'w>(w: &Window<'w>, arguments: &[Local<'w>]) -> Result<Vec<T>, Error> {
        arguments.iter().map(|argument| T::from_scheme(w, *argument)).collect()
    }
    fn lend(kept: &mut Vec<T>) -> Rest<T> {
        Rest(std::mem::take(kept))
    }
    fn is_optional() -> bool {
        true
    }
}
