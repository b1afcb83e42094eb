//! Copies of expressions, with variables of their own.

use super::walk::{map_parts, map_values, replace};
use crate::core_form::{Clause, Core, Lambda, VarId, Vars};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// A copy of `lambda` in which every variable bound inside is fresh.
pub fn copy_lambda(lambda: &Lambda, vars: &mut Vars) -> Lambda {
    let mut renamer = Renamer { vars, from: None, fresh: FxHashMap::default() };
    renamer.lambda(lambda.clone())
}

/// A copy of a closed procedure's clause from another compilation unit, whose variables are `from`,
/// as if all of it were written at `span`.
pub fn transplant(clause: &Clause, from: &Vars, span: Span, vars: &mut Vars) -> Clause {
    let from = Some(Foreign { vars: from, span: Some(span) });
    Renamer { vars, from, fresh: FxHashMap::default() }.clause(clause.clone())
}

/// The same, but it stays where it is written.
pub fn write_out(clause: &Clause, from: &Vars, vars: &mut Vars) -> Clause {
    let from = Some(Foreign { vars: from, span: None });
    Renamer { vars, from, fresh: FxHashMap::default() }.clause(clause.clone())
}

/// Where an expression comes from, and where it is to be, if not where it is.
struct Foreign<'v> {
    vars: &'v Vars,
    span: Option<Span>,
}

struct Renamer<'v> {
    vars: &'v mut Vars,
    from: Option<Foreign<'v>>,
    fresh: FxHashMap<VarId, VarId>,
}

impl Renamer<'_> {
    fn bind(&mut self, var: VarId) -> VarId {
        let from = self.from.as_ref().map_or(&*self.vars, |from| from.vars);
        let info = from.info(var).clone();
        let fresh = self.vars.fresh(info.name);
        self.vars.info_mut(fresh).assigned = info.assigned;
        self.fresh.insert(var, fresh);
        fresh
    }
    fn look_up(&self, var: VarId) -> VarId {
        self.fresh.get(&var).copied().unwrap_or(var)
    }
    fn lambda(&mut self, lambda: Lambda) -> Lambda {
        let span = self.place(lambda.span);
        let clauses = lambda.clauses.into_iter().map(|clause| self.clause(clause)).collect();
        Lambda { name: lambda.name, clauses, span }
    }
    fn clause(&mut self, clause: Clause) -> Clause {
        let params = clause.params.into_iter().map(|var| self.bind(var)).collect();
        let rest = clause.rest.map(|var| self.bind(var));
        Clause { params, rest, body: self.core(clause.body) }
    }
    fn place(&self, span: Span) -> Span {
        self.from.as_ref().and_then(|from| from.span).unwrap_or(span)
    }
    fn core(&mut self, core: Core) -> Core {
        match core {
            Core::Local(var, span) => Core::Local(self.look_up(var), self.place(span)),
            Core::Global(id, span) => Core::Global(id, self.place(span)),
            Core::SetLocal(var, mut value, span) => {
                replace(&mut value, |value| self.core(value));
                Core::SetLocal(self.look_up(var), value, self.place(span))
            }
            Core::Call(mut call) => {
                call.span = self.place(call.span);
                map_parts(Core::Call(call), |part| self.core(part))
            }
            Core::Lambda(lambda) => Core::Lambda(Box::new(self.lambda(*lambda))),
            Core::Let(mut bindings, mut body) => {
                self.bindings(&mut bindings);
                replace(&mut body, |body| self.core(body));
                Core::Let(bindings, body)
            }
            Core::Letrec(mut bindings, mut body) => {
                self.bindings(&mut bindings);
                replace(&mut body, |body| self.core(body));
                Core::Letrec(bindings, body)
            }
            other => map_parts(other, |part| self.core(part)),
        }
    }
    /// Variables are unique, so binding them before their values are copied does no harm in a
    /// `Let` either.
    fn bindings(&mut self, bindings: &mut [(VarId, Core)]) {
        bindings.iter_mut().for_each(|(var, _)| *var = self.bind(*var));
        map_values(bindings, |value| self.core(value));
    }
}
