//! Data and values, one made from the other.
//!
//! Neither direction recurses natively. Nothing moves meanwhile: all this happens within one
//! primitive.

use crate::cx::{Cx, Raised};
use crate::num;
use crate::prim::{symbol, syntax};
use crate::print::labels::{self, part, part_count};
use crate::read::{Datum, DatumKind};
use crate::source::Span;
use crate::symbols::Sym;
use crate::text::{self, Text, bytes};
use crate::vm::VmShared;
use lisle_gc::object::{header, init_field, is_kind, kind, raw_word, size};
use lisle_gc::{HeapExhausted, Kind, Value};
use lisle_threads::Mutator;
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A guest value for a datum.
///
/// # Errors
/// When the heap limit is reached.
pub fn datum_to_value(cx: &mut Cx<'_>, datum: &Datum) -> Result<Value, Raised> {
    Builder::new(cx, Place::Anywhere).run(datum, &|_| false)
}

/// The same in a primitive that waits: an interrupt stops it, and the primitive runs again if the
/// thread goes on.
///
/// # Errors
/// When the heap limit is reached or the thread is interrupted.
pub fn datum_to_value_unless_interrupted(cx: &mut Cx<'_>, datum: &Datum) -> Result<Value, Raised> {
    Builder::new(cx, Place::Anywhere).run(datum, &Mutator::has_interrupt)
}

/// A constant of code: immutable, and in the old generation, where it never moves. An interrupt stops it.
///
/// # Errors
/// When the heap limit is reached or the thread is interrupted.
pub fn constant(cx: &mut Cx<'_>, datum: &Datum) -> Result<Value, Raised> {
    Builder::new(cx, Place::Old).run(datum, &Mutator::has_interrupt)
}

/// Where values are made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where new objects go.
    Anywhere,
    /// In the old generation; immutable.
    Old,
}

enum Step<'d> {
    /// Make a value of this.
    Datum(&'d Datum),
    /// Make a pair of the last two values.
    Pair,
    /// Make a vector of the last values, so many.
    Vector(usize),
    /// The last value is what this label stands for.
    Label(u32),
}

struct Builder<'b, 'c> {
    cx: &'b mut Cx<'c>,
    place: Place,
    made: Vec<Value>,
    /// For each label, an object that stands for the value while that is not known.
    stand_ins: FxHashMap<u32, Value>,
    /// What the stand-ins stand for.
    meanings: FxHashMap<u64, Value>,
    /// Pairs and vectors that may hold stand-ins.
    unfinished: Vec<Value>,
}

impl<'b, 'c> Builder<'b, 'c> {
    fn new(cx: &'b mut Cx<'c>, place: Place) -> Builder<'b, 'c> {
        Builder {
            cx,
            place,
            made: Vec::new(),
            stand_ins: FxHashMap::default(),
            meanings: FxHashMap::default(),
            unfinished: Vec::new(),
        }
    }

    /// `stop` is asked now and then.
    fn run(mut self, datum: &Datum, stop: &dyn Fn(&Mutator) -> bool) -> Result<Value, Raised> {
        let mut steps = vec![Step::Datum(datum)];
        let mut pieces = 0_usize;
        while let Some(step) = steps.pop() {
            pieces += 1;
            if pieces.is_multiple_of(PIECES_BETWEEN_STOPS) && stop(self.cx.mutator) {
                return Err(self.cx.retry());
            }
            match step {
                Step::Datum(datum) => self.datum(datum, &mut steps)?,
                Step::Pair => {
                    let cdr = self.take();
                    let car = self.take();
                    let pair = self.pair(car, cdr)?;
                    self.finish(pair);
                }
                Step::Vector(length) => {
                    let first = self.made.len() - length;
                    let vector = self.object(Kind::Vector, length)?;
                    for (index, item) in self.made.drain(first..).enumerate() {
                        init_field(vector, index, item);
                    }
                    self.finish(vector);
                }
                Step::Label(number) => {
                    let value = self.made[self.made.len() - 1];
                    self.meanings.insert(self.stand_ins[&number].bits(), value);
                }
            }
        }
        self.replace_stand_ins();
        let value = self.take();
        Ok(self.meaning(value))
    }

    fn take(&mut self) -> Value {
        self.made.pop().expect("every step finds the values of the steps before it")
    }

    fn finish(&mut self, object: Value) {
        self.made.push(object);
        if !self.stand_ins.is_empty() {
            self.unfinished.push(object);
        }
    }

    fn datum<'d>(&mut self, datum: &'d Datum, steps: &mut Vec<Step<'d>>) -> Result<(), Raised> {
        let value = match &datum.kind {
            DatumKind::Pair(pair) => {
                steps.extend([Step::Pair, Step::Datum(&pair.cdr), Step::Datum(&pair.car)]);
                return Ok(());
            }
            DatumKind::Vector(items) => {
                steps.push(Step::Vector(items.len()));
                steps.extend(items.iter().rev().map(Step::Datum));
                return Ok(());
            }
            DatumKind::Label(number, labelled) => {
                let stand_in = self.cx.object(Kind::Box, 1)?;
                self.stand_ins.insert(*number, stand_in);
                steps.extend([Step::Label(*number), Step::Datum(&labelled.inner)]);
                return Ok(());
            }
            DatumKind::LabelRef(number) => {
                *self.stand_ins.get(number).expect("references follow their labels")
            }
            atom => self.atom(atom)?,
        };
        self.made.push(value);
        Ok(())
    }

    fn atom(&mut self, kind: &DatumKind) -> Result<Value, Raised> {
        match kind {
            DatumKind::Nil => Ok(Value::NIL),
            DatumKind::Unspecified => Ok(Value::UNSPECIFIED),
            DatumKind::Default => Ok(Value::DEFAULT),
            DatumKind::Eof => Ok(Value::EOF),
            DatumKind::Bool(truth) => Ok(Value::boolean(*truth)),
            DatumKind::Char(c) => Ok(Value::char(*c)),
            DatumKind::Symbol(sym) => self.cx.symbol(*sym),
            DatumKind::Alias(alias) => self.cx.symbol(alias.symbol()),
            DatumKind::Number(number) => match self.place {
                Place::Anywhere => num::to_value(self.cx, number),
                Place::Old => num::heap::to_value_in_old(self.cx.heap(), number)
                    .map_err(|HeapExhausted| self.cx.exhausted()),
            },
            DatumKind::String(text) => match self.place {
                Place::Anywhere => self.cx.string(text),
                Place::Old => text::make_in_old(self.cx.heap(), text)
                    .map_err(|HeapExhausted| self.cx.exhausted()),
            },
            DatumKind::Bytevector(content) => {
                let made = self.object(Kind::Bytevector, content.len())?;
                bytes::store(made, 0, content);
                Ok(made)
            }
            DatumKind::Opaque(object) => Ok(object.get()),
            DatumKind::Pair(_)
            | DatumKind::Vector(_)
            | DatumKind::Label(..)
            | DatumKind::LabelRef(_) => {
                unreachable!("parts are made elsewhere")
            }
        }
    }

    fn pair(&mut self, car: Value, cdr: Value) -> Result<Value, Raised> {
        match self.place {
            Place::Anywhere => self.cx.cons(car, cdr),
            Place::Old => {
                self.cx.heap().pair_in_old(car, cdr).map_err(|HeapExhausted| self.cx.exhausted())
            }
        }
    }

    fn object(&mut self, kind: Kind, size: usize) -> Result<Value, Raised> {
        if self.place == Place::Anywhere {
            return self.cx.object(kind, size);
        }
        let made = self.cx.heap().object_in_old(kind, size);
        let made = made.map_err(|HeapExhausted| self.cx.exhausted())?;
        raw_word(made, 0).store(header(made).with_flag(true).bits(), Ordering::Release);
        Ok(made)
    }

    /// What a value means if it is a stand-in.
    fn meaning(&self, v: Value) -> Value {
        self.meanings.get(&v.bits()).copied().unwrap_or(v)
    }

    fn replace_stand_ins(&mut self) {
        for object in std::mem::take(&mut self.unfinished) {
            for index in 0..part_count(object) {
                let old = part(object, index);
                let new = self.meaning(old);
                if new == old {
                    continue;
                }
                if !object.is_pair() {
                    self.cx.heap().store(object, index, new);
                } else if index == 0 {
                    self.cx.heap().set_car(object, new);
                } else {
                    self.cx.heap().set_cdr(object, new);
                }
            }
        }
    }
}

/// A datum for a value, for `eval`. What has no datum becomes `DatumKind::Opaque`; the parts of
/// circular structure get labels.
///
/// # Errors
/// When the heap limit is reached.
pub fn value_to_datum(cx: &mut Cx<'_>, v: Value) -> Result<Datum, Raised> {
    let keep = |sym, span| Datum::symbol(sym, span);
    take(cx, v, Span::NONE, &keep)
}

/// The same for an argument of a primitive that waits: an interrupt stops it, and the primitive runs
/// again if the thread goes on.
///
/// # Errors
/// When the heap limit is reached or the thread is interrupted.
pub fn argument_to_datum(cx: &mut Cx<'_>, v: Value) -> Result<Datum, Raised> {
    let keep = |sym, span| Datum::symbol(sym, span);
    take_unless(cx, v, Span::NONE, &keep, &Mutator::has_interrupt)
}

/// The same with this place, and symbols replaced; syntax objects stand for their forms.
///
/// # Errors
/// When the heap limit is reached.
pub(crate) fn take(
    cx: &mut Cx<'_>,
    v: Value,
    span: Span,
    symbol: &dyn Fn(Sym, Span) -> Datum,
) -> Result<Datum, Raised> {
    take_unless(cx, v, span, symbol, &|_| false)
}

/// What is shared many times over is taken as often and grows beyond all bounds, as does what another
/// thread makes circular meanwhile: so its memory is counted, and `stop` is asked now and then.
fn take_unless(
    cx: &mut Cx<'_>,
    v: Value,
    span: Span,
    symbol: &dyn Fn(Sym, Span) -> Datum,
    stop: &dyn Fn(&Mutator) -> bool,
) -> Result<Datum, Raised> {
    let memory = cx.heap().heap().external();
    let mut pieces = 0_usize;
    let labels = labels::circular(v);
    let mut taker =
        Taker { vm: cx.vm(), labels, next_label: 0, made: SmallVec::new(), span, symbol };
    let mut steps: SmallVec<[Undo; 32]> = smallvec![Undo::Value(v)];
    while let Some(step) = steps.pop() {
        pieces += 1;
        if pieces.is_multiple_of(PIECES_BETWEEN_STOPS) {
            let counted = memory.set(cx.heap(), pieces * PIECE_BYTES);
            counted.map_err(|HeapExhausted| cx.exhausted())?;
            if stop(cx.mutator) {
                return Err(cx.retry());
            }
        }
        match step {
            Undo::Value(v) => taker.value(v, &mut steps),
            Undo::Pair => {
                let cdr = taker.take();
                let car = taker.take();
                taker.made.push(Datum::cons(car, cdr, span));
            }
            Undo::Vector(length) => {
                let items = taker.made.drain(taker.made.len() - length..).collect();
                taker.made.push(Datum::vector(items, span));
            }
            Undo::Label(number) => {
                let inner = taker.take();
                taker.made.push(Datum::labelled(number, inner, span));
            }
        }
    }
    Ok(taker.take())
}

/// Memory is counted, and `stop` asked, after so many pieces.
const PIECES_BETWEEN_STOPS: usize = 4096;
/// What a piece of a datum takes, about.
const PIECE_BYTES: usize = 64;

enum Undo {
    /// Make a datum of this.
    Value(Value),
    /// Make a pair of the last two data.
    Pair,
    /// Make a vector of the last data, so many.
    Vector(usize),
    /// Label the last datum.
    Label(u32),
}

struct Taker<'v> {
    vm: &'v VmShared,
    span: Span,
    symbol: &'v dyn Fn(Sym, Span) -> Datum,
    /// Objects that need labels, and the labels of those met already.
    labels: labels::Labels,
    next_label: u32,
    made: SmallVec<[Datum; 16]>,
}

impl Taker<'_> {
    fn take(&mut self) -> Datum {
        self.made.pop().expect("every step finds the data of the steps before it")
    }

    fn value(&mut self, v: Value, steps: &mut SmallVec<[Undo; 32]>) {
        let is_vector = is_kind(v, Kind::Vector);
        if !v.is_pair() && !is_vector {
            let datum = self.atom(v);
            self.made.push(datum);
            return;
        }
        if let Some(label) = self.labels.get_mut(&v.bits()) {
            if let Some(number) = *label {
                let reference = DatumKind::LabelRef(number as u32);
                self.made.push(Datum::new(reference, self.span));
                return;
            }
            *label = Some(self.next_label as usize);
            steps.push(Undo::Label(self.next_label));
            self.next_label += 1;
        }
        let count = part_count(v);
        steps.push(if is_vector { Undo::Vector(count) } else { Undo::Pair });
        steps.extend((0..count).rev().map(|index| Undo::Value(part(v, index))));
    }

    fn atom(&mut self, v: Value) -> Datum {
        if is_kind(v, Kind::Symbol) {
            let sym = symbol::number(v);
            self.vm.symbols.make_lasting(sym);
            return (self.symbol)(sym, self.span);
        }
        match syntax::object_of(self.vm, v) {
            Some(object) => object.0.clone(),
            None => Datum::new(self.atom_kind(v), self.span),
        }
    }
    fn atom_kind(&mut self, v: Value) -> DatumKind {
        if let Some(number) = num::from_value(v) {
            return DatumKind::Number(number.into());
        }
        if let Some(c) = v.as_char() {
            return DatumKind::Char(c);
        }
        match v {
            Value::NIL => return DatumKind::Nil,
            Value::TRUE => return DatumKind::Bool(true),
            Value::FALSE => return DatumKind::Bool(false),
            Value::UNSPECIFIED => return DatumKind::Unspecified,
            Value::DEFAULT => return DatumKind::Default,
            Value::EOF => return DatumKind::Eof,
            _ => {}
        }
        match kind(v) {
            Some(Kind::String) => DatumKind::String(Text::of(v).to_rust_string().into()),
            Some(Kind::Bytevector) => {
                let mut content = Vec::new();
                bytes::load(v, 0, size(v), &mut content);
                DatumKind::Bytevector(content.into())
            }
            _ => DatumKind::Opaque(Arc::new(self.vm.heap.add_root(v))),
        }
    }
}
