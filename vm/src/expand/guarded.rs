//! Forms that wrap their body in a procedure: `guard`, `parameterize`, `delay` and their like.

use super::Result;
use super::context::{Context, constant, lambda, thunk};
use super::scope::{LocalScope, Scope};
use super::special::Special;
use crate::core_form::{Call, Core};
use crate::read::datum::{Datum, DatumKind};

impl Context<'_> {
    /// `(guard (variable clause ...) body ...)`. Without an else clause the clauses get, besides the
    /// condition, a procedure to call when none matches.
    pub(super) fn guard(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let special = Special::Guard;
        let (spec, body) = self.bindings_and_body(special, form)?;
        let spec_items = spec.proper_list();
        let Some((variable, clauses)) = spec_items.as_deref().and_then(<[&Datum]>::split_first)
        else {
            return Err(self.shape(special, "(guard (variable clause ...) body ...)", form));
        };
        let span = form.span;
        let ident = self.ident(variable, special, "the condition's name")?;
        let body = self.body(special, body, form, scope)?;
        let local = LocalScope::inside(scope);
        let condition = self.bind_local(ident, &local);
        let no_match = self.vars.fresh(self.session.symbols.intern("no-match"));
        let mut has_else = true;
        let handler = self.cond_clauses(special, clauses, form, &Scope::Local(local), |_| {
            has_else = false;
            let callee = Core::Local(no_match, span);
            Ok(Core::Call(Box::new(Call { callee, args: Vec::new(), span })))
        })?;
        let params = if has_else { vec![condition] } else { vec![condition, no_match] };
        let args = vec![
            thunk(body, span),
            lambda(params, None, handler, span),
            constant(DatumKind::Bool(has_else), span),
        ];
        self.call_core("%guard", args, span)
    }

    /// `(parameterize ((parameter value) ...) body ...)`.
    pub(super) fn parameterize(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let special = Special::Parameterize;
        let (bindings, body) = self.bindings_and_body(special, form)?;
        let expected = "a list of bindings (parameter expression)";
        let Some(bindings) = bindings.proper_list() else {
            return Err(self.shape(special, expected, bindings));
        };
        let mut items = Vec::with_capacity(2 * bindings.len());
        for binding in bindings {
            let parts = binding.proper_list();
            let Some([parameter, value]) = parts.as_deref() else {
                return Err(self.shape(special, "a binding (parameter expression)", binding));
            };
            items.push(self.expression(parameter, scope)?);
            items.push(self.expression(value, scope)?);
        }
        let body = self.body(special, body, form, scope)?;
        if items.is_empty() {
            return Ok(body);
        }
        let body = thunk(body, form.span);
        if let [_, _] = &items[..] {
            items.push(body);
            return self.call_core("%parameterize-one", items, form.span);
        }
        let list = self.call_core("list", items, form.span)?;
        self.call_core("%parameterize", vec![list, body], form.span)
    }

    /// `(delay expression)` and `(delay-force expression)`.
    pub(super) fn delay(&mut self, special: Special, form: &Datum, scope: &Scope) -> Result<Core> {
        let [expression] = self.operands(special, form)?[..] else {
            return Err(self.shape(special, "one expression", form));
        };
        let value = self.expression(expression, scope)?;
        self.promise(special, value, form)
    }
    fn promise(&self, special: Special, value: Core, form: &Datum) -> Result<Core> {
        let promise = if special == Special::DelayForce {
            value
        } else {
            self.call_core("%make-promise-eager", vec![value], form.span)?
        };
        self.call_core("%make-promise-lazy", vec![thunk(promise, form.span)], form.span)
    }
    /// `(cons-stream first rest)`.
    pub(super) fn cons_stream(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let [first, rest] = self.operands(Special::ConsStream, form)?[..] else {
            return Err(self.shape(Special::ConsStream, "(cons-stream first rest)", form));
        };
        let first = self.expression(first, scope)?;
        let rest = self.expression(rest, scope)?;
        let rest = self.promise(Special::Delay, rest, form)?;
        self.call_core("cons", vec![first, rest], form.span)
    }
}
