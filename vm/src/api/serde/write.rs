//! Writing: from Rust to Scheme data.

use super::super::collections;
use super::super::convert::IntoScheme;
use super::super::error::{Error, ErrorKind};
use super::super::local::Local;
use super::super::window::Window;
use super::scheme_name;
use crate::Bytes;
use ::serde::ser::{self, Serialize};

/// Makes one value.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a, 'w> {
    pub(super) w: &'a Window<'w>,
}

/// Makes a list: of elements, of pairs of names and values, after the name of a variant if any.
pub(super) struct ListWriter<'a, 'w> {
    w: &'a Window<'w>,
    items: Vec<Local<'w>>,
    /// How many of the items are elements or fields.
    count: usize,
}

/// Makes a hash table.
pub(super) struct MapWriter<'a, 'w> {
    w: &'a Window<'w>,
    table: Local<'w>,
    key: Option<Local<'w>>,
}

impl<'a, 'w> Writer<'a, 'w> {
    fn list(self, length: usize) -> ListWriter<'a, 'w> {
        ListWriter { w: self.w, items: Vec::with_capacity(length.min(1 << 16)), count: 0 }
    }
    fn variant(self, name: &str, length: usize) -> Result<ListWriter<'a, 'w>, Error> {
        let mut list = self.list(length + 1);
        list.items.push(self.w.symbol(&scheme_name(name))?);
        Ok(list)
    }
}

impl<'w> ListWriter<'_, 'w> {
    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        let made = value.serialize(Writer { w: self.w });
        let at = |error: Error| error.of_part(format_args!("element {}", self.count));
        self.items.push(made.map_err(at)?);
        self.count += 1;
        Ok(())
    }
    fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        let name = scheme_name(name);
        let made = value.serialize(Writer { w: self.w });
        let made = made.map_err(|error| error.of_part(format_args!("field `{name}`")))?;
        self.items.push(self.w.cons(self.w.symbol(&name)?, made)?);
        Ok(())
    }
    fn end(self) -> Result<Local<'w>, Error> {
        self.w.list(&self.items)
    }
}

macro_rules! simple {
    ($($method:ident $type:ty;)*) => {$(
        fn $method(self, value: $type) -> Result<Local<'w>, Error> {
            value.into_scheme(self.w)
        }
    )*};
}

impl<'a, 'w> ser::Serializer for Writer<'a, 'w> {
    type Ok = Local<'w>;
    type Error = Error;
    type SerializeSeq = ListWriter<'a, 'w>;
    type SerializeTuple = ListWriter<'a, 'w>;
    type SerializeTupleStruct = ListWriter<'a, 'w>;
    type SerializeTupleVariant = ListWriter<'a, 'w>;
    type SerializeMap = MapWriter<'a, 'w>;
    type SerializeStruct = ListWriter<'a, 'w>;
    type SerializeStructVariant = ListWriter<'a, 'w>;

    simple! {
        serialize_bool bool;
        serialize_i8 i8;
        serialize_i16 i16;
        serialize_i32 i32;
        serialize_i64 i64;
        serialize_i128 i128;
        serialize_u8 u8;
        serialize_u16 u16;
        serialize_u32 u32;
        serialize_u64 u64;
        serialize_u128 u128;
        serialize_f32 f32;
        serialize_f64 f64;
        serialize_char char;
        serialize_str &str;
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Local<'w>, Error> {
        Bytes(bytes.to_vec()).into_scheme(self.w)
    }
    fn serialize_none(self) -> Result<Local<'w>, Error> {
        Ok(Local::FALSE)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Local<'w>, Error> {
        let value = value.serialize(self)?;
        if value.is_true() {
            return Ok(value);
        }
        let message = "`Some` of what is #f in Scheme could not be told from `None`";
        Err(Error::of_kind(ErrorKind::Type, message))
    }
    fn serialize_unit(self) -> Result<Local<'w>, Error> {
        Ok(Local::UNSPECIFIED)
    }
    fn serialize_unit_struct(self, name: &'static str) -> Result<Local<'w>, Error> {
        self.w.symbol(&scheme_name(name))
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Local<'w>, Error> {
        self.w.symbol(&scheme_name(variant))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Local<'w>, Error> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Local<'w>, Error> {
        let mut list = self.variant(variant, 1)?;
        list.element(value)?;
        list.end()
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<ListWriter<'a, 'w>, Error> {
        Ok(self.list(length.unwrap_or(0)))
    }
    fn serialize_tuple(self, length: usize) -> Result<ListWriter<'a, 'w>, Error> {
        Ok(self.list(length))
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        length: usize,
    ) -> Result<ListWriter<'a, 'w>, Error> {
        Ok(self.list(length))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<ListWriter<'a, 'w>, Error> {
        self.variant(variant, length)
    }
    fn serialize_map(self, length: Option<usize>) -> Result<MapWriter<'a, 'w>, Error> {
        let table = collections::empty_table(self.w, length.unwrap_or(0).min(1 << 16))?;
        Ok(MapWriter { w: self.w, table, key: None })
    }
    fn serialize_struct(self, _: &'static str, length: usize) -> Result<ListWriter<'a, 'w>, Error> {
        Ok(self.list(length))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<ListWriter<'a, 'w>, Error> {
        self.variant(variant, length)
    }
}

macro_rules! lists {
    ($($trait:ident $method:ident;)*) => {$(
        impl<'w> ser::$trait for ListWriter<'_, 'w> {
            type Ok = Local<'w>;
            type Error = Error;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }
            fn end(self) -> Result<Local<'w>, Error> {
                ListWriter::end(self)
            }
        }
    )*};
}

lists! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! structures {
    ($($trait:ident)*) => {$(
        impl<'w> ser::$trait for ListWriter<'_, 'w> {
            type Ok = Local<'w>;
            type Error = Error;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.field(name, value)
            }
            fn end(self) -> Result<Local<'w>, Error> {
                ListWriter::end(self)
            }
        }
    )*};
}

structures!(SerializeStruct SerializeStructVariant);

impl<'w> ser::SerializeMap for MapWriter<'_, 'w> {
    type Ok = Local<'w>;
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(key.serialize(Writer { w: self.w })?);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().expect("serde: a key comes before its value");
        let of = |error: Error| error.of_part(format_args!("key {}", self.w.write(key)));
        let value = value.serialize(Writer { w: self.w }).map_err(of)?;
        collections::insert(self.w, self.table, key, value)
    }
    fn end(self) -> Result<Local<'w>, Error> {
        Ok(self.table)
    }
}
