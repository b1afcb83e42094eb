//! Syntax objects, and what macros' procedures ask the expander while they run.
//!
//! A syntax object is a form of the expander's in one heap object, or the pairs and vectors of such;
//! data that are neither symbols, pairs nor vectors stand for themselves.

use super::{ANY, Prim, arguments, prim, symbol};
use crate::condition::{ErrorKind, IRRITANTS};
use crate::cx::{Cx, Raised};
use crate::datum_value::{self, datum_to_value};
use crate::expand::{
    ExpandError, Expansion, Maker, SyntaxMatches, SyntaxObject, SyntaxPattern, SyntaxTemplate,
};
use crate::front::Asking;
use crate::print;
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use crate::symbols::Sym;
use crate::vm::VmShared;
use lisle_gc::{HeapExhausted, Kind, Value, object};
use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;

/// The primitives of this file.
pub const PRIMS: &[Prim] = &[
    prim("%er-rename", rename, 2, 2),
    prim("%er-compare", compare, 3, 3),
    prim("%syntax-match", syntax_match, 2, 2),
    prim("%syntax", syntax, 1, ANY),
    prim("%no-syntax-clause", no_clause, 1, 1),
    prim("identifier?", is_identifier, 1, 1),
    prim("bound-identifier=?", bound_identifier, 2, 2),
    prim("free-identifier=?", free_identifier, 2, 2),
    prim("syntax->datum", syntax_to_datum, 1, 1),
    prim("datum->syntax", datum_to_syntax, 2, 2),
    prim("generate-temporaries", generate_temporaries, 1, 1),
    prim("%syntax-violation", violation, 4, 4),
];

/// The use of a macro, as a heap object.
pub(crate) struct ExpansionHandle(pub(crate) Arc<Expansion>);

/// An object of the expander's, a constant of code.
pub(crate) struct Kept(pub(crate) Arc<dyn Any + Send + Sync>);

fn expansion_of(cx: &Cx<'_>, v: Value) -> Arc<Expansion> {
    let native = cx.vm().heap.native(v).expect("the expander passes an expansion");
    let handle = native.downcast_ref::<ExpansionHandle>();
    handle.expect("the expander passes an expansion").0.clone()
}

/// The object in a `Kept`.
fn kept<T: Any + Send + Sync>(cx: &Cx<'_>, v: Value) -> Arc<T> {
    let native = cx.vm().heap.native(v).expect("the expander passes its own objects");
    let kept = native.downcast_ref::<Kept>().expect("the expander passes its own objects");
    kept.0.clone().downcast().expect("the expander passes its own objects")
}

/// The form in a heap object, if it is one of those.
pub(crate) fn object_of(vm: &VmShared, v: Value) -> Option<Arc<SyntaxObject>> {
    if !object::is_kind(v, Kind::Native) {
        return None;
    }
    vm.heap.native(v)?.downcast().ok()
}

/// The value for a form.
///
/// # Errors
/// When the heap limit is reached.
pub(crate) fn value_of(cx: &mut Cx<'_>, form: Datum) -> Result<Value, Raised> {
    if is_atom(&form) {
        return datum_to_value(cx, &form);
    }
    native(cx, Box::new(SyntaxObject(form)))
}

fn is_atom(form: &Datum) -> bool {
    use DatumKind::{Alias, Label, LabelRef, Pair, Symbol, Vector};
    !matches!(form.kind, Symbol(_) | Alias(_) | Pair(_) | Vector(_) | Label(..) | LabelRef(_))
}

fn native(cx: &mut Cx<'_>, object: Box<dyn Any + Send + Sync>) -> Result<Value, Raised> {
    let heap = cx.heap().heap().clone();
    heap.new_native(cx.heap(), object, 0).map_err(|HeapExhausted| cx.exhausted())
}

/// The form that a syntax object is; what has no place gets this one.
///
/// # Errors
/// When the heap limit is reached, and for symbols, which mean nothing in particular.
pub(crate) fn form_of(cx: &mut Cx<'_>, v: Value, span: Span) -> Result<Datum, Raised> {
    if let Some(object) = object_of(cx.vm(), v) {
        return Ok(object.0.clone());
    }
    let found = Cell::new(None);
    let refuse = |sym: Sym, span: Span| {
        found.set(Some(sym));
        Datum::symbol(sym, span)
    };
    let form = datum_value::take(cx, v, span, &refuse)?;
    if let Some(sym) = found.get() {
        let message = "a symbol is no syntax: use syntax or datum->syntax";
        let irritant = cx.symbol(sym)?;
        return Err(cx.error(ErrorKind::Syntax, message, &[irritant]));
    }
    Ok(form)
}

/// The place of the form that a condition raised by a macro's procedure is about.
pub(crate) fn place_of(vm: &VmShared, payload: Value) -> Span {
    let mut place = Span::NONE;
    if object::is_kind(payload, Kind::Record) && object::field(payload, 0) == vm.condition_type() {
        let mut irritants = object::field(payload, IRRITANTS);
        while irritants.is_pair() {
            if let Some(form) = object_of(vm, object::car(irritants)) {
                place = form.0.span;
            }
            irritants = object::cdr(irritants);
        }
    }
    place
}

fn ask<R>(cx: &mut Cx<'_>, question: impl FnOnce(Asking<'_>) -> R) -> R {
    let vm = cx.vm();
    vm.front.ask(vm, cx.mutator, question)
}

fn raised(cx: &mut Cx<'_>, error: &ExpandError) -> Raised {
    cx.error(ErrorKind::Syntax, &error.message, &[])
}

/// `(%er-rename expansion name)`
fn rename(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if !object::is_kind(args[1], Kind::Symbol) {
        return Err(cx.wrong_type("rename", 1, "symbol", args[1]));
    }
    let vm = cx.vm();
    let name = symbol::number(args[1]);
    vm.symbols.make_lasting(name);
    match expansion_of(cx, args[0]).rename(name, &vm.symbols) {
        Ok(renamed) => cx.symbol(renamed),
        Err(error) => Err(raised(cx, &error)),
    }
}

/// `(%er-compare expansion a b)`
fn compare(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if !args[1..].iter().all(|v| object::is_kind(*v, Kind::Symbol)) {
        return Ok(Value::FALSE);
    }
    let expansion = expansion_of(cx, args[0]);
    let names = [symbol::number(args[1]), symbol::number(args[2])];
    let vm = cx.vm();
    for name in names {
        vm.symbols.make_lasting(name);
    }
    let same = ask(cx, |asking| {
        expansion.compare(names[0], names[1], asking.expander, &vm.symbols, asking.host)
    });
    Ok(Value::boolean(same))
}

/// `(%syntax-match pattern form)`: what the pattern has matched, or `#f`.
fn syntax_match(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let pattern: Arc<SyntaxPattern> = kept(cx, args[0]);
    let vm = cx.vm();
    let span = vm.front.expansion(cx.mutator).map_or(Span::NONE, |expansion| expansion.span());
    let form = form_of(cx, args[1], span)?;
    let found = ask(cx, |asking| {
        pattern.matches(&form, asking.expansion, (asking.expander, &vm.symbols, asking.host))
    });
    match found {
        Some(matches) => native(cx, Box::new(Kept(Arc::new(matches)))),
        None => Ok(Value::FALSE),
    }
}

/// Makes values of a template: where there are pattern variables, pairs and vectors.
struct ValueMaker<'a, 'c>(&'a mut Cx<'c>, Option<&'a Expansion>);

impl ValueMaker<'_, '_> {
    fn made(result: Result<Value, Raised>) -> Result<Value, ExpandError> {
        result.map_err(|_| ExpandError::new("heap limit reached", Span::NONE))
    }
}

impl Maker for ValueMaker<'_, '_> {
    type Made = Value;
    fn datum(&mut self, datum: Datum) -> Result<Value, ExpandError> {
        Self::made(value_of(self.0, datum))
    }
    fn pair(&mut self, car: Value, cdr: Value, _: Span) -> Result<Value, ExpandError> {
        Self::made(self.0.cons(car, cdr))
    }
    fn vector(&mut self, items: Vec<Value>, _: Span) -> Result<Value, ExpandError> {
        Self::made(self.0.vector(&items))
    }
    fn count(&mut self, made: u64, _: Span) -> Result<(), ExpandError> {
        if let Some(expansion) = self.1 {
            expansion.count(made);
        }
        Ok(())
    }
}

/// `(%syntax template matches ...)`
fn syntax(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let template: Arc<SyntaxTemplate> = kept(cx, args[0]);
    let matches: Vec<Arc<SyntaxMatches>> = args[1..].iter().map(|m| kept(cx, *m)).collect();
    let expansion = cx.vm().front.expansion(cx.mutator);
    let expansion = expansion.as_deref();
    let made = template.instantiate(&mut ValueMaker(cx, expansion), &matches, expansion);
    made.map_err(|error| raised(cx, &error))
}

/// `(%no-syntax-clause form)`
fn no_clause(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Err(cx.error(ErrorKind::Syntax, "no clause of this macro fits its use", &[args[0]]))
}

fn identifier(
    cx: &mut Cx<'_>,
    procedure: &str,
    args: &[Value],
    position: usize,
) -> Result<Arc<SyntaxObject>, Raised> {
    match object_of(cx.vm(), args[position]).filter(|object| object.0.is_identifier()) {
        Some(object) => Ok(object),
        None => Err(cx.wrong_type(procedure, position + 1, "an identifier", args[position])),
    }
}

fn is_identifier(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = object_of(cx.vm(), args[0]);
    Ok(Value::boolean(object.is_some_and(|object| object.0.is_identifier())))
}

fn bound_identifier(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let a = identifier(cx, "bound-identifier=?", args, 0)?;
    let b = identifier(cx, "bound-identifier=?", args, 1)?;
    Ok(Value::boolean(a.0.is_same_identifier(&b.0)))
}

fn free_identifier(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let a = identifier(cx, "free-identifier=?", args, 0)?;
    let b = identifier(cx, "free-identifier=?", args, 1)?;
    let vm = cx.vm();
    let same = ask(cx, |asking| {
        let whom = (&vm.symbols, asking.host);
        asking.expander.means_the_same((&a.0, &b.0), asking.expansion, whom)
    });
    Ok(Value::boolean(same))
}

fn syntax_to_datum(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let keep = |sym, span| Datum::symbol(sym, span);
    let form = datum_value::take(cx, args[0], Span::NONE, &keep)?;
    datum_to_value(cx, &form)
}

/// `(datum->syntax identifier datum)`: symbols mean what they would where the identifier stands.
fn datum_to_syntax(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let model = identifier(cx, "datum->syntax", args, 0)?;
    let like = |sym, span| model.0.identifier_like(sym, span);
    let form = datum_value::take(cx, args[1], model.0.span, &like)?;
    value_of(cx, form)
}

/// `(generate-temporaries list)`: as many identifiers as the list has elements.
fn generate_temporaries(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let keep = |sym, span| Datum::symbol(sym, span);
    let list = datum_value::take(cx, args[0], Span::NONE, &keep)?;
    let Some(items) = list.proper_list() else {
        return Err(cx.wrong_type("generate-temporaries", 1, "list", args[0]));
    };
    let vm = cx.vm();
    let usual = vm.symbols.intern("temporary");
    let expander = vm.front.expander(vm);
    let mut made = Vec::with_capacity(items.len());
    for item in items {
        let name = item.identifier_symbol().unwrap_or(usual);
        made.push(value_of(cx, expander.temporary(name, item.span))?);
    }
    cx.list(&made)
}

/// `(%syntax-violation who message form subform)`: `who` and `subform` may be `#f`.
fn violation(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vm = cx.vm();
    let message = arguments::text(cx, "syntax-violation", args, 1)?.to_rust_string();
    let who = match args[0].is_true() {
        true => Some(print::display_to_string(vm, args[0])),
        false => {
            let keep = |sym, span| Datum::symbol(sym, span);
            let form = datum_value::take(cx, args[2], Span::NONE, &keep)?;
            let head = form.as_pair().map_or(&form, |pair| &pair.car);
            head.identifier_symbol().map(|sym| vm.symbols.name(sym).to_string())
        }
    };
    let message = match who {
        Some(who) => format!("{who}: {message}"),
        None => message,
    };
    let irritants = if args[3].is_true() { &args[2..] } else { &args[2..3] };
    Err(cx.error(ErrorKind::Syntax, &message, irritants))
}
