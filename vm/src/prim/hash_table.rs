//! Hash tables (SRFI 69 and 125): the primitives that call no procedure.
//!
//! Tables may be shared between threads: each primitive is atomic. What calls procedures
//! (`hash-table-update!` and the like) is written in Scheme, and made atomic by trying again with
//! `%hash-table-cas!`. Tables with an equivalence of the program's (`custom`) map hashes to
//! association lists, which are never changed but replaced, by `%hash-table-bucket-cas!`.

mod entries;
mod hash;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use super::pair::ListBuilder;
use super::{Prim, arguments, prim, symbol};
use crate::cx::{Cx, Raised};
use entries::Weakness;
use lisle_gc::object::{car, cdr, is_kind};
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value};
use table::{Equivalence, Table};

fn table_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    arguments::of_kind(cx, name, args, position, Kind::HashTable, "a hash table")
}

/// Locks the table that is the first argument and works on it.
fn with_table<T>(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    work: impl FnOnce(&Table, &mut LocalHeap) -> Result<T, HeapExhausted>,
) -> Result<T, Raised> {
    let given = table_argument(cx, name, args, 0)?;
    let result = work(&Table::lock(given), cx.heap());
    result.map_err(|HeapExhausted| cx.exhausted())
}

/// `(%make-hash-table kind [weakness size])`, kind one of the symbols `eq`, `eqv`, `equal`, `string`,
/// `string-ci` and `custom`, weakness one of `strong`, `weak-keys`, `weak-values` and `weak-both`.
fn make_hash_table(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let kind = arguments::of_kind(cx, "make-hash-table", args, 0, Kind::Symbol, "a symbol")?;
    let Some(equivalence) = Equivalence::named(&symbol::name(kind).to_rust_string()) else {
        return Err(cx.out_of_range("make-hash-table", 1, kind));
    };
    let weakness = match args.get(1) {
        None => Weakness::Strong,
        Some(_) => {
            let name =
                arguments::of_kind(cx, "make-hash-table", args, 1, Kind::Symbol, "a symbol")?;
            match Weakness::named(&symbol::name(name).to_rust_string()) {
                Some(weakness) => weakness,
                None => return Err(cx.out_of_range("make-hash-table", 2, name)),
            }
        }
    };
    let room = match arguments::optional(args, 2) {
        Some(given) if given.is_true() => arguments::size(cx, "make-hash-table", args, 2)?,
        _ => 4,
    };
    // The size is a hint: it must not be able to use the heap up.
    let room = room.min(1 << 20);
    table::make(cx.heap(), equivalence, weakness, room).map_err(|HeapExhausted| cx.exhausted())
}

fn is_hash_table(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_kind(args[0], Kind::HashTable)))
}

/// `(%hash-table-kind table)`: a symbol.
fn hash_table_kind(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = table_argument(cx, "hash-table-kind", args, 0)?;
    cx.intern(table::equivalence(given).name())
}

/// `(hash-table-weak? table)`
fn is_weak(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = table_argument(cx, "hash-table-weak?", args, 0)?;
    Ok(Value::boolean(table::weakness(given) != Weakness::Strong))
}

/// `(%hash-table-attachment table)`: what was set last, or `#f`.
fn attachment(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = table_argument(cx, "hash-table-attachment", args, 0)?;
    Ok(table::attachment(given))
}

/// `(%hash-table-attachment-set! table obj)`
fn set_attachment(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = table_argument(cx, "hash-table-attachment", args, 0)?;
    table::set_attachment(cx.heap(), given, args[1]);
    Ok(Value::UNSPECIFIED)
}

/// `(%hash-table-ref table key default)`
fn hash_table_ref(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let found = with_table(cx, "hash-table-ref", args, |table, heap| table.get(heap, args[1]))?;
    Ok(found.unwrap_or(args[2]))
}

fn hash_table_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    with_table(cx, "hash-table-set!", args, |table, heap| table.set(heap, args[1], args[2]))?;
    Ok(Value::UNSPECIFIED)
}

/// `(%hash-table-delete! table key)`: was it there?
fn hash_table_delete(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let name = "hash-table-delete!";
    with_table(cx, name, args, |table, heap| table.delete(heap, args[1])).map(Value::boolean)
}

fn hash_table_contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let name = "hash-table-contains?";
    let found = with_table(cx, name, args, |table, heap| table.get(heap, args[1]))?;
    Ok(Value::boolean(found.is_some()))
}

fn hash_table_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = table_argument(cx, "hash-table-size", args, 0)?;
    let is_weak = table::weakness(given) != Weakness::Strong;
    if is_weak && table::equivalence(given) == Equivalence::Custom {
        let entries = snapshot(cx, "hash-table-size", args)?;
        return Ok(Value::fixnum(entries.len() as i64));
    }
    let size = with_table(cx, "hash-table-size", args, |table, _| Ok(table.len()))?;
    Ok(Value::fixnum(size as i64))
}

fn hash_table_clear(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    with_table(cx, "hash-table-clear!", args, |table, heap| table.clear(heap))?;
    Ok(Value::UNSPECIFIED)
}

fn hash_table_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    with_table(cx, "hash-table-copy", args, |table, heap| table.copy(heap))
}

/// The keys and values of a table as they are at one moment, in order of insertion.
fn snapshot(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Vec<(Value, Value)>, Raised> {
    let entries = with_table(cx, name, args, |table, heap| Ok(table.entries(heap)))?;
    if table::equivalence(args[0]) != Equivalence::Custom {
        return Ok(entries);
    }
    let mut flat = Vec::new();
    for (_, bucket) in entries {
        let mut rest = bucket;
        while rest.is_pair() {
            let entry = car(rest);
            if !entry.is_pair() {
                break;
            }
            if car(entry) != Value::BROKEN {
                flat.push((car(entry), cdr(entry)));
            }
            rest = cdr(rest);
        }
    }
    Ok(flat)
}

fn list_of(
    cx: &mut Cx<'_>,
    entries: &[(Value, Value)],
    element: impl Fn(&mut Cx<'_>, Value, Value) -> Result<Value, Raised>,
) -> Result<Value, Raised> {
    let mut list = ListBuilder::new();
    for &(key, value) in entries {
        let item = element(cx, key, value)?;
        list.push(cx, item)?;
    }
    Ok(list.finish())
}

fn hash_table_to_alist(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let entries = snapshot(cx, "hash-table->alist", args)?;
    list_of(cx, &entries, |cx, key, value| cx.cons(key, value))
}

fn hash_table_keys(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let entries = snapshot(cx, "hash-table-keys", args)?;
    list_of(cx, &entries, |_, key, _| Ok(key))
}

fn hash_table_values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let entries = snapshot(cx, "hash-table-values", args)?;
    list_of(cx, &entries, |_, _, value| Ok(value))
}

/// `(%hash-table-entries table)`: a vector of keys and values by turns.
fn hash_table_entries(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let entries = snapshot(cx, "hash-table-entries", args)?;
    let flat: Vec<Value> = entries.into_iter().flat_map(|(key, value)| [key, value]).collect();
    cx.vector(&flat)
}

/// `(%hash-table-cas! table key old new [absent])`: if the value of the key is `old` (by `eq?`), makes
/// it `new` and returns true. A key that is not there has the value `absent`, if that is given, and
/// making a value `absent` takes the key out.
fn hash_table_cas(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let (key, old, new) = (args[1], args[2], args[3]);
    let absent = arguments::optional(args, 4);
    let swapped = with_table(cx, "hash-table-update!", args, |table, heap| {
        if table.get(heap, key)?.or(absent) != Some(old) {
            return Ok(false);
        }
        if Some(new) == absent {
            table.delete(heap, key)?;
        } else {
            table.set(heap, key, new)?;
        }
        Ok(true)
    })?;
    Ok(Value::boolean(swapped))
}

/// `(%hash-table-bucket table hash)`: the association list of a hash in a custom table.
fn bucket(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let found = with_table(cx, "hash-table-ref", args, |table, heap| table.get(heap, args[1]))?;
    Ok(found.unwrap_or(Value::NIL))
}

/// `(%hash-table-bucket-cas! table hash old new difference)`: if the association list of `hash` is
/// `old`, makes it `new`, adds `difference` to the number of keys, and returns true.
fn bucket_cas(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let (hash, old, new) = (args[1], args[2], args[3]);
    let difference = args[4].as_fixnum().unwrap_or(0);
    let swapped = with_table(cx, "hash-table-set!", args, |table, heap| {
        if table.get(heap, hash)?.unwrap_or(Value::NIL) != old {
            return Ok(false);
        }
        if new.is_nil() {
            table.delete(heap, hash)?;
        } else {
            table.set(heap, hash, new)?;
        }
        table.count_custom(difference);
        Ok(true)
    })?;
    Ok(Value::boolean(swapped))
}

/// Most bits of a hash that programs see.
const HASH_BITS: u32 = 48;

/// A hash for a program, below the bound that is the second argument if it is given.
fn bounded(cx: &mut Cx<'_>, name: &str, args: &[Value], hash: u64) -> Result<Value, Raised> {
    let hash = hash >> (64 - HASH_BITS);
    let bound = match arguments::optional(args, 1) {
        Some(given) if given.is_fixnum() => arguments::size(cx, name, args, 1)? as u64,
        _ => return Ok(Value::fixnum(hash as i64)),
    };
    if bound == 0 {
        return Err(cx.out_of_range(name, 2, args[1]));
    }
    Ok(Value::fixnum((hash % bound) as i64))
}

fn equal_hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = args[0];
    let has_content = given.is_pair() || is_kind(given, Kind::Vector);
    let hash = match hash::leaf(given) {
        Some(hash) => hash,
        None if has_content => hash::content(given),
        None => identity_hash(cx, given)?,
    };
    bounded(cx, "equal-hash", args, hash)
}

/// A hash for `eq?` and `eqv?`.
fn eqv_hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = args[0];
    let hash = match given.is_object().then(|| hash::number(given)).flatten() {
        Some(hash) => hash,
        None if symbol::is_symbol(given) || !given.is_pointer() => hash::content(given),
        None => identity_hash(cx, given)?,
    };
    bounded(cx, "eqv-hash", args, hash)
}

/// The hash of an object that only its address tells from others. An address does not survive a
/// collection, so the object gets a number when it is first asked for, in a weak table.
fn identity_hash(cx: &mut Cx<'_>, object: Value) -> Result<u64, Raised> {
    let vm = cx.vm();
    let numbers = Table::lock(vm.identities());
    let number = |heap: &mut LocalHeap| {
        if let Some(number) = numbers.get(heap, object)? {
            return Ok(number);
        }
        let number = Value::fixnum(numbers.next_number());
        numbers.set(heap, object, number)?;
        Ok(number)
    };
    match number(cx.heap()) {
        Ok(number) => Ok(hash::mix(number.bits())),
        Err(HeapExhausted) => Err(cx.exhausted()),
    }
}

/// The table in which objects are numbered for [`identity_hash`].
pub(crate) fn make_identities(heap: &mut LocalHeap) -> Result<Value, HeapExhausted> {
    table::make(heap, Equivalence::Eq, Weakness::Keys, 4)
}

fn string_hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-hash", args, 0)?;
    bounded(cx, "string-hash", args, hash::text(text))
}

fn string_ci_hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-ci-hash", args, 0)?;
    bounded(cx, "string-ci-hash", args, hash::folded_text(text))
}

fn symbol_hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    arguments::of_kind(cx, "symbol-hash", args, 0, Kind::Symbol, "a symbol")?;
    bounded(cx, "symbol-hash", args, hash::content(args[0]))
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("%make-hash-table", make_hash_table, 1, 3),
    prim("hash-table?", is_hash_table, 1, 1),
    prim("%hash-table-kind", hash_table_kind, 1, 1),
    prim("hash-table-weak?", is_weak, 1, 1),
    prim("%hash-table-attachment", attachment, 1, 1),
    prim("%hash-table-attachment-set!", set_attachment, 2, 2),
    prim("%hash-table-ref", hash_table_ref, 3, 3),
    prim("%hash-table-set!", hash_table_set, 3, 3),
    prim("%hash-table-delete!", hash_table_delete, 2, 2),
    prim("%hash-table-contains?", hash_table_contains, 2, 2),
    prim("hash-table-size", hash_table_size, 1, 1),
    prim("hash-table-clear!", hash_table_clear, 1, 1),
    prim("%hash-table-copy", hash_table_copy, 1, 2),
    prim("hash-table->alist", hash_table_to_alist, 1, 1),
    prim("hash-table-keys", hash_table_keys, 1, 1),
    prim("hash-table-values", hash_table_values, 1, 1),
    prim("%hash-table-entries", hash_table_entries, 1, 1),
    prim("%hash-table-cas!", hash_table_cas, 4, 5),
    prim("%hash-table-bucket", bucket, 2, 2),
    prim("%hash-table-bucket-cas!", bucket_cas, 5, 5),
    prim("hash", equal_hash, 1, 2),
    prim("equal-hash", equal_hash, 1, 2),
    prim("eq-hash", eqv_hash, 1, 2),
    prim("eqv-hash", eqv_hash, 1, 2),
    prim("string-hash", string_hash, 1, 2),
    prim("string-ci-hash", string_ci_hash, 1, 2),
    prim("symbol-hash", symbol_hash, 1, 2),
];
