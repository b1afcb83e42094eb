//! Which local procedures are loops and join points.
//!
//! A procedure bound by `let` or `letrec` becomes a *label*, code in the frame of the procedure around
//! it, when it is only ever called, with the right number of arguments, and every call hands its
//! result to the same place as the expression that binds the procedure: then a call is a jump. The
//! places are compared as *tokens*: every expression whose value is used in a way of its own gets
//! a fresh one, an expression in tail position shares its parent's, and the body of a label has that
//! of the expression that binds it.

use super::walk::each_part;
use crate::core_form::{Call, Core, Lambda, VarId, Vars};
use rustc_hash::{FxHashMap, FxHashSet};

/// The variables bound to procedures that can be compiled as labels.
pub fn find(core: &Core, vars: &Vars) -> FxHashSet<VarId> {
    let mut finder = Finder::new(vars);
    let token = finder.fresh(None);
    finder.visit(core, token);
    finder.settle();
    let labels = finder.candidates.iter().filter(|(_, candidate)| candidate.possible);
    labels.map(|(var, _)| *var).collect()
}

/// Is every use of `var` inside `lambda`, which is bound to it, a tail call of itself?
pub fn is_loop(var: VarId, lambda: &Lambda) -> bool {
    let [clause] = &lambda.clauses[..] else { return false };
    clause.rest.is_none() && only_tail_calls(&clause.body, var, clause.params.len(), true)
}

fn only_tail_calls(core: &Core, var: VarId, arity: usize, tail: bool) -> bool {
    let check = |core, tail| only_tail_calls(core, var, arity, tail);
    match core {
        Core::Local(other, _) => *other != var,
        Core::If(test, then, otherwise) => {
            check(test, false) && check(then, tail) && check(otherwise, tail)
        }
        Core::Seq(parts) => {
            let last = parts.len() - 1;
            parts.iter().enumerate().all(|(index, part)| check(part, tail && index == last))
        }
        Core::Call(call) => {
            let callee = match call.callee {
                Core::Local(other, _) if other == var => tail && call.args.len() == arity,
                _ => check(&call.callee, false),
            };
            callee && call.args.iter().all(|arg| check(arg, false))
        }
        Core::Let(bindings, body) | Core::Letrec(bindings, body) => {
            // A procedure bound here may turn out to be a label itself; its body then is in tail
            // position, but that is not known yet.
            bindings.iter().all(|(_, value)| check(value, false)) && check(body, tail)
        }
        _ => {
            let mut fine = true;
            each_part(core, |part| fine = fine && check(part, false));
            fine
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Token(usize);

struct Candidate {
    home: Token,
    arity: usize,
    calls: Vec<Token>,
    possible: bool,
    /// The candidates bound together with it, all of which are labels or none.
    group: usize,
}

struct Finder<'v> {
    vars: &'v Vars,
    /// For each token: whose body's it is.
    tokens: Vec<Option<VarId>>,
    candidates: FxHashMap<VarId, Candidate>,
    groups: Vec<Vec<VarId>>,
}

impl<'v> Finder<'v> {
    fn new(vars: &'v Vars) -> Finder<'v> {
        Finder { vars, tokens: Vec::new(), candidates: FxHashMap::default(), groups: Vec::new() }
    }
    fn fresh(&mut self, body_of: Option<VarId>) -> Token {
        self.tokens.push(body_of);
        Token(self.tokens.len() - 1)
    }
    fn apart(&mut self, core: &Core) {
        let token = self.fresh(None);
        self.visit(core, token);
    }
    fn give_up(&mut self, var: VarId) {
        if let Some(candidate) = self.candidates.get_mut(&var) {
            candidate.possible = false;
        }
    }
    fn visit(&mut self, core: &Core, token: Token) {
        match core {
            Core::Local(var, _) => self.give_up(*var),
            Core::If(test, then, otherwise) => {
                self.apart(test);
                self.visit(then, token);
                self.visit(otherwise, token);
            }
            Core::Seq(parts) => {
                if let Some((last, others)) = parts.split_last() {
                    others.iter().for_each(|part| self.apart(part));
                    self.visit(last, token);
                }
            }
            Core::Call(call) => self.call(call, token),
            Core::Let(bindings, body) => {
                for (var, value) in bindings {
                    self.binding(*var, value, token, None);
                }
                self.visit(body, token);
            }
            Core::Letrec(bindings, body) => {
                let group = self.groups.len();
                self.groups.push(Vec::new());
                for (var, value) in bindings {
                    self.propose(*var, value, token, group);
                }
                for (var, value) in bindings {
                    self.binding(*var, value, token, Some(group));
                }
                self.visit(body, token);
            }
            _ => each_part(core, |part| self.apart(part)),
        }
    }
    fn call(&mut self, call: &Call, token: Token) {
        match &call.callee {
            Core::Local(var, _) => {
                if let Some(candidate) = self.candidates.get_mut(var) {
                    candidate.calls.push(token);
                    candidate.possible &= candidate.arity == call.args.len();
                }
            }
            callee => self.apart(callee),
        }
        call.args.iter().for_each(|arg| self.apart(arg));
    }
    fn propose(&mut self, var: VarId, value: &Core, home: Token, group: usize) {
        let possible = !self.vars.info(var).assigned && simple_clause(value).is_some();
        let arity = simple_clause(value).map_or(0, |lambda| lambda.clauses[0].params.len());
        let candidate = Candidate { home, arity, calls: Vec::new(), possible, group };
        self.candidates.insert(var, candidate);
        self.groups[group].push(var);
    }
    fn binding(&mut self, var: VarId, value: &Core, home: Token, group: Option<usize>) {
        let Some(lambda) = simple_clause(value) else { return self.apart(value) };
        if group.is_none() {
            let group = self.groups.len();
            self.groups.push(Vec::new());
            self.propose(var, value, home, group);
        }
        let token = self.fresh(Some(var));
        self.visit(&lambda.clauses[0].body, token);
    }
    fn resolve(&self, mut token: Token) -> Token {
        while let Some(var) = self.tokens[token.0] {
            match self.candidates.get(&var) {
                Some(candidate) if candidate.possible => token = candidate.home,
                _ => break,
            }
        }
        token
    }
    /// Drops candidates until those that remain justify each other.
    fn settle(&mut self) {
        loop {
            let possible = |var: &VarId| {
                let candidate = &self.candidates[var];
                let home = self.resolve(candidate.home);
                candidate.possible && candidate.calls.iter().all(|&call| self.resolve(call) == home)
            };
            let failed: Vec<VarId> = self
                .candidates
                .iter()
                .filter(|(_, candidate)| candidate.possible)
                .filter(|(_, candidate)| !self.groups[candidate.group].iter().all(possible))
                .map(|(var, _)| *var)
                .collect();
            if failed.is_empty() {
                return;
            }
            failed.into_iter().for_each(|var| self.give_up(var));
        }
    }
}

/// The procedure, if it has one clause without a rest parameter.
fn simple_clause(value: &Core) -> Option<&Lambda> {
    match value {
        Core::Lambda(lambda) => match &lambda.clauses[..] {
            [clause] if clause.rest.is_none() => Some(lambda),
            _ => None,
        },
        _ => None,
    }
}
