//! Records (R7RS 5.5): the primitives under `define-record-type`.
//!
//! A record type knows all the fields of its instances, a parent's first. The expansion of
//! `define-record-type` passes field indexes; they count from 0, after the type.

use super::symbol::{self, is_symbol};
use super::{ANY, Prim, arguments, prim};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use lisle_gc::object::{field, init_field, is_kind, size};
use lisle_gc::{Kind, Value};
use std::sync::atomic::{AtomicI64, Ordering};

static NEXT_TYPE: AtomicI64 = AtomicI64::new(1);

/// A new record type; `fields` is a vector of all its instances' fields.
pub fn make_type(
    cx: &mut Cx<'_>,
    name: Value,
    fields: Value,
    parent: Value,
) -> Result<Value, Raised> {
    let record_type = cx.object(Kind::RecordType, 4)?;
    init_field(record_type, 0, name);
    init_field(record_type, 1, fields);
    init_field(record_type, 2, parent);
    init_field(record_type, 3, Value::fixnum(NEXT_TYPE.fetch_add(1, Ordering::Relaxed)));
    Ok(record_type)
}

/// Is `v` an instance of `record_type` or of a type derived from it?
pub fn is_instance(v: Value, record_type: Value) -> bool {
    if !is_kind(v, Kind::Record) {
        return false;
    }
    let mut actual = field(v, 0);
    loop {
        if actual == record_type {
            return true;
        }
        if !is_kind(actual, Kind::RecordType) {
            return false;
        }
        actual = field(actual, 2);
    }
}

fn type_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    arguments::of_kind(cx, name, args, position, Kind::RecordType, "a record type")
}

/// `(%make-record-type name fields [parent])`: the fields are a list or vector of symbols.
fn make_record_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let procedure = "make-record-type";
    let mut fields = Vec::new();
    let parent = arguments::optional(args, 2).unwrap_or(Value::FALSE);
    if parent.is_true() {
        let inherited = field(type_argument(cx, procedure, args, 2)?, 1);
        fields.extend((0..size(inherited)).map(|i| field(inherited, i)));
    }
    if is_kind(args[1], Kind::Vector) {
        fields.extend((0..size(args[1])).map(|i| field(args[1], i)));
    } else {
        fields.extend(super::pair::elements(cx, procedure, args, 1)?);
    }
    let fields = cx.vector(&fields)?;
    make_type(cx, args[0], fields, parent)
}

fn is_record_type(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_kind(args[0], Kind::RecordType)))
}

/// `(%record type field ...)`
fn record(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    type_argument(cx, "%record", args, 0)?;
    let made = cx.object(Kind::Record, args.len())?;
    for (index, &value) in args.iter().enumerate() {
        init_field(made, index, value);
    }
    Ok(made)
}

/// `(%make-record type)`: an instance whose fields are `#f`.
fn make_record(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let record_type = type_argument(cx, "%make-record", args, 0)?;
    let count = size(field(record_type, 1));
    let made = cx.object(Kind::Record, 1 + count)?;
    init_field(made, 0, record_type);
    for index in 1..=count {
        init_field(made, index, Value::FALSE);
    }
    Ok(made)
}

/// `(%record? obj)`, `(%record? obj type)`
fn is_record(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(match arguments::optional(args, 1) {
        Some(record_type) => is_instance(args[0], record_type),
        None => is_kind(args[0], Kind::Record),
    }))
}

/// `(%record-type obj)`: the type of a record.
fn record_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(field(arguments::of_kind(cx, "%record-type", args, 0, Kind::Record, "a record")?, 0))
}

/// Checks that `args[0]` is an instance of `args[1]`; if not, the error is that of the accessor or
/// modifier named by the last argument.
fn check_instance(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Raised> {
    if is_instance(args[0], args[1]) {
        return Ok(());
    }
    type_argument(cx, "%record-ref", args, 1)?;
    let accessor = args[args.len() - 1];
    if is_symbol(accessor) {
        let procedure = symbol::name(accessor).to_rust_string();
        let expected = format!("a record of type {}", type_name_text(args[1]));
        return Err(cx.wrong_type(&procedure, 1, &expected, args[0]));
    }
    Err(wrong_record(cx, args[0], args[1]))
}

/// The name of a record type, as far as it is one: programs can assign to a type's variable.
fn type_name_text(record_type: Value) -> String {
    let is_type = is_kind(record_type, Kind::RecordType);
    let name = if is_type { field(record_type, 0) } else { Value::FALSE };
    if is_symbol(name) { symbol::name(name).to_rust_string() } else { "record".to_owned() }
}

/// The error that `got` is not a record of the type `of`.
pub fn wrong_record(cx: &mut Cx<'_>, got: Value, of: Value) -> Raised {
    let message = format!("not a record of type {}", type_name_text(of));
    cx.error(ErrorKind::Type, &message, &[got])
}

/// `(%record-ref obj type index accessor-name)`
fn record_ref(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    check_instance(cx, args)?;
    let index = arguments::index(cx, "%record-ref", args, 2, size(args[0]) - 1)?;
    Ok(field(args[0], 1 + index))
}

/// `(%record-set! obj type index value modifier-name)`
fn record_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    check_instance(cx, args)?;
    let index = arguments::index(cx, "%record-set!", args, 2, size(args[0]) - 1)?;
    cx.heap().store(args[0], 1 + index, args[3]);
    Ok(Value::UNSPECIFIED)
}

fn type_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(field(type_argument(cx, "%record-type-name", args, 0)?, 0))
}

fn type_fields(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(field(type_argument(cx, "%record-type-fields", args, 0)?, 1))
}

fn type_parent(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(field(type_argument(cx, "%record-type-parent", args, 0)?, 2))
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("%make-record-type", make_record_type, 2, 3),
    prim("%record-type?", is_record_type, 1, 1),
    prim("%record", record, 1, ANY),
    prim("%make-record", make_record, 1, 1),
    prim("%record?", is_record, 1, 2),
    prim("%record-type", record_type, 1, 1),
    prim("%record-ref", record_ref, 4, 4),
    prim("%record-set!", record_set, 5, 5),
    prim("%record-type-name", type_name, 1, 1),
    prim("%record-type-fields", type_fields, 1, 1),
    prim("%record-type-parent", type_parent, 1, 1),
];
