//! What the code that the derive macros write calls. Not for use by hand.

use super::convert::FromScheme;
use super::error::Error;
use super::host_type::{Host, HostType};
use super::local::Local;
use super::window::Window;

/// The fields of a structure or variant, being read.
pub struct Fields<'a, 'w> {
    w: &'a Window<'w>,
    whole: Local<'w>,
    /// Those that were not taken yet: by name, or in order.
    left: Vec<Local<'w>>,
    taken: usize,
}

impl<'a, 'w> Fields<'a, 'w> {
    /// The elements of a list, or the entries of a hash table.
    ///
    /// # Errors
    /// When it is neither.
    pub fn new(w: &'a Window<'w>, whole: Local<'w>) -> Result<Fields<'a, 'w>, Error> {
        let left = super::collections::fields(w, whole)?;
        Ok(Fields { w, whole, left, taken: 0 })
    }
    /// The field that comes next.
    ///
    /// # Errors
    /// When there is none, or it is of another type.
    pub fn unnamed<T: FromScheme>(&mut self) -> Result<T, Error> {
        if self.left.is_empty() {
            return Err(self.w.mismatch("more fields", self.whole));
        }
        let field = self.left.remove(0);
        self.taken += 1;
        let of = |error: Error| error.of_part(format_args!("field {}", self.taken));
        self.w.part(|| T::from_scheme(self.w, field)).map_err(of)
    }
    /// The field with this name.
    ///
    /// # Errors
    /// When there is none and it cannot be left out, or it is of another type.
    pub fn named<T: FromScheme>(&mut self, name: &str) -> Result<T, Error> {
        let is_it = |pair: &Local<'w>| {
            let key = self.w.car(*pair).ok();
            key.and_then(|key| self.w.symbol_name(key)).as_deref() == Some(name)
        };
        let Some(at) = self.left.iter().position(is_it) else {
            return T::absent()
                .ok_or_else(|| self.w.mismatch(&format!("a field `{name}`"), self.whole));
        };
        let value = self.w.cdr(self.left.remove(at))?;
        let made = self.w.part(|| T::from_scheme(self.w, value));
        made.map_err(|error| error.of_part(format_args!("field `{name}`")))
    }
    /// All fields must have been taken.
    ///
    /// # Errors
    /// When some were not.
    pub fn end(self) -> Result<(), Error> {
        match self.left.first() {
            None => Ok(()),
            Some(extra) => {
                let shown = self.w.write(*extra);
                Err(self.w.mismatch(&format!("no field {shown}"), self.whole))
            }
        }
    }
}

/// The name of a variant and its fields.
///
/// # Errors
/// When it is neither a symbol nor a list that begins with one.
pub fn variant<'a, 'w>(
    w: &'a Window<'w>,
    value: Local<'w>,
    expected: &str,
) -> Result<(String, Fields<'a, 'w>), Error> {
    if let Some(name) = w.symbol_name(value) {
        return Ok((name, Fields { w, whole: value, left: Vec::new(), taken: 0 }));
    }
    let name = if value.is_pair() { w.symbol_name(w.car(value)?) } else { None };
    let Some(name) = name else { return Err(w.mismatch(expected, value)) };
    let left = super::collections::fields(w, w.cdr(value)?)?;
    Ok((name, Fields { w, whole: value, left, taken: 0 }))
}

/// Checks that the value is the symbol with this name.
///
/// # Errors
/// When it is not.
pub fn unit<'w>(w: &Window<'w>, value: Local<'w>, name: &str) -> Result<(), Error> {
    match w.symbol_name(value) {
        Some(found) if found == name => Ok(()),
        _ => Err(w.mismatch(&format!("`{name}`"), value)),
    }
}

/// An argument that is a value of a host type.
///
/// # Errors
/// When it is something else.
pub fn host_argument<'w, T: HostType>(
    w: &Window<'w>,
    arguments: &[Local<'w>],
) -> Result<Host<T>, Error> {
    Host::from_scheme(w, arguments[0])
}
