//! What definitions define, wherever they stand: shared by bodies and the top level.

use super::Result;
use super::context::{Context, lambda, named};
use super::scope::{Ident, Scope};
use super::special::Special;
use crate::core_form::Core;
use crate::read::datum::Datum;
use crate::source::Span;

/// A definition `(define ...)`, taken apart.
pub(super) struct Definition {
    pub(super) ident: Ident,
    /// Where the name stands.
    pub(super) place: Span,
    pub(super) value: Value,
}

/// The value of a definition.
pub(super) enum Value {
    /// `(define name expression)`
    Expression(Datum),
    /// `(define (name . formals) body ...)`
    Procedure { formals: Datum, body: Datum, form: Datum },
    /// `(define name)`
    Unspecified,
}

/// A definition `(define-values formals expression)`, taken apart.
pub(super) struct ValuesDefinition {
    /// The variables, the rest variable among them.
    pub(super) idents: Vec<(Ident, Span)>,
    /// Is the last variable a rest variable?
    pub(super) has_rest: bool,
    pub(super) init: Datum,
    pub(super) span: Span,
}

impl Context<'_> {
    /// Takes `(define ...)` apart.
    pub(super) fn definition(&self, form: &Datum) -> Result<Definition> {
        let expected = "(define name expression) or (define (name parameter ...) body ...)";
        let mut items = Self::after_keyword(form);
        let Some(target) = items.next() else {
            return Err(self.shape(Special::Define, expected, form));
        };
        if let Some(pair) = target.as_pair() {
            let ident = self.ident(&pair.car, Special::Define, "the name of a procedure")?;
            let formals = if pair.cdr.span.is_none() {
                pair.cdr.clone().at(target.span)
            } else {
                pair.cdr.clone()
            };
            let body = items.rest().clone();
            let value = Value::Procedure { formals, body, form: form.clone() };
            return Ok(Definition { ident, place: pair.car.span, value });
        }
        let ident = self.ident(target, Special::Define, "the name")?;
        let value = match items.rest().proper_list().as_deref() {
            Some([value]) => Value::Expression((*value).clone()),
            Some([]) => Value::Unspecified,
            _ => return Err(self.shape(Special::Define, expected, form)),
        };
        Ok(Definition { ident, place: target.span, value })
    }
    /// The code of a definition's value.
    pub(super) fn defined_value(
        &mut self,
        ident: &Ident,
        value: &Value,
        scope: &Scope,
    ) -> Result<Core> {
        let core = match value {
            Value::Expression(datum) => self.expression(datum, scope)?,
            Value::Procedure { formals, body, form } => self.nested(form.span, |cx| {
                cx.procedure(Special::Define, formals, body, form, scope)
            })?,
            Value::Unspecified => Core::Unspecified,
        };
        Ok(named(core, ident.symbol()))
    }
    /// Takes `(define-values formals expression)` apart.
    pub(super) fn values_definition(&self, form: &Datum) -> Result<ValuesDefinition> {
        let special = Special::DefineValues;
        let [formals, init] = self.operands(special, form)?[..] else {
            return Err(self.shape(special, "(define-values (name ...) expression)", form));
        };
        let mut items = formals.iter();
        let mut idents = Vec::new();
        for item in items.by_ref() {
            idents.push((self.ident(item, special, "a name")?, item.span));
        }
        let tail = items.rest();
        let has_rest = !tail.is_nil();
        if has_rest {
            idents.push((self.ident(tail, special, "a name")?, tail.span));
        }
        Ok(ValuesDefinition { idents, has_rest, init: init.clone(), span: form.span })
    }
    /// Code for a vector of the values that a `define-values` defines.
    pub(super) fn values_vector(
        &mut self,
        definition: &ValuesDefinition,
        scope: &Scope,
    ) -> Result<Core> {
        let span = definition.span;
        let init = self.expression(&definition.init, scope)?;
        let idents = &definition.idents;
        let mut vars: Vec<_> =
            idents.iter().map(|(ident, _)| self.vars.fresh(ident.symbol())).collect();
        let fields = vars.iter().map(|var| Core::Local(*var, span)).collect();
        let vector = self.call_core("vector", fields, span)?;
        let rest = if definition.has_rest { vars.pop() } else { None };
        self.with_values(init, lambda(vars, rest, vector, span), span)
    }
    /// Code for one element of that vector.
    pub(super) fn values_element(&self, vector: Core, index: usize, span: Span) -> Result<Core> {
        self.call_core("vector-ref", vec![vector, super::context::index(index, span)], span)
    }
    /// The keyword and transformer of `(define-syntax keyword transformer)`.
    pub(super) fn syntax_definition<'d>(&self, form: &'d Datum) -> Result<(Ident, &'d Datum)> {
        match self.operands(Special::DefineSyntax, form)?[..] {
            [keyword, transformer] => {
                Ok((self.ident(keyword, Special::DefineSyntax, "the keyword")?, transformer))
            }
            _ => {
                let expected = "(define-syntax keyword (syntax-rules ...))";
                Err(self.shape(Special::DefineSyntax, expected, form))
            }
        }
    }
}
