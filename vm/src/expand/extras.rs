//! Small forms beyond R7RS: `assert`, `named-lambda`, `rec` (SRFI 31), `and-let*` (SRFI 2), `cut` and
//! `cute` (SRFI 26).

use super::Result;
use super::context::{Context, call, constant, if_else, lambda, named};
use super::scope::{Ident, LocalScope, Scope};
use super::special::Special;
use crate::core_form::{Core, VarId};
use crate::read::datum::{Datum, DatumKind};

/// A clause of `and-let*`, expanded: a test, kept in a variable or not.
type AndClause = (Option<VarId>, Core);

impl Context<'_> {
    /// `(assert expression message ...)`.
    pub(super) fn assert(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let operands = self.operands(Special::Assert, form)?;
        let Some((test, irritants)) = operands.split_first() else {
            return Err(self.shape(Special::Assert, "(assert expression)", form));
        };
        let span = form.span;
        let mut args = vec![
            constant(DatumKind::String("assertion failed".into()), span),
            Core::Const(self.strip(test)?),
        ];
        args.extend(self.expressions(irritants.iter().copied(), scope)?);
        let test = self.expression(test, scope)?;
        let failed = self.call_core("error", args, span)?;
        Ok(if_else(test, Core::Unspecified, failed))
    }

    /// `(named-lambda (name . formals) body ...)`.
    pub(super) fn named_lambda(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let expected = "(named-lambda (name parameter ...) body ...)";
        let (target, body) = self.bindings_and_body(Special::NamedLambda, form)?;
        let Some(pair) = target.as_pair() else {
            return Err(self.shape(Special::NamedLambda, expected, form));
        };
        let name = self.ident(&pair.car, Special::NamedLambda, "the name")?;
        let procedure = self.procedure(Special::NamedLambda, &pair.cdr, body, form, scope)?;
        Ok(named(procedure, name.symbol()))
    }

    /// `(rec name expression)` and `(rec (name . formals) body ...)`.
    pub(super) fn rec(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let (target, rest) = self.bindings_and_body(Special::Rec, form)?;
        let name = target.as_pair().map_or(target, |pair| &pair.car);
        let ident = self.ident(name, Special::Rec, "the name")?;
        let local = LocalScope::inside(scope);
        let var = self.bind_local(ident.clone(), &local);
        let inner = Scope::Local(local);
        let value = match (target.as_pair(), rest.proper_list().as_deref()) {
            (Some(pair), _) => self.procedure(Special::Rec, &pair.cdr, rest, form, &inner)?,
            (None, Some([value])) => self.expression(value, &inner)?,
            _ => return Err(self.shape(Special::Rec, "(rec name expression)", form)),
        };
        let bindings = vec![(var, named(value, ident.symbol()))];
        Ok(Core::Letrec(bindings, Box::new(Core::Local(var, name.span))))
    }

    /// `(and-let* (clause ...) body ...)`.
    pub(super) fn and_let_star(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let special = Special::AndLetStar;
        let (clauses, body) = self.bindings_and_body(special, form)?;
        let Some(clauses) = clauses.proper_list() else {
            return Err(self.shape(special, "a list of clauses", clauses));
        };
        self.deeper(2 * clauses.len(), form.span, |cx| {
            let mut scope = scope.clone();
            let mut expanded: Vec<AndClause> = Vec::with_capacity(clauses.len());
            for clause in clauses {
                expanded.push(cx.and_clause(clause, &mut scope)?);
            }
            let last = if !body.is_nil() {
                Some(cx.body(special, body, form, &scope)?)
            } else {
                expanded.pop().map(|(_, test)| test)
            };
            let Some(mut chain) = last else {
                return Ok(constant(DatumKind::Bool(true), form.span));
            };
            for (var, test) in expanded.into_iter().rev() {
                let no = constant(DatumKind::Bool(false), form.span);
                chain = match var {
                    None => if_else(test, chain, no),
                    Some(var) => Core::Let(
                        vec![(var, test)],
                        Box::new(if_else(Core::Local(var, form.span), chain, no)),
                    ),
                };
            }
            Ok(chain)
        })
    }
    /// One clause; what it binds is bound in `scope` from here on.
    fn and_clause(&mut self, clause: &Datum, scope: &mut Scope) -> Result<AndClause> {
        let special = Special::AndLetStar;
        if Ident::of(clause).is_some() {
            return Ok((None, self.expression(clause, scope)?));
        }
        match clause.proper_list().as_deref() {
            Some([test]) => Ok((None, self.expression(test, scope)?)),
            Some([name, init]) => {
                let ident = self.ident(name, special, "a variable")?;
                let init = self.expression(init, scope)?;
                let local = LocalScope::inside(scope);
                let var = self.bind_local(ident, &local);
                *scope = Scope::Local(local);
                Ok((Some(var), init))
            }
            _ => Err(self.shape(special, "a clause (variable expression) or (expression)", clause)),
        }
    }

    /// `(cut slot-or-expression ...)` and `(cute slot-or-expression ...)`.
    pub(super) fn cut(&mut self, special: Special, form: &Datum, scope: &Scope) -> Result<Core> {
        let span = form.span;
        let mut operands = self.operands(special, form)?;
        let takes_rest =
            operands.last().is_some_and(|last| self.is_keyword(last, Special::RestSlot, scope));
        if takes_rest {
            operands.pop();
        }
        if operands.is_empty() {
            return Err(self.shape(special, "a procedure and its arguments", form));
        }
        let (mut params, mut kept, mut items) = (Vec::new(), Vec::new(), Vec::new());
        for operand in operands {
            if self.is_keyword(operand, Special::Slot, scope) {
                let param = self.hidden("slot");
                params.push(param);
                items.push(Core::Local(param, operand.span));
                continue;
            }
            let value = self.expression(operand, scope)?;
            if special == Special::Cute {
                let var = self.hidden("kept");
                kept.push((var, value));
                items.push(Core::Local(var, operand.span));
            } else {
                items.push(value);
            }
        }
        let mut rest = None;
        let body = if takes_rest {
            let var = self.hidden("rest");
            rest = Some(var);
            items.push(Core::Local(var, span));
            self.call_core("apply", items, span)?
        } else {
            let callee = items.remove(0);
            call(callee, items, span)
        };
        let procedure = lambda(params, rest, body, span);
        Ok(if kept.is_empty() { procedure } else { Core::Let(kept, Box::new(procedure)) })
    }
}
