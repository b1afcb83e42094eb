//! Macros that are procedures of the program.
//!
//! The procedure is made when the macro is defined and called for each use, by the thread that
//! expands, in the one world that there is: what a program or library has defined before, and the
//! libraries it imports, are run before and can be used ([`Context::run_units`]). Variables of the
//! code around have no values yet.
//!
//! Explicit renaming (Clinger, "Hygienic macros through explicit renaming", Lisp Pointers 4(4), 1991;
//! `er-macro-transformer` as in MIT Scheme): to the procedure an identifier is a symbol. One that a
//! macro renamed is an uninterned symbol; [`Expansion`] knows which is which.
//!
//! Otherwise (`syntax_case`) the procedure takes and returns syntax objects: a form as it is here, in
//! one heap object, or the pairs and vectors of such; symbols are none.

use super::context::Context;
use super::expansion::Expansion;
use super::scope::{Ident, Scope};
use super::special::Special;
use super::{Result, Transformer, TransformerKind, Unit};
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use std::sync::Arc;

/// Running a procedure counts as making so many data.
const STEPS_OF_A_CALL: u64 = 20;

/// A macro that is a procedure.
pub(super) struct Procedural {
    transformer: Transformer,
    /// Where it was defined.
    scope: Scope,
}

impl Procedural {
    /// `(er-macro-transformer procedure)`.
    pub(super) fn renaming(
        cx: &mut Context<'_>,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Procedural> {
        let special = Special::ErMacroTransformer;
        let [expression] = cx.operands(special, form)?[..] else {
            return Err(cx.shape(special, "(er-macro-transformer procedure)", form));
        };
        Procedural::make(cx, "%er-transformer", expression, scope)
    }
    /// A macro that an expression defines.
    pub(super) fn syntax(cx: &mut Context<'_>, form: &Datum, scope: &Scope) -> Result<Procedural> {
        Procedural::make(cx, "%syntax-transformer", form, scope)
    }
    /// Is the keyword on its own a use?
    pub(super) fn takes_identifiers(&self) -> bool {
        self.transformer.kind != TransformerKind::Renaming
    }
    /// Is `(set! keyword expression)` a use?
    pub(super) fn takes_assignments(&self) -> bool {
        self.transformer.kind == TransformerKind::Variable
    }
    /// Evaluates the expression that a macro is defined by; `make` says what kind it is.
    fn make(
        cx: &mut Context<'_>,
        make: &str,
        expression: &Datum,
        scope: &Scope,
    ) -> Result<Procedural> {
        cx.run_units()?;
        let span = expression.span;
        let mut inner = cx.of_transformer(scope);
        let value = inner.expression(expression, scope);
        let value = value.map_err(|error| inner.with_expansions(error))?;
        let core = inner.call_core(make, vec![value], span)?;
        let unit = Unit { core, vars: std::mem::take(&mut inner.vars) };
        let transformer = cx.session.host.evaluate(unit).map_err(|e| e.placed(span))?;
        Ok(Procedural { transformer, scope: scope.clone() })
    }

    /// Expands a use of the macro in `scope`.
    pub(super) fn expand(
        &self,
        cx: &mut Context<'_>,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Datum> {
        cx.run_units()?;
        cx.count_steps(STEPS_OF_A_CALL, form.span)?;
        let step = cx.expander.next_number();
        let expansion = Expansion::new(step, scope.clone(), self.scope.clone(), form.span);
        let expansion = Arc::new(expansion);
        let host = cx.session.host;
        if self.transformer.kind != TransformerKind::Renaming {
            let made = host.apply(&self.transformer, form, &expansion);
            cx.count_steps(expansion.made(), form.span)?;
            return made.map_err(|e| e.placed(form.span));
        }
        let plain = replace(cx, form, form.span, &mut |cx, ident| {
            Datum::symbol(expansion.symbol_of(ident, cx.session.symbols), Span::NONE)
        })?;
        let made = host.apply(&self.transformer, &plain, &expansion);
        let made = made.map_err(|e| e.placed(form.span))?;
        replace(cx, &made, form.span, &mut |_, ident| match ident {
            Ident::Symbol(sym) => expansion.ident_of(sym).datum(Span::NONE),
            alias @ Ident::Alias(_) => alias.datum(Span::NONE),
        })
    }
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
