//! Explicit renaming: macros that are procedures of the program (Clinger, "Hygienic macros through
//! explicit renaming", Lisp Pointers 4(4), 1991; `er-macro-transformer` as in MIT Scheme).
//!
//! The procedure is made when the macro is defined and called for each use. To it, an identifier is
//! a symbol: one that another macro renamed is an uninterned symbol, and so is each that it renames
//! itself; `Names` knows which is which. `compare` needs the expander, which waits meanwhile: the
//! procedure returns the question together with a procedure that goes on with the answer.

use super::context::Context;
use super::scope::{Ident, Scope};
use super::special::Special;
use super::{Answer, GuestProcedure, Result};
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use crate::symbols::Sym;
use rustc_hash::FxHashMap;

/// A macro that is a procedure.
pub(super) struct Procedural {
    procedure: GuestProcedure,
    /// Where it was defined.
    scope: Scope,
}

/// The identifiers that uninterned symbols stand for during one expansion.
type Names = FxHashMap<Sym, Ident>;

impl Procedural {
    /// Evaluates the operand of `(er-macro-transformer procedure)`, in the top-level environment
    /// around it: what is local where the macro is defined has no value yet.
    pub(super) fn make(cx: &mut Context<'_>, form: &Datum, scope: &Scope) -> Result<Procedural> {
        let special = Special::ErMacroTransformer;
        let [expression] = cx.operands(special, form)?[..] else {
            return Err(cx.shape(special, "(er-macro-transformer procedure)", form));
        };
        let mut inner = Context::new(cx.expander, cx.session);
        let value = inner.expression(expression, &scope.outermost())?;
        let core = inner.call_core("%er-transformer", vec![value], form.span)?;
        inner.emit(core);
        let units = inner.finish();
        let procedure = cx.session.host.evaluate(units).map_err(|e| e.placed(form.span))?;
        Ok(Procedural { procedure, scope: scope.clone() })
    }

    /// Expands a use of the macro in `scope`.
    pub(super) fn expand(
        &self,
        cx: &mut Context<'_>,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Datum> {
        let mut names = Names::default();
        let plain = replace(cx, form, form.span, &mut |cx, ident| match ident {
            Ident::Symbol(sym) => Datum::symbol(sym, Span::NONE),
            Ident::Alias(_) => {
                let known = names.iter().find(|(_, known)| **known == ident);
                let fresh = || cx.session.symbols.uninterned(&cx.name(ident.symbol()));
                let sym = known.map_or_else(fresh, |(sym, _)| *sym);
                names.insert(sym, ident);
                Datum::symbol(sym, Span::NONE)
            }
        })?;
        let host = cx.session.host;
        let mut answer = host.apply(&self.procedure, &plain).map_err(|e| e.placed(form.span))?;
        loop {
            (cx.session.check)()?;
            match answer {
                Answer::Comparison { a, b, names: renamed, resume } => {
                    self.learn(cx, &renamed, &mut names, form.span)?;
                    let same = match (ident_of(&a, &names), ident_of(&b, &names)) {
                        (Some(a), Some(b)) => cx.same_meaning((&a, scope), (&b, scope)),
                        _ => false,
                    };
                    let same = Datum::boolean(same, Span::NONE);
                    answer = host.apply(&resume, &same).map_err(|e| e.placed(form.span))?;
                }
                Answer::Expansion { form: result, names: renamed } => {
                    self.learn(cx, &renamed, &mut names, form.span)?;
                    return replace(cx, &result, form.span, &mut |_, ident| match names
                        .get(&ident.symbol())
                    {
                        Some(Ident::Alias(alias)) => {
                            Datum::new(DatumKind::Alias(alias.clone()), Span::NONE)
                        }
                        _ => Datum::symbol(ident.symbol(), Span::NONE),
                    });
                }
            }
        }
    }

    /// Takes in the names that the procedure has renamed: a list of pairs (name . new name).
    fn learn(
        &self,
        cx: &Context<'_>,
        renamed: &Datum,
        names: &mut Names,
        span: Span,
    ) -> Result<()> {
        for pair in renamed.iter().filter_map(Datum::as_pair) {
            if let (Some(new), Some(base)) = (pair.cdr.as_symbol(), ident_of(&pair.car, names))
                && !names.contains_key(&new)
            {
                names.insert(new, Ident::Alias(cx.rename(&base, &self.scope, span)?));
            }
        }
        Ok(())
    }
}

fn ident_of(datum: &Datum, names: &Names) -> Option<Ident> {
    let sym = datum.as_symbol()?;
    Some(names.get(&sym).cloned().unwrap_or(Ident::Symbol(sym)))
}

/// The datum with its identifiers replaced, and with the place `span` where it has none.
fn replace(
    cx: &mut Context<'_>,
    datum: &Datum,
    span: Span,
    change: &mut impl FnMut(&Context<'_>, Ident) -> Datum,
) -> Result<Datum> {
    cx.count_steps(1, span)?;
    let place = if datum.span.is_none() { span } else { datum.span };
    if let Some(ident) = Ident::of(datum) {
        return Ok(change(cx, ident).at(place));
    }
    match &datum.kind {
        DatumKind::Pair(_) => cx.nested(span, |cx| {
            let mut items = datum.iter();
            let mut made = Vec::new();
            for item in items.by_ref() {
                made.push(replace(cx, item, span, change)?);
            }
            let tail = items.rest();
            let tail =
                if tail.is_nil() { Datum::nil(place) } else { replace(cx, tail, span, change)? };
            let list =
                made.into_iter().rev().fold(tail, |tail, item| Datum::cons(item, tail, place));
            Ok(list)
        }),
        DatumKind::Vector(items) => cx.nested(span, |cx| {
            let made: Result<Vec<Datum>> =
                items.iter().map(|item| replace(cx, item, span, change)).collect();
            Ok(Datum::vector(made?, place))
        }),
        _ => Ok(datum.clone().at(place)),
    }
}
