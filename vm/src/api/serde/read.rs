//! Reading: from Scheme data to Rust.

use super::super::collections::{elements, empty_table, entries, fields, insert};
use super::super::convert::{FromScheme, is};
use super::super::error::Error;
use super::super::local::Local;
use super::super::window::Window;
use super::scheme_name;
use crate::Bytes;
use crate::prim::hash_table::table::Table;
use ::serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use ::serde::de::{self, DeserializeSeed, Deserializer, Visitor};
use lisle_gc::{HeapExhausted, Kind};
use std::vec::IntoIter;

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a, 'w> {
    pub(super) w: &'a Window<'w>,
    pub(super) value: Local<'w>,
}

impl<'a, 'w> Reader<'a, 'w> {
    fn get<T: FromScheme>(self) -> Result<T, Error> {
        T::from_scheme(self.w, self.value)
    }
    fn of(self, value: Local<'w>) -> Reader<'a, 'w> {
        Reader { w: self.w, value }
    }
    fn elements(self) -> Result<Elements<'a, 'w>, Error> {
        let left = elements(self.w, self.value)?.into_iter();
        Ok(Elements { of: self, left, name: "element", index: 0 })
    }
    /// Just so many elements.
    fn counted(self, count: usize) -> Result<Elements<'a, 'w>, Error> {
        let elements = self.elements()?;
        if elements.left.len() == count {
            return Ok(elements);
        }
        Err(self.w.mismatch(&format!("a list or vector of {count} elements"), self.value))
    }
    /// The entries of a map, in order; of several with one key the first.
    fn entries(self, keys: Keys) -> Result<Entries<'a, 'w>, Error> {
        let mut left = entries(self.w, self.value)?;
        if !is(self.value, Kind::HashTable) {
            left.reverse();
            let seen = empty_table(self.w, left.len())?;
            let mut kept = Vec::with_capacity(left.len());
            for (key, value) in left {
                if !has(self.w, seen, key)? {
                    insert(self.w, seen, key, Local::TRUE)?;
                    kept.push((key, value));
                }
            }
            left = kept;
        }
        Ok(Entries { of: self, left: left.into_iter(), value: None, keys })
    }
    /// The fields of a structure, given as pairs or in a hash table.
    fn fields(self, names: &'static [&'static str]) -> Result<Entries<'a, 'w>, Error> {
        let mut left = Vec::new();
        for pair in fields(self.w, self.value)? {
            if !pair.is_pair() {
                return Err(self.w.mismatch("pairs of names and values", self.value));
            }
            left.push((self.w.car(pair)?, self.w.cdr(pair)?));
        }
        Ok(Entries { of: self, left: left.into_iter(), value: None, keys: Keys::Fields(names) })
    }
    /// Does it look like a structure: pairs that begin with symbols?
    fn is_structure(self) -> Result<bool, Error> {
        let w = self.w;
        let mut items = elements(w, self.value)?.into_iter();
        Ok(self.value.is_pair()
            && items.all(|item| item.is_pair() && w.car(item).is_ok_and(Local::is_symbol)))
    }
    /// The name that a symbol or string is.
    fn name(self) -> Option<String> {
        if self.value.is_string() { self.get().ok() } else { self.w.symbol_name(self.value) }
    }
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Ok(n) = self.get::<i64>() {
            return visitor.visit_i64(n);
        }
        if let Ok(n) = self.get::<u64>() {
            return visitor.visit_u64(n);
        }
        if let Ok(n) = self.get::<i128>() {
            return visitor.visit_i128(n);
        }
        visitor.visit_f64(self.get()?)
    }
}

macro_rules! typed {
    ($($method:ident $visit:ident $type:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.get::<$type>()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = self.value;
        if value.is_number() {
            return self.number(visitor);
        }
        if let Ok(flag) = self.get() {
            return visitor.visit_bool(flag);
        }
        if let Ok(char) = self.get() {
            return visitor.visit_char(char);
        }
        if let Some(name) = self.name() {
            return visitor.visit_string(name);
        }
        if value.is(Local::UNSPECIFIED) {
            return visitor.visit_unit();
        }
        if is(value, Kind::Bytevector) {
            return visitor.visit_byte_buf(self.get::<Bytes>()?.0);
        }
        if is(value, Kind::HashTable) {
            return visitor.visit_map(self.entries(Keys::Buffered)?);
        }
        if !value.is_pair() && !value.is_nil() && !value.is_vector() {
            return Err(self.w.mismatch("data", value));
        }
        if self.is_structure()? {
            return visitor.visit_map(self.entries(Keys::Buffered)?);
        }
        visitor.visit_seq(self.elements()?)
    }

    typed! {
        deserialize_bool visit_bool bool;
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
        deserialize_f32 visit_f32 f32;
        deserialize_f64 visit_f64 f64;
        deserialize_char visit_char char;
        deserialize_str visit_string String;
        deserialize_string visit_string String;
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_byte_buf(self.get::<Bytes>()?.0)
    }
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_true() { visitor.visit_some(self) } else { visitor.visit_none() }
    }
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        crate::derive::unit(self.w, self.value, &scheme_name(name))?;
        visitor.visit_unit()
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.w.part(|| visitor.visit_newtype_struct(self))
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.elements()?)
    }
    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        count: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.counted(count)?)
    }
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        count: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.counted(count)?)
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.entries(Keys::Typed)?)
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.fields(names)?)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (first, fields) = match self.value.is_pair() {
            true => (self.w.car(self.value)?, self.w.cdr(self.value)?),
            false => (self.value, Local::NIL),
        };
        let found = self.w.symbol_name(first);
        let variant = found.and_then(|found| known(variants, &found));
        let Some(variant) = variant else {
            let names: Vec<String> =
                variants.iter().map(|name| format!("`{}`", scheme_name(name))).collect();
            let expected = format!("a variant of {name}: {}", names.join(", "));
            return Err(self.w.mismatch(&expected, self.value));
        };
        visitor.visit_enum(Variant { name: variant, whole: self, fields })
    }
    /// A name in a map that flattened fields are looked for in.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.w.symbol_name(self.value) {
            Some(name) => visitor.visit_string(rust_name(&name)),
            None => self.deserialize_any(visitor),
        }
    }
}

/// The Rust name that a symbol probably stands for.
fn rust_name(written: &str) -> String {
    let name = written.replace('-', "_");
    if scheme_name(&name) == written { name } else { written.to_owned() }
}

/// Which of these Rust names is written like this in Scheme, or is just this?
fn known(names: &'static [&'static str], written: &str) -> Option<&'static str> {
    let same = names.iter().find(|name| **name == written);
    same.or_else(|| names.iter().find(|name| scheme_name(name) == written)).copied()
}

struct Elements<'a, 'w> {
    of: Reader<'a, 'w>,
    left: IntoIter<Local<'w>>,
    /// What error messages call one.
    name: &'static str,
    index: usize,
}

impl<'de> de::SeqAccess<'de> for Elements<'_, '_> {
    type Error = Error;
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some(item) = self.left.next() else { return Ok(None) };
        let made = self.of.w.part(|| seed.deserialize(self.of.of(item)));
        let at = |error: Error| error.of_part(format_args!("{} {}", self.name, self.index));
        let made = made.map_err(at)?;
        self.index += 1;
        Ok(Some(made))
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Entries<'a, 'w> {
    of: Reader<'a, 'w>,
    left: IntoIter<(Local<'w>, Local<'w>)>,
    /// The entry whose key was read.
    value: Option<(Local<'w>, Local<'w>)>,
    keys: Keys,
}

/// What the keys of a map are.
#[derive(Clone, Copy)]
enum Keys {
    /// The names of a structure's fields, which are these.
    Fields(&'static [&'static str]),
    /// Values of a type that serde knows.
    Typed,
    /// What serde keeps in a buffer until it knows: a symbol is a field's name.
    Buffered,
}

fn has<'w>(w: &Window<'w>, table: Local<'w>, key: Local<'w>) -> Result<bool, Error> {
    w.cx(|cx| {
        let found = Table::lock(table.value()).get(cx.heap(), key.value());
        found.map(|value| value.is_some()).map_err(|HeapExhausted| cx.exhausted())
    })
}

impl<'w> Entries<'_, 'w> {
    fn key<'de, S: DeserializeSeed<'de>>(
        &self,
        key: Local<'w>,
        seed: S,
    ) -> Result<S::Value, Error> {
        let key = self.of.of(key);
        match (self.keys, key.name()) {
            (Keys::Fields(names), Some(name)) => match known(names, &name) {
                Some(known) => seed.deserialize(BorrowedStrDeserializer::new(known)),
                None => seed.deserialize(StringDeserializer::new(name)),
            },
            (Keys::Buffered, Some(name)) if key.value.is_symbol() => {
                seed.deserialize(StringDeserializer::new(rust_name(&name)))
            }
            _ => seed.deserialize(key),
        }
    }
}

impl<'de> de::MapAccess<'de> for Entries<'_, '_> {
    type Error = Error;
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = Some((key, value));
        self.of.w.part(|| self.key(key, seed)).map(Some)
    }
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let (key, value) = self.value.take().expect("serde: a value comes after its key");
        let made = self.of.w.part(|| seed.deserialize(self.of.of(value)));
        made.map_err(|error| match (self.keys, self.of.w.symbol_name(key)) {
            (Keys::Fields(_), Some(name)) => error.of_part(format_args!("field `{name}`")),
            _ => error.of_part(format_args!("key {}", self.of.w.write(key))),
        })
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Variant<'a, 'w> {
    name: &'static str,
    whole: Reader<'a, 'w>,
    /// What follows the name.
    fields: Local<'w>,
}

impl<'de, 'a, 'w> de::EnumAccess<'de> for Variant<'a, 'w> {
    type Error = Error;
    type Variant = Variant<'a, 'w>;
    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Variant<'a, 'w>), Error> {
        let name = BorrowedStrDeserializer::new(self.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'a, 'w> Variant<'a, 'w> {
    fn counted(&self, count: usize) -> Result<Elements<'a, 'w>, Error> {
        let reader = self.whole.of(self.fields);
        let elements = match self.fields.is_pair() || self.fields.is_nil() {
            true => reader.elements()?,
            false => return Err(reader.w.mismatch("a list", self.whole.value)),
        };
        if elements.left.len() == count {
            return Ok(Elements { name: "field", index: 1, ..elements });
        }
        let fields = if count == 1 { "field" } else { "fields" };
        let expected = format!("`{}` with {count} {fields}", scheme_name(self.name));
        Err(reader.w.mismatch(&expected, self.whole.value))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, '_> {
    type Error = Error;
    fn unit_variant(self) -> Result<(), Error> {
        self.counted(0).map(drop)
    }
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        let mut only = self.counted(1)?;
        let made = de::SeqAccess::next_element_seed(&mut only, seed)?;
        Ok(made.expect("there is one"))
    }
    fn tuple_variant<V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.counted(count)?)
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.whole.of(self.fields).fields(names)?)
    }
}
