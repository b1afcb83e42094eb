//! Any type that `serde` knows, as Scheme data and back: behind the feature `serde`.
//!
//! The mapping is that of the derive macros and of the conversions of the standard collections:
//!
//! | serde | Scheme | read also from |
//! |---|---|---|
//! | `bool`, `char`, string, bytes | boolean, character, string, bytevector | |
//! | integer, float | integer, flonum | any real number that the type can hold as it is |
//! | `None`, `Some(x)` | `#f`, `x` | |
//! | unit | the unspecified value | anything |
//! | sequence, tuple, tuple structure | list | vector |
//! | map | hash table | association list |
//! | structure | association list with symbols | hash table |
//! | newtype structure | what is in it | |
//! | unit structure, unit variant | symbol | |
//! | other variant | list of the symbol and the fields, those with names as pairs | |
//!
//! Names are written the Scheme way as by the derive macros (`heap_limit` and `HeapLimit` are
//! `heap-limit`); one that is not made of letters, digits and underscores, which only
//! `#[serde(rename)]` can give, stays as it is.
//!
//! What serde keeps in a buffer before it knows its type (`untagged`, internally tagged and flattened
//! things, `serde_json::Value`) is read by what it looks like: a hash table, or a list of pairs that
//! begin with symbols, is a map, any other list a sequence, a symbol a string. Flattened fields
//! are those of a map when written, under their Rust names.

mod read;
mod write;

use super::convert::{FromScheme, IntoScheme};
use super::error::{Error, ErrorKind};
use super::local::Local;
use super::window::Window;
use ::serde::de::DeserializeOwned;
use ::serde::{Serialize, de, ser};
use std::borrow::Cow;
use std::fmt::Display;

/// A value that goes to Scheme and comes back by way of `serde`. The
/// [mapping](crate::api::serde) agrees with that of `#[derive(FromScheme, IntoScheme)]`.
///
/// Unlike there, fields that a structure does not have are ignored, unless it has serde's
/// `deny_unknown_fields`. `Some` of something that is `#f` itself, which could not be told from
/// `None`, is an error.
///
/// ```
/// use lisle::{Serde, Vm};
/// #[derive(serde::Serialize, serde::Deserialize, Debug, PartialEq)]
/// struct Order { id: u64, ship_to: Option<String>, items: Vec<Item> }
/// #[derive(serde::Serialize, serde::Deserialize, Debug, PartialEq)]
/// enum Item { Voucher, Piece { name: String, price: f64 } }
///
/// let vm = Vm::new()?;
/// vm.define("ship", |Serde(order): Serde<Order>, to: String| {
///     Serde(Order { ship_to: Some(to), ..order })
/// })?;
/// let Serde(order) = vm.eval::<Serde<Order>>("
///     (ship '((id . 7) (items voucher (piece (name . \"pen\") (price . 2.5)))) \"Basel\")")?;
/// assert_eq!(order.ship_to.as_deref(), Some("Basel"));
///
/// vm.set("order", Serde(&order))?;
/// assert_eq!(vm.eval::<String>("(cdr (assq 'ship-to order))")?, "Basel");
/// let error = vm.eval::<Serde<Order>>("'((id . 7) (items (piece (name . pen))))").unwrap_err();
/// assert_eq!(
///     error.message(),
///     "field `items`: element 0: field `name`: expected a string, got pen"
/// );
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Serde<T>(pub T);

impl<T: DeserializeOwned> FromScheme for Serde<T> {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Serde<T>, Error> {
        T::deserialize(read::Reader { w, value }).map(Serde)
    }
}

impl<T: Serialize> IntoScheme for Serde<T> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        self.0.serialize(write::Writer { w })
    }
}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Error {
        Error::of_kind(ErrorKind::Type, message.to_string())
    }
}

impl ser::Error for Error {
    fn custom<T: Display>(message: T) -> Error {
        Error::of_kind(ErrorKind::Type, message.to_string())
    }
}

impl Serialize for super::Bytes {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> de::Deserialize<'de> for super::Bytes {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<super::Bytes, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = super::Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<super::Bytes, E> {
                Ok(super::Bytes(bytes.to_vec()))
            }
            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<super::Bytes, E> {
                Ok(super::Bytes(bytes))
            }
            // Formats without bytes, such as JSON, have a sequence in their place.
            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> Result<super::Bytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(super::Bytes(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Visitor)
    }
}

/// The Scheme name of a structure, field or variant, as the derive macros have it.
fn scheme_name(name: &str) -> Cow<'_, str> {
    let is_identifier = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_identifier || !name.contains(|c: char| c == '_' || c.is_uppercase()) {
        return Cow::Borrowed(name);
    }
    let mut scheme = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c == '_' {
            scheme.push('-');
        } else if c.is_uppercase() {
            if !scheme.is_empty() && !scheme.ends_with('-') {
                scheme.push('-');
            }
            scheme.extend(c.to_lowercase());
        } else {
            scheme.push(c);
        }
    }
    Cow::Owned(scheme)
}
