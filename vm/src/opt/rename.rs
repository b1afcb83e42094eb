//! Copies of expressions, with variables of their own.

use super::walk::{map_parts, map_values};
use crate::core_form::{Clause, Core, Lambda, VarId, Vars};
use rustc_hash::FxHashMap;

/// A copy of `lambda` in which every variable bound inside is fresh.
pub fn copy_lambda(lambda: &Lambda, vars: &mut Vars) -> Lambda {
    let mut renamer = Renamer { vars, fresh: FxHashMap::default() };
    renamer.lambda(lambda.clone())
}

struct Renamer<'v> {
    vars: &'v mut Vars,
    fresh: FxHashMap<VarId, VarId>,
}

impl Renamer<'_> {
    fn bind(&mut self, var: VarId) -> VarId {
        let info = self.vars.info(var).clone();
        let fresh = self.vars.fresh(info.name);
        self.vars.info_mut(fresh).assigned = info.assigned;
        self.fresh.insert(var, fresh);
        fresh
    }
    fn look_up(&self, var: VarId) -> VarId {
        self.fresh.get(&var).copied().unwrap_or(var)
    }
    fn lambda(&mut self, lambda: Lambda) -> Lambda {
        let clauses = lambda.clauses.into_iter().map(|clause| {
            let params = clause.params.into_iter().map(|var| self.bind(var)).collect();
            let rest = clause.rest.map(|var| self.bind(var));
            Clause { params, rest, body: self.core(clause.body) }
        });
        Lambda { clauses: clauses.collect(), ..lambda }
    }
    fn core(&mut self, core: Core) -> Core {
        match core {
            Core::Local(var, span) => Core::Local(self.look_up(var), span),
            Core::SetLocal(var, value, span) => {
                Core::SetLocal(self.look_up(var), Box::new(self.core(*value)), span)
            }
            Core::Lambda(lambda) => Core::Lambda(Box::new(self.lambda(*lambda))),
            Core::Let(bindings, body) => {
                let bindings = self.bindings(bindings);
                Core::Let(bindings, Box::new(self.core(*body)))
            }
            Core::Letrec(bindings, body) => {
                let bindings = self.bindings(bindings);
                Core::Letrec(bindings, Box::new(self.core(*body)))
            }
            other => map_parts(other, |part| self.core(part)),
        }
    }
    /// Variables are unique, so binding them before their values are copied does no harm in a
    /// `Let` either.
    fn bindings(&mut self, bindings: Vec<(VarId, Core)>) -> Vec<(VarId, Core)> {
        let bindings: Vec<_> =
            bindings.into_iter().map(|(var, value)| (self.bind(var), value)).collect();
        map_values(bindings, |value| self.core(value))
    }
}
