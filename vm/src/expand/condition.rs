//! Conditionals: `cond`, `case`, `and`, `or`, `when`, `unless`.

use super::Result;
use super::context::{Context, call, constant, if_else};
use super::scope::Scope;
use super::special::Special;
use crate::core_form::{Core, VarId};
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;

/// A `case` clause with more data than this is tested by `memv`.
const MAX_TESTS: usize = 8;

/// A clause whose parts have been expanded.
enum Clause {
    /// `(test body ...)`
    Test(Core, Core),
    /// `(test)`: the variable the test's value is kept in.
    Value(VarId, Core),
    /// `(test => receiver)`: the same, and the call.
    Receiver(VarId, Core, Core),
    /// `(else body ...)`
    Else(Core),
}

impl Context<'_> {
    /// `(and expression ...)`.
    pub(super) fn and(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let forms = self.operands(Special::And, form)?;
        self.deeper(forms.len(), form.span, |cx| {
            let tests = cx.expressions(forms, scope)?;
            let chain = tests.into_iter().rev().reduce(|rest, test| {
                if_else(test, rest, constant(DatumKind::Bool(false), form.span))
            });
            Ok(chain.unwrap_or_else(|| constant(DatumKind::Bool(true), form.span)))
        })
    }

    /// `(or expression ...)`.
    pub(super) fn or(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let forms = self.operands(Special::Or, form)?;
        self.deeper(forms.len() * 2, form.span, |cx| {
            let tests = cx.expressions(forms, scope)?;
            let chain = tests.into_iter().rev().reduce(|rest, test| {
                let var = cx.hidden("or");
                first_true(var, test, rest, form.span)
            });
            Ok(chain.unwrap_or_else(|| constant(DatumKind::Bool(false), form.span)))
        })
    }

    /// `(when test body ...)` and `(unless test body ...)`.
    pub(super) fn when_unless(
        &mut self,
        special: Special,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Core> {
        let operands = self.operands(special, form)?;
        let Some((test, body)) = operands.split_first() else {
            return Err(self.shape(special, "a test and a body", form));
        };
        let test = self.expression(test, scope)?;
        let body = self.sequence_of(body, scope)?;
        Ok(match special {
            Special::When => if_else(test, body, Core::Unspecified),
            _ => if_else(test, Core::Unspecified, body),
        })
    }

    /// `(cond clause ...)`.
    pub(super) fn cond(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let clauses = self.operands(Special::Cond, form)?;
        if clauses.is_empty() {
            return Err(self.shape(Special::Cond, "at least one clause", form));
        }
        self.cond_clauses(Special::Cond, &clauses, form, scope, |_| Ok(Core::Unspecified))
    }
    /// The clauses of `cond` and `guard`; `otherwise` makes what is done if none applies, and is
    /// only called if there is no `else`.
    pub(super) fn cond_clauses(
        &mut self,
        special: Special,
        clauses: &[&Datum],
        form: &Datum,
        scope: &Scope,
        otherwise: impl FnOnce(&mut Self) -> Result<Core>,
    ) -> Result<Core> {
        self.deeper(clauses.len() * 2, form.span, |cx| {
            let mut expanded = Vec::with_capacity(clauses.len());
            for (index, clause) in clauses.iter().enumerate() {
                let next = cx.cond_clause(special, clause, scope)?;
                if matches!(next, Clause::Else(_)) && index + 1 < clauses.len() {
                    let message = format!("{}: else must be the last clause", special.name());
                    return Err(cx.error_in(message, clause));
                }
                expanded.push((next, clause.span));
            }
            let mut chain = match expanded.pop() {
                Some((Clause::Else(body), _)) => body,
                last => {
                    expanded.extend(last);
                    otherwise(cx)?
                }
            };
            for (clause, span) in expanded.into_iter().rev() {
                chain = match clause {
                    Clause::Test(test, body) => if_else(test, body, chain),
                    Clause::Value(var, test) => first_true(var, test, chain, span),
                    Clause::Receiver(var, test, call) => Core::Let(
                        vec![(var, test)],
                        Box::new(if_else(Core::Local(var, span), call, chain)),
                    ),
                    Clause::Else(body) => body,
                };
            }
            Ok(chain)
        })
    }
    fn cond_clause(&mut self, special: Special, clause: &Datum, scope: &Scope) -> Result<Clause> {
        let expected = "clauses (test body ...), (test => receiver) or (else body ...)";
        let items = clause.proper_list();
        let Some((test, body)) = items.as_deref().and_then(<[&Datum]>::split_first) else {
            return Err(self.shape(special, expected, clause));
        };
        if self.is_keyword(test, Special::Else, scope) {
            if body.is_empty() {
                return Err(self.shape(special, "(else body ...)", clause));
            }
            return Ok(Clause::Else(self.sequence_of(body, scope)?));
        }
        let test_core = self.expression(test, scope)?;
        match body {
            [] => Ok(Clause::Value(self.hidden("test"), test_core)),
            [arrow, receiver @ ..] if self.is_keyword(arrow, Special::Arrow, scope) => {
                let [receiver] = receiver else {
                    return Err(self.shape(special, "one receiver after =>", clause));
                };
                let var = self.hidden("test");
                let receiver = self.expression(receiver, scope)?;
                let passed = call(receiver, vec![Core::Local(var, test.span)], clause.span);
                Ok(Clause::Receiver(var, test_core, passed))
            }
            body => Ok(Clause::Test(test_core, self.sequence_of(body, scope)?)),
        }
    }

    /// `(case key clause ...)`.
    pub(super) fn case(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let operands = self.operands(Special::Case, form)?;
        let Some((key, clauses)) = operands.split_first() else {
            return Err(self.shape(Special::Case, "(case key clause ...)", form));
        };
        let key_core = self.expression(key, scope)?;
        let var = self.hidden("key");
        let chain = self.deeper(clauses.len(), form.span, |cx| {
            let mut expanded = Vec::with_capacity(clauses.len());
            let mut chain = Core::Unspecified;
            for (index, clause) in clauses.iter().enumerate() {
                let items = clause.proper_list();
                let Some((data, body)) = items.as_deref().and_then(<[&Datum]>::split_first) else {
                    let expected = "clauses ((datum ...) body ...) or (else body ...)";
                    return Err(cx.shape(Special::Case, expected, clause));
                };
                let test = if cx.is_keyword(data, Special::Else, scope) {
                    None
                } else {
                    Some(cx.case_test(var, data, clause)?)
                };
                let body = cx.case_body(var, body, clause, scope)?;
                match test {
                    Some(test) => expanded.push((test, body)),
                    None if index + 1 < clauses.len() => {
                        return Err(cx.error_in("case: else must be the last clause", clause));
                    }
                    None => chain = body,
                }
            }
            let add = |chain, (test, body)| if_else(test, body, chain);
            Ok(expanded.into_iter().rev().fold(chain, add))
        })?;
        Ok(Core::Let(vec![(var, key_core)], Box::new(chain)))
    }
    fn case_body(
        &mut self,
        key: VarId,
        body: &[&Datum],
        clause: &Datum,
        scope: &Scope,
    ) -> Result<Core> {
        match body {
            [] => Err(self.shape(Special::Case, "a body in each clause", clause)),
            [arrow, receiver] if self.is_keyword(arrow, Special::Arrow, scope) => {
                let receiver = self.expression(receiver, scope)?;
                Ok(call(receiver, vec![Core::Local(key, clause.span)], clause.span))
            }
            body => self.sequence_of(body, scope),
        }
    }
    /// Is the key one of the data?
    fn case_test(&mut self, key: VarId, data: &Datum, clause: &Datum) -> Result<Core> {
        let span = data.span;
        let Some(items) = data.proper_list() else {
            return Err(self.shape(Special::Case, "a list of data in each clause", clause));
        };
        if items.len() > MAX_TESTS {
            let list = Core::Const(self.strip(data)?);
            return self.call_core("memv", vec![Core::Local(key, span), list], span);
        }
        let mut test = None;
        for item in items.iter().rev() {
            let datum = Core::Const(self.strip(item)?);
            let same = self.call_core("eqv?", vec![Core::Local(key, span), datum], span)?;
            test = Some(match test {
                None => same,
                Some(rest) => if_else(same, constant(DatumKind::Bool(true), span), rest),
            });
        }
        Ok(test.unwrap_or_else(|| constant(DatumKind::Bool(false), span)))
    }
}

/// `test` if it is true, else `rest`.
fn first_true(var: VarId, test: Core, rest: Core, span: Span) -> Core {
    let value = Core::Local(var, span);
    Core::Let(vec![(var, test)], Box::new(if_else(value.clone(), value, rest)))
}
