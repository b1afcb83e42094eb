//! Conversions of collections: lists and vectors, tuples, association lists and hash tables, bytes.

use super::convert::{FromScheme, IntoScheme, is};
use super::error::Error;
use super::local::Local;
use super::window::Window;
use crate::prim::hash_table::table::{self, Equivalence, Table, Weakness};
use crate::prim::pair;
use lisle_gc::{HeapExhausted, Kind, object};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

/// The elements of a list or vector.
pub(crate) fn elements<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Vec<Local<'w>>, Error> {
    if value.is_vector() {
        let fields = 0..object::size(value.value());
        return Ok(fields.map(|index| Local::new(object::field(value.value(), index))).collect());
    }
    let Some(length) = pair::proper_length(value.value()) else {
        return Err(w.mismatch("a list or vector", value));
    };
    // No more than that: another thread may have made it circular since.
    Ok(pair::Elements::of(value.value(), length).map(Local::new).collect())
}

/// The elements of a list or vector, or the entries of a hash table as pairs.
pub(crate) fn fields<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Vec<Local<'w>>, Error> {
    if is(value, Kind::HashTable) {
        let pair = |(key, value)| w.cons(key, value);
        return entries(w, value)?.into_iter().map(pair).collect();
    }
    elements(w, value)
}

fn converted<'w, T: FromScheme, C: FromIterator<T>>(
    w: &Window<'w>,
    value: Local<'w>,
) -> Result<C, Error> {
    let items = elements(w, value)?.into_iter().enumerate();
    let item = |(index, item)| {
        let made = w.part(|| T::from_scheme(w, item));
        made.map_err(|error| error.of_part(format_args!("element {index}")))
    };
    items.map(item).collect()
}

fn made<'w, T: IntoScheme>(
    w: &Window<'w>,
    items: impl IntoIterator<Item = T>,
) -> Result<Local<'w>, Error> {
    let items = items.into_iter().map(|item| item.into_scheme(w));
    w.list(&items.collect::<Result<Vec<_>, Error>>()?)
}

macro_rules! sequences {
    ($($type:ident [$($bound:ident)*];)*) => {$(
        /// From a list or vector; to a list.
        impl<T: FromScheme $(+ $bound)*> FromScheme for $type<T> {
            fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<$type<T>, Error> {
                converted::<T, _>(w, value)
            }
        }
        impl<T: IntoScheme> IntoScheme for $type<T> {
            fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
                made(w, self)
            }
        }
    )*};
}

sequences! {
    Vec [];
    VecDeque [];
    BTreeSet [Ord];
}

/// From a list or vector; to a list.
impl<T: FromScheme + Eq + Hash, S: BuildHasher + Default> FromScheme for HashSet<T, S> {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<HashSet<T, S>, Error> {
        converted::<T, _>(w, value)
    }
}

impl<T: IntoScheme, S> IntoScheme for HashSet<T, S> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        made(w, self)
    }
}

impl<'a, T> IntoScheme for &'a [T]
where
    &'a T: IntoScheme,
{
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        made(w, self)
    }
}

impl<'a, T> IntoScheme for &'a Vec<T>
where
    &'a T: IntoScheme,
{
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        made(w, self)
    }
}

/// A list or vector of just so many elements.
impl<T: FromScheme, const N: usize> FromScheme for [T; N] {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<[T; N], Error> {
        let items: Vec<T> = converted::<T, _>(w, value)?;
        items
            .try_into()
            .map_err(|_| w.mismatch(&format!("a list or vector of {N} elements"), value))
    }
}

impl<T: IntoScheme, const N: usize> IntoScheme for [T; N] {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        made(w, self)
    }
}

macro_rules! tuples {
    ($count:literal $($name:ident)+) => {
        /// A list or vector of just so many elements; to a list.
        impl<$($name: FromScheme),+> FromScheme for ($($name,)+) {
            fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Self, Error> {
                let items = elements(w, value)?;
                if items.len() != $count {
                    let expected = concat!("a list or vector of ", $count, " elements");
                    return Err(w.mismatch(expected, value));
                }
                let mut items = items.into_iter().enumerate();
                Ok(($({
                    let (index, item) = items.next().expect("there are as many");
                    let converted = w.part(|| $name::from_scheme(w, item));
                    converted.map_err(|error| error.of_part(format_args!("element {index}")))?
                },)+))
            }
        }
        impl<$($name: IntoScheme),+> IntoScheme for ($($name,)+) {
            #[allow(non_snake_case, reason = "the names are those of the types")]
            fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
                let ($($name,)+) = self;
                w.list(&[$($name.into_scheme(w)?),+])
            }
        }
    };
}

tuples!(1 A);
tuples!(2 A B);
tuples!(3 A B C);
tuples!(4 A B C D);
tuples!(5 A B C D E);
tuples!(6 A B C D E F);
tuples!(7 A B C D E F G);
tuples!(8 A B C D E F G H);

/// Keys and values of a hash table or association list.
pub(crate) fn entries<'w>(
    w: &Window<'w>,
    value: Local<'w>,
) -> Result<Vec<(Local<'w>, Local<'w>)>, Error> {
    if is(value, Kind::HashTable) {
        let table = Table::lock(value.value());
        let entries = w.cx(|cx| Ok(table.entries(cx.heap())))?.into_iter();
        return Ok(entries.map(|(key, value)| (Local::new(key), Local::new(value))).collect());
    }
    if !value.is_nil() && !value.is_pair() {
        return Err(w.mismatch("a hash table or association list", value));
    }
    let mut found = Vec::new();
    for pair in elements(w, value)? {
        if !pair.is_pair() {
            return Err(w.mismatch("an association list, of pairs", value));
        }
        found.push((w.car(pair)?, w.cdr(pair)?));
    }
    // The first of several pairs with one key counts.
    found.reverse();
    Ok(found)
}

fn map<'w, K: FromScheme, V: FromScheme, C: FromIterator<(K, V)>>(
    w: &Window<'w>,
    value: Local<'w>,
) -> Result<C, Error> {
    let entry = |(key, value): (Local<'w>, Local<'w>)| {
        let of = |error: Error| error.of_part(format_args!("key {}", w.write(key)));
        let value = w.part(|| V::from_scheme(w, value)).map_err(of)?;
        Ok((w.part(|| K::from_scheme(w, key))?, value))
    };
    entries(w, value)?.into_iter().map(entry).collect()
}

/// A hash table with the equivalence `equal?`.
pub(crate) fn empty_table<'w>(w: &Window<'w>, room: usize) -> Result<Local<'w>, Error> {
    w.local(|cx| {
        let made = table::make(cx.heap(), Equivalence::Equal, Weakness::Strong, room);
        made.map_err(|HeapExhausted| cx.exhausted())
    })
}

/// Adds an entry to such a table.
pub(crate) fn insert<'w>(
    w: &Window<'w>,
    table: Local<'w>,
    key: Local<'w>,
    value: Local<'w>,
) -> Result<(), Error> {
    w.cx(|cx| {
        let set = Table::lock(table.value()).set(cx.heap(), key.value(), value.value());
        set.map_err(|HeapExhausted| cx.exhausted())
    })
}

/// From a hash table or association list; to a hash table.
impl<K: FromScheme + Eq + Hash, V: FromScheme, S: BuildHasher + Default> FromScheme
    for HashMap<K, V, S>
{
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<HashMap<K, V, S>, Error> {
        map::<K, V, _>(w, value)
    }
}

impl<K: IntoScheme, V: IntoScheme, S> IntoScheme for HashMap<K, V, S> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        let made = empty_table(w, self.len())?;
        for (key, value) in self {
            insert(w, made, key.into_scheme(w)?, value.into_scheme(w)?)?;
        }
        Ok(made)
    }
}

/// From a hash table or association list; to an association list, in order.
impl<K: FromScheme + Ord, V: FromScheme> FromScheme for BTreeMap<K, V> {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<BTreeMap<K, V>, Error> {
        map::<K, V, _>(w, value)
    }
}

impl<K: IntoScheme, V: IntoScheme> IntoScheme for BTreeMap<K, V> {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        let mut pairs = Vec::with_capacity(self.len());
        for (key, value) in self {
            pairs.push(w.cons(key.into_scheme(w)?, value.into_scheme(w)?)?);
        }
        w.list(&pairs)
    }
}

/// Bytes: a bytevector. (A `Vec<u8>` is a list of small integers.)
///
/// ```
/// use lisle::{Bytes, Vm};
/// let vm = Vm::new()?;
/// vm.define("checksum", |bytes: Bytes| bytes.0.iter().fold(0u8, |sum, byte| sum ^ byte))?;
/// assert_eq!(vm.eval::<u8>("(checksum #u8(1 2 4))")?, 7);
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Bytes(pub Vec<u8>);

impl FromScheme for Bytes {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<Bytes, Error> {
        if !is(value, Kind::Bytevector) {
            return Err(w.mismatch("a bytevector", value));
        }
        let mut bytes = Vec::new();
        object::read_bytes(value.value(), 0, object::size(value.value()), &mut bytes);
        Ok(Bytes(bytes))
    }
}

impl IntoScheme for Bytes {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        let made = w.local(|cx| cx.object(Kind::Bytevector, self.0.len()))?;
        object::write_bytes(made.value(), 0, &self.0);
        Ok(made)
    }
}
