//! The window of a primitive on the machine: allocation, errors, shared tables.
//!
//! While a primitive runs nothing moves: allocation never collects, it only asks for a collection
//! at the next safepoint. The one exception is [`Cx::blocking`], during which everything may move.

use crate::condition::ErrorKind;
use crate::symbols::Sym;
use crate::text;
use crate::vm::VmShared;
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value, flonum, object};
use lisle_threads::{Mutator, RootSlot};

/// "A condition was raised": the payload waits in the mutator.
#[derive(Debug)]
pub struct Raised(pub(crate) ());

/// What a primitive sees of the machine.
pub struct Cx<'a> {
    pub(crate) mutator: &'a mut Mutator,
    pub(crate) vm: &'a VmShared,
    may_run_again: bool,
}

impl<'a> Cx<'a> {
    /// A window for this thread.
    pub fn new(mutator: &'a mut Mutator, vm: &'a VmShared) -> Cx<'a> {
        Cx { mutator, vm, may_run_again: false }
    }
    /// The same for an instruction or primitive that is run again when it answers [`Cx::retry`].
    #[inline(always)]
    pub(crate) fn of_instruction(mutator: &'a mut Mutator, vm: &'a VmShared) -> Cx<'a> {
        Cx { mutator, vm, may_run_again: true }
    }
    /// May it answer [`Cx::retry`] though it is not declared `blocking`?
    pub(crate) fn may_run_again(&self) -> bool {
        self.may_run_again
    }
    /// The thread's part of the heap.
    #[inline(always)]
    pub fn heap(&mut self) -> &mut LocalHeap {
        &mut self.mutator.heap
    }
    /// What all threads share.
    #[inline(always)]
    pub fn vm(&self) -> &'a VmShared {
        self.vm
    }
    /// Runs something that may wait, in the native state. Values held before are stale after.
    pub fn blocking<R>(&mut self, work: impl FnOnce() -> R) -> R {
        self.mutator.native(work)
    }
    /// Argument `index` of the blocking primitive that runs, read again after a wait.
    pub fn argument(&self, index: usize) -> Value {
        self.mutator.stack.top_register(index)
    }
    /// Replaces argument `index` of a blocking primitive, for when it is run again ([`Cx::retry`]).
    pub fn set_argument(&mut self, index: usize, value: Value) {
        self.mutator.stack.set_top_register(index, value);
    }

    /// A pair.
    #[inline(always)]
    pub fn cons(&mut self, car: Value, cdr: Value) -> Result<Value, Raised> {
        match self.mutator.heap.pair(car, cdr) {
            Ok(pair) => Ok(pair),
            Err(HeapExhausted) => Err(self.exhausted()),
        }
    }
    /// A list of these.
    pub fn list(&mut self, items: &[Value]) -> Result<Value, Raised> {
        let mut list = Value::NIL;
        for item in items.iter().rev() {
            list = self.cons(*item, list)?;
        }
        Ok(list)
    }
    /// An object; traced payloads are fixnum 0, raw ones zero bytes.
    pub fn object(&mut self, kind: Kind, size: usize) -> Result<Value, Raised> {
        match self.mutator.heap.object(kind, size) {
            Ok(object) => Ok(object),
            Err(HeapExhausted) => Err(self.exhausted()),
        }
    }
    /// A vector of these.
    pub fn vector(&mut self, items: &[Value]) -> Result<Value, Raised> {
        let vector = self.object(Kind::Vector, items.len())?;
        for (index, item) in items.iter().enumerate() {
            object::init_field(vector, index, *item);
        }
        Ok(vector)
    }
    /// A fresh mutable string.
    pub fn string(&mut self, text: &str) -> Result<Value, Raised> {
        text::from_str(self, text)
    }
    /// The object of a symbol.
    pub fn symbol(&mut self, sym: Sym) -> Result<Value, Raised> {
        match self.vm.symbols.object(&mut self.mutator.heap, sym) {
            Some(object) => Ok(object),
            None => self.make_symbol(sym),
        }
    }
    /// The object of the symbol with this name.
    pub fn intern(&mut self, name: &str) -> Result<Value, Raised> {
        self.symbol(self.vm.symbols.intern_for_now(name))
    }
    fn make_symbol(&mut self, sym: Sym) -> Result<Value, Raised> {
        let name = self.vm.symbols.name(sym);
        let heap = &mut self.mutator.heap;
        let made = make_symbol_object(heap, sym, &name)
            .and_then(|object| self.vm.symbols.set_object(heap, sym, object));
        match made {
            Ok(object) => Ok(object),
            Err(HeapExhausted) => Err(self.exhausted()),
        }
    }
    /// A flonum.
    #[inline(always)]
    pub fn flonum(&mut self, x: f64) -> Result<Value, Raised> {
        match flonum::encode(x) {
            Some(v) => Ok(v),
            None => self.boxed_flonum(x),
        }
    }
    #[cold]
    fn boxed_flonum(&mut self, x: f64) -> Result<Value, Raised> {
        let v = self.object(Kind::Flonum, 8)?;
        object::set_raw_payload_word(v, 0, x.to_bits());
        Ok(v)
    }
    /// Several values as one: a `Values` object unless there is exactly one.
    pub fn values(&mut self, values: &[Value]) -> Result<Value, Raised> {
        if let [value] = values {
            return Ok(*value);
        }
        let object = self.object(Kind::Values, values.len())?;
        for (index, value) in values.iter().enumerate() {
            object::init_field(object, index, *value);
        }
        Ok(object)
    }

    /// Raises any object, non-continuably.
    pub fn raise(&mut self, payload: Value) -> Raised {
        self.mutator.roots[RootSlot::Raised] = payload;
        Raised(())
    }
    /// An interrupt cut the wait of a blocking primitive short: it is to be run again if the thread
    /// goes on.
    pub fn retry(&mut self) -> Raised {
        self.raise(Value::DEFAULT)
    }
    /// Was that [`Cx::retry`]?
    pub fn is_retry(&self, Raised(()): &Raised) -> bool {
        self.mutator.roots[RootSlot::Raised] == Value::DEFAULT
    }
    /// The thread ends itself.
    pub fn terminate(&mut self) -> Raised {
        self.raise(Value::EMPTY)
    }
    /// Raises an error condition.
    #[cold]
    pub fn error(&mut self, kind: ErrorKind, message: &str, irritants: &[Value]) -> Raised {
        match crate::condition::make(self, kind, message, irritants) {
            Ok(condition) => self.raise(condition),
            Err(raised) => raised,
        }
    }
    /// Raises "this argument is not a ...". Positions count from 1.
    #[cold]
    pub fn wrong_type(
        &mut self,
        procedure: &str,
        position: usize,
        expected: &str,
        got: Value,
    ) -> Raised {
        let message =
            format!("{procedure}: argument {position} must be {}", with_article(expected));
        self.error(ErrorKind::Type, &message, &[got])
    }
    /// Raises "this argument is out of range".
    #[cold]
    pub fn out_of_range(&mut self, procedure: &str, position: usize, got: Value) -> Raised {
        let message = format!("{procedure}: argument {position} is out of range");
        self.error(ErrorKind::Range, &message, &[got])
    }
    /// Raises "the heap limit is reached".
    #[cold]
    pub fn exhausted(&mut self) -> Raised {
        let condition = self.vm.heap_exhausted_condition();
        self.raise(condition)
    }
    /// Was that [`Cx::exhausted`]?
    pub fn is_exhausted(&self, Raised(()): &Raised) -> bool {
        self.mutator.roots[RootSlot::Raised] == self.vm.heap_exhausted_condition()
    }
}

/// A symbol object, in the old generation.
pub(crate) fn make_symbol_object(
    heap: &mut LocalHeap,
    sym: Sym,
    name: &str,
) -> Result<Value, HeapExhausted> {
    let text = text::make_in_old(heap, name)?;
    let symbol = heap.object_in_old(Kind::Symbol, 3)?;
    let hash = text::hash_str(name) >> 4;
    object::init_field(symbol, 0, text);
    object::init_field(symbol, 1, Value::fixnum(hash as i64));
    object::init_field(symbol, 2, Value::fixnum(i64::from(sym.0)));
    Ok(symbol)
}

fn with_article(noun: &str) -> String {
    let first = noun.split(' ').next().unwrap_or(noun);
    if matches!(first, "a" | "an" | "the" | "at" | "one" | "either") || noun.starts_with("non-") {
        return noun.to_owned();
    }
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}
