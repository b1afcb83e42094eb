//! Binding forms: the `let` family, loops, and local syntax.

use super::context::{Context, Place, call, if_else, lambda, named, sequence, thunk};
use super::scope::{Binding, Ident, LocalScope, Scope};
use super::special::Special;
use super::{ExpandError, Result};
use crate::core_form::{Core, VarId};
use crate::read::datum::Datum;
use crate::source::Span;
use std::sync::Arc;

/// A binding `(variable init)` of a binding form.
pub(super) struct Init<'d> {
    pub(super) ident: Ident,
    pub(super) init: &'d Datum,
    pub(super) span: Span,
}

impl Context<'_> {
    /// The bindings `((variable init) ...)`.
    pub(super) fn inits<'d>(&self, special: Special, bindings: &'d Datum) -> Result<Vec<Init<'d>>> {
        let expected = "a list of bindings (variable expression)";
        let items = bindings.proper_list();
        let items = items.ok_or_else(|| self.shape(special, expected, bindings))?;
        let mut inits = Vec::with_capacity(items.len());
        for item in items {
            let parts = item.proper_list();
            let Some([name, init]) = parts.as_deref() else {
                return Err(self.shape(special, "a binding (variable expression)", item));
            };
            let ident = self.ident(name, special, "a variable")?;
            inits.push(Init { ident, init, span: name.span });
        }
        self.room_for_variables(inits.len(), bindings.span)?;
        Ok(inits)
    }
    /// The bindings and the body of `(keyword bindings body ...)`.
    pub(super) fn bindings_and_body<'d>(
        &self,
        special: Special,
        form: &'d Datum,
    ) -> Result<(&'d Datum, &'d Datum)> {
        let mut items = Self::after_keyword(form);
        match items.next() {
            Some(bindings) => Ok((bindings, items.rest())),
            None => Err(self.shape(special, "bindings and a body", form)),
        }
    }
    /// Binds a variable that must not be bound in `local` yet.
    pub(super) fn bind_once(
        &mut self,
        special: Special,
        ident: &Ident,
        span: Span,
        local: &LocalScope,
    ) -> Result<VarId> {
        let var = self.vars.fresh(ident.symbol());
        if local.bind(ident.clone(), Binding::Local(var, self.unit)) {
            return Ok(var);
        }
        let message = format!("{}: {} is bound twice", special.name(), self.name(ident.symbol()));
        Err(ExpandError::new(message, span))
    }
    /// The value of a variable: a procedure takes the variable's name.
    fn init(&mut self, init: &Init<'_>, scope: &Scope) -> Result<Core> {
        Ok(named(self.expression(init.init, scope)?, init.ident.symbol()))
    }

    /// `(let bindings body ...)` and `(let name bindings body ...)`.
    pub(super) fn let_form(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let (first, rest) = self.bindings_and_body(Special::Let, form)?;
        if let Some(name) = Ident::of(first) {
            return self.named_let(&name, rest, form, scope);
        }
        let inits = self.inits(Special::Let, first)?;
        let local = LocalScope::inside(scope);
        let mut bindings = Vec::with_capacity(inits.len());
        for init in &inits {
            let value = self.init(init, scope)?;
            bindings.push((self.bind_once(Special::Let, &init.ident, init.span, &local)?, value));
        }
        let body = self.body(Special::Let, rest, form, &Scope::Local(local))?;
        Ok(if bindings.is_empty() { body } else { Core::Let(bindings, Box::new(body)) })
    }
    fn named_let(
        &mut self,
        name: &Ident,
        rest: &Datum,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Core> {
        let Some(pair) = rest.as_pair() else {
            return Err(self.shape(Special::Let, "(let name bindings body ...)", form));
        };
        let inits = self.inits(Special::Let, &pair.car)?;
        let mut args = Vec::with_capacity(inits.len());
        for init in &inits {
            args.push(self.init(init, scope)?);
        }
        let outer = LocalScope::inside(scope);
        let loop_var = self.bind_local(name.clone(), &outer);
        let inner = LocalScope::inside(&Scope::Local(outer));
        let mut params = Vec::with_capacity(inits.len());
        for init in &inits {
            params.push(self.bind_once(Special::Let, &init.ident, init.span, &inner)?);
        }
        let body = self.body(Special::Let, &pair.cdr, form, &Scope::Local(inner))?;
        let procedure = named(lambda(params, None, body, form.span), name.symbol());
        let start = call(Core::Local(loop_var, form.span), args, form.span);
        Ok(Core::Letrec(vec![(loop_var, procedure)], Box::new(start)))
    }

    /// `(let* bindings body ...)`.
    pub(super) fn let_star(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let (bindings, rest) = self.bindings_and_body(Special::LetStar, form)?;
        let inits = self.inits(Special::LetStar, bindings)?;
        self.deeper(inits.len(), form.span, |cx| {
            let mut scope = scope.clone();
            let mut bindings = Vec::with_capacity(inits.len());
            for init in &inits {
                let value = cx.init(init, &scope)?;
                let local = LocalScope::inside(&scope);
                bindings.push((cx.bind_local(init.ident.clone(), &local), value));
                scope = Scope::Local(local);
            }
            let body = cx.body(Special::LetStar, rest, form, &scope)?;
            let nest = |body, binding| Core::Let(vec![binding], Box::new(body));
            Ok(bindings.into_iter().rev().fold(body, nest))
        })
    }

    /// `(letrec bindings body ...)` and `(letrec* bindings body ...)`.
    pub(super) fn letrec(&mut self, special: Special, form: &Datum, scope: &Scope) -> Result<Core> {
        let (bindings, rest) = self.bindings_and_body(special, form)?;
        let inits = self.inits(special, bindings)?;
        let local = LocalScope::inside(scope);
        let mut vars = Vec::with_capacity(inits.len());
        for init in &inits {
            vars.push(self.bind_once(special, &init.ident, init.span, &local)?);
        }
        let inner = Scope::Local(local);
        // Each may come to refer to the one before.
        self.deeper(inits.len(), form.span, |cx| {
            let mut bindings = Vec::with_capacity(inits.len());
            for (var, init) in vars.into_iter().zip(&inits) {
                bindings.push((var, cx.init(init, &inner)?));
            }
            if special == Special::Letrec {
                bindings = cx.values_before_variables(bindings, &inits);
            }
            let body = cx.body(special, rest, form, &inner)?;
            Ok(if bindings.is_empty() { body } else { Core::Letrec(bindings, Box::new(body)) })
        })
    }

    /// A `letrec` as a `letrec*`: all values that take computing come before the first variable
    /// gets one. A continuation captured in one of them that is entered again then finds the
    /// variables as they were, and sets all of them anew (R5RS 4.2.2).
    fn values_before_variables(
        &mut self,
        bindings: Vec<(VarId, Core)>,
        inits: &[Init<'_>],
    ) -> Vec<(VarId, Core)> {
        let computed = |value: &Core| !matches!(value, Core::Lambda(_) | Core::Const(_));
        if bindings.iter().filter(|(_, value)| computed(value)).count() < 2 {
            return bindings;
        }
        let (computed, mut ordered): (Vec<_>, Vec<_>) =
            bindings.into_iter().zip(inits).partition(|((_, value), _)| computed(value));
        let mut ready = Vec::with_capacity(computed.len());
        for ((var, value), init) in computed {
            let temporary = self.vars.fresh(init.ident.symbol());
            ordered.push(((temporary, value), init));
            ready.push(((var, Core::Local(temporary, init.span)), init));
        }
        ordered.into_iter().chain(ready).map(|(binding, _)| binding).collect()
    }

    /// `(let-values (((variable ...) init) ...) body ...)` and `let*-values`.
    pub(super) fn let_values(
        &mut self,
        special: Special,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Core> {
        let (bindings, rest) = self.bindings_and_body(special, form)?;
        let Some(items) = bindings.proper_list() else {
            return Err(self.shape(special, "a list of bindings (parameters init)", bindings));
        };
        self.deeper(items.len() * 2, form.span, |cx| {
            let mut inner = scope.clone();
            let mut levels = Vec::with_capacity(items.len());
            for item in items {
                let parts = item.proper_list();
                let Some([formals, init]) = parts.as_deref() else {
                    return Err(cx.shape(special, "a binding (parameters expression)", item));
                };
                let sequential = special == Special::LetStarValues;
                let init = cx.expression(init, if sequential { &inner } else { scope })?;
                let (params, rest, next) = cx.formals(special, formals, item.span, &inner)?;
                inner = next;
                levels.push((params, rest, init, item.span));
            }
            let mut body = cx.body(special, rest, form, &inner)?;
            for (params, rest, init, span) in levels.into_iter().rev() {
                body = cx.with_values(init, lambda(params, rest, body, span), span)?;
            }
            Ok(body)
        })
    }
    /// Calls `receiver` with the values of `init`.
    pub(super) fn with_values(&mut self, init: Core, receiver: Core, span: Span) -> Result<Core> {
        self.call_core("call-with-values", vec![thunk(init, span), receiver], span)
    }
    /// `(receive formals expression body ...)`.
    pub(super) fn receive(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let mut items = Self::after_keyword(form);
        let (Some(formals), Some(init)) = (items.next(), items.next()) else {
            return Err(self.shape(
                Special::Receive,
                "(receive formals expression body ...)",
                form,
            ));
        };
        let init = self.expression(init, scope)?;
        let receiver = self.procedure(Special::Receive, formals, items.rest(), form, scope)?;
        self.with_values(init, receiver, form.span)
    }

    /// `(do ((variable init step) ...) (test result ...) command ...)`.
    pub(super) fn do_loop(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let expected = "(do ((variable init [step]) ...) (test result ...) command ...)";
        let operands = self.operands(Special::Do, form)?;
        let [specs, exit, commands @ ..] = &operands[..] else {
            return Err(self.shape(Special::Do, expected, form));
        };
        let (Some(specs), Some(exit)) = (specs.proper_list(), exit.proper_list()) else {
            return Err(self.shape(Special::Do, expected, form));
        };
        let Some((test, results)) = exit.split_first() else {
            return Err(self.shape(Special::Do, "(test result ...)", form));
        };
        let span = form.span;
        let local = LocalScope::inside(scope);
        let (mut params, mut args, mut steps) = (Vec::new(), Vec::new(), Vec::new());
        for spec in specs {
            let parts = spec.proper_list();
            let Some([name, init, step @ ..]) = parts.as_deref().filter(|p| p.len() <= 3) else {
                return Err(self.shape(Special::Do, "(variable init [step])", spec));
            };
            let ident = self.ident(name, Special::Do, "a variable")?;
            args.push(self.expression(init, scope)?);
            params.push(self.bind_once(Special::Do, &ident, name.span, &local)?);
            steps.push(step.first().copied());
        }
        self.room_for_variables(params.len(), span)?;
        let inner = Scope::Local(local);
        let test = self.expression(test, &inner)?;
        let result = self.sequence_of(results, &inner)?;
        let mut body = self.expressions(commands.iter().copied(), &inner)?;
        let mut next = Vec::with_capacity(steps.len());
        for (step, param) in steps.into_iter().zip(&params) {
            next.push(match step {
                Some(step) => self.expression(step, &inner)?,
                None => Core::Local(*param, span),
            });
        }
        let loop_var = self.hidden("do");
        body.push(call(Core::Local(loop_var, span), next, span));
        let procedure = lambda(params, None, if_else(test, result, sequence(body)), span);
        let procedure = named(procedure, self.vars.info(loop_var).name);
        let start = call(Core::Local(loop_var, span), args, span);
        Ok(Core::Letrec(vec![(loop_var, procedure)], Box::new(start)))
    }

    /// `(let-syntax ((keyword transformer) ...) body ...)` and `letrec-syntax`.
    pub(super) fn let_syntax(
        &mut self,
        special: Special,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Core> {
        let (rest, local) = self.syntax_scope(special, form, scope)?;
        self.holds_macro(&local);
        self.body(special, rest, form, &Scope::Local(local))
    }
    /// The body of a `let-syntax` or `letrec-syntax` and a scope with its macros.
    pub(super) fn syntax_scope<'d>(
        &mut self,
        special: Special,
        form: &'d Datum,
        scope: &Scope,
    ) -> Result<(&'d Datum, Arc<LocalScope>)> {
        let (bindings, rest) = self.bindings_and_body(special, form)?;
        let inits = self.inits(special, bindings)?;
        let local = LocalScope::inside(scope);
        let inner = Scope::Local(local.clone());
        for init in inits {
            let definition = if special == Special::LetSyntax { scope } else { &inner };
            let transformer = self.transformer(init.init, definition)?;
            local.bind(init.ident, transformer);
        }
        Ok((rest, local))
    }
    /// `(fluid-let ((variable value) ...) body ...)`.
    pub(super) fn fluid_let(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let (bindings, rest) = self.bindings_and_body(Special::FluidLet, form)?;
        let inits = self.inits(Special::FluidLet, bindings)?;
        let span = form.span;
        let mut kept = Vec::with_capacity(inits.len());
        for init in &inits {
            let value = self.expression(init.init, scope)?;
            kept.push((self.hidden("kept"), value));
        }
        let vars: Vec<VarId> = kept.iter().map(|(var, _)| *var).collect();
        let mut swaps = Vec::with_capacity(2);
        for _ in 0..2 {
            let mut steps = Vec::with_capacity(inits.len());
            for (init, kept) in inits.iter().zip(&vars) {
                let old = self.hidden("old");
                let current = self.reference(&init.ident, init.span, scope)?;
                let new = Core::Local(*kept, span);
                let set = self.assign(&init.ident, new, init.span, span, scope)?;
                let keep = self.set_local(*kept, Place::Local(old).read(span), span);
                steps.push(Core::Let(vec![(old, current)], Box::new(Core::Seq(vec![set, keep]))));
            }
            swaps.push(thunk(sequence(steps), span));
        }
        let body = self.body(Special::FluidLet, rest, form, scope)?;
        let leave = swaps.pop().unwrap_or(Core::Unspecified);
        let enter = swaps.pop().unwrap_or(Core::Unspecified);
        let wound = self.call_core("dynamic-wind", vec![enter, thunk(body, span), leave], span)?;
        Ok(if kept.is_empty() { wound } else { Core::Let(kept, Box::new(wound)) })
    }
}
