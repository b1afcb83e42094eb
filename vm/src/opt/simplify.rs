//! One round of simplification, top down and back up again.
//!
//! Every expression is simplified for a [`Place`]: what becomes of its value. Variables bound to
//! constants, to other variables, or to procedures that are called once or are small, are replaced
//! where they are used. Decisions rest on a [`Census`] taken before the round; copying code adds to
//! it, so its counts never fall short.

use super::census::{Census, refresh_assigned};
use super::effects::{is_pure, may_be_moved};
use super::fold::fold;
use super::known::Known;
use super::letrec::is_declaration;
use super::rename::copy_lambda;
use super::walk::{bind, map_bodies, map_values, replace, sequence, size};
use super::{constant, inline, labels};
use crate::core_form::{Call, Clause, Core, Lambda, VarId, Vars};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// Procedures with fewer nodes than this are copied to where they are called.
const SMALL: usize = 16;

/// What becomes of an expression's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// It is used.
    Value,
    /// Only whether it is false matters.
    Test,
    /// It is dropped.
    Effect,
}

/// The simplified expression, and whether it is another one.
pub fn simplify(core: Core, vars: &mut Vars, known: &Known<'_>) -> (Core, bool) {
    refresh_assigned(&core, vars, known);
    let census = Census::take(&core, vars, known);
    let replacements = FxHashMap::default();
    let mut round = Round { vars, known, census, replacements, changed: false };
    let core = round.simplify(core, Place::Value);
    (core, round.changed)
}

/// What stands for a variable.
enum Replacement {
    /// An expression that may be copied.
    Value(Core),
    /// A procedure whose only use is a call.
    Once(Lambda),
    /// A loop that is entered from one place.
    Loop(Lambda),
    /// A procedure worth copying.
    Small(Lambda),
}

struct Round<'v, 'k> {
    vars: &'v mut Vars,
    known: &'k Known<'k>,
    census: Census,
    replacements: FxHashMap<VarId, Replacement>,
    changed: bool,
}

impl Round<'_, '_> {
    fn simplify(&mut self, core: Core, place: Place) -> Core {
        if self.known.gives_up() {
            return core;
        }
        let result = match core {
            Core::Const(_) | Core::Unspecified | Core::Global(..) => core,
            Core::Local(var, span) => match self.replacements.get(&var) {
                Some(Replacement::Value(value)) => value.clone(),
                _ => Core::Local(var, span),
            },
            Core::SetLocal(var, value, span) => {
                if self.census.of(var).reads == 0 {
                    self.changed = true;
                    let value = self.simplify(*value, Place::Effect);
                    sequence(vec![value, Core::Unspecified])
                } else {
                    Core::SetLocal(var, self.value(value), span)
                }
            }
            Core::SetGlobal(id, value, span) => Core::SetGlobal(id, self.value(value), span),
            Core::DefineGlobal(id, value, span) => Core::DefineGlobal(id, self.value(value), span),
            Core::If(test, then, otherwise) => self.conditional(test, then, otherwise, place),
            Core::Lambda(mut lambda) => {
                self.lambda(&mut lambda);
                Core::Lambda(lambda)
            }
            Core::Seq(parts) => self.sequence(parts, place),
            Core::Call(call) => self.call(*call, place),
            Core::Let(bindings, body) => self.bindings(bindings, *body, place),
            Core::Letrec(bindings, body) => self.recursive(bindings, *body, place),
        };
        if place == Place::Effect && is_pure(&result, self.known) {
            self.changed |= !matches!(result, Core::Unspecified);
            return Core::Unspecified;
        }
        result
    }

    fn lambda(&mut self, lambda: &mut Lambda) {
        map_bodies(lambda, |body| self.simplify(body, Place::Value));
    }

    fn value(&mut self, mut value: Box<Core>) -> Box<Core> {
        replace(&mut value, |value| self.simplify(value, Place::Value));
        value
    }

    fn sequence(&mut self, parts: Vec<Core>, place: Place) -> Core {
        let last = parts.len() - 1;
        let mut kept = Vec::with_capacity(parts.len());
        for (index, part) in parts.into_iter().enumerate() {
            if index == last {
                kept.push(self.simplify(part, place));
            } else {
                let part = self.simplify(part, Place::Effect);
                kept.extend((!matches!(part, Core::Unspecified)).then_some(part));
            }
        }
        sequence(kept)
    }

    fn conditional(
        &mut self,
        mut test: Box<Core>,
        then: Box<Core>,
        otherwise: Box<Core>,
        place: Place,
    ) -> Core {
        replace(&mut test, |test| self.simplify(test, Place::Test));
        self.branch(test, then, otherwise, place)
    }

    /// A conditional whose test is simplified already.
    fn branch(
        &mut self,
        mut test: Box<Core>,
        then: Box<Core>,
        otherwise: Box<Core>,
        place: Place,
    ) -> Core {
        if let Some(truth) = constant::truth(&test) {
            self.changed = true;
            return self.simplify(if truth { *then } else { *otherwise }, place);
        }
        match &mut *test {
            Core::Seq(parts) => {
                let mut parts = std::mem::take(parts);
                let last = parts.pop().expect("a sequence is not empty");
                *test = last;
                parts.push(self.branch(test, then, otherwise, place));
                self.changed = true;
                sequence(parts)
            }
            Core::Call(call) if self.is_not(call) => {
                self.changed = true;
                *test = call.args.remove(0);
                self.arms(test, otherwise, then, place)
            }
            _ => self.arms(test, then, otherwise, place),
        }
    }

    fn arms(
        &mut self,
        test: Box<Core>,
        mut then: Box<Core>,
        mut otherwise: Box<Core>,
        place: Place,
    ) -> Core {
        replace(&mut then, |then| self.simplify(then, place));
        replace(&mut otherwise, |otherwise| self.simplify(otherwise, place));
        if let Core::Local(tested, _) = *test {
            let same = |core: &Core| matches!(core, Core::Local(var, _) if *var == tested);
            if same(&then) && place == Place::Test {
                *then = constant::boolean(true);
            }
            if same(&otherwise) && !self.vars.info(tested).assigned {
                *otherwise = constant::boolean(false);
            }
        }
        let truths = (constant::truth(&then), constant::truth(&otherwise));
        if place == Place::Test && truths == (Some(true), Some(false)) {
            return *test;
        }
        if matches!((&*then, &*otherwise), (Core::Unspecified, Core::Unspecified)) {
            return sequence(vec![self.simplify(*test, Place::Effect), Core::Unspecified]);
        }
        Core::If(test, then, otherwise)
    }

    fn is_not(&self, call: &Call) -> bool {
        call.args.len() == 1 && self.known.standard(&call.callee).is_some_and(|n| &*n == "not")
    }

    fn bindings(&mut self, bindings: Vec<(VarId, Core)>, body: Core, place: Place) -> Core {
        let mut kept = Vec::with_capacity(bindings.len());
        let mut effects = Vec::new();
        for (var, value) in bindings {
            let uses = self.census.of(var);
            if uses.reads == 0 {
                self.changed = true;
                let value = self.simplify(value, Place::Effect);
                effects.extend((!matches!(value, Core::Unspecified)).then_some(value));
            } else if let Some(binding) = self.binding(var, value) {
                kept.push(binding);
            }
        }
        let body = self.simplify(body, place);
        let result = match <[_; 1]>::try_from(kept) {
            Ok([(var, value)]) => self.bind_one(var, value, body, place),
            Err(kept) => bind(kept, body),
        };
        effects.push(result);
        sequence(effects)
    }

    /// Simplifies the value of a `Let` variable; `None` when uses of the variable are replaced.
    fn binding(&mut self, var: VarId, value: Core) -> Option<(VarId, Core)> {
        let uses = self.census.of(var);
        if uses.writes > 0 {
            return Some((var, self.simplify(value, Place::Value)));
        }
        let value = match value {
            Core::Lambda(lambda) if uses.reads == 1 && uses.calls == 1 => {
                self.replace(var, Replacement::Once(*lambda));
                return None;
            }
            value => self.simplify(value, Place::Value),
        };
        if may_be_moved(&value, self.vars, self.known) {
            if let Core::Local(other, _) = value {
                self.census.share(other, uses);
            }
            self.replace(var, Replacement::Value(value));
            return None;
        }
        if let Core::Lambda(lambda) = &value
            && uses.calls > 0
            && is_small(lambda)
        {
            self.replacements.insert(var, Replacement::Small((**lambda).clone()));
        }
        Some((var, value))
    }

    fn replace(&mut self, var: VarId, replacement: Replacement) {
        self.changed = true;
        self.replacements.insert(var, replacement);
    }

    /// `(let ((var value)) body)`; a variable that is only tested, at once, disappears.
    fn bind_one(&mut self, var: VarId, value: Core, body: Core, place: Place) -> Core {
        let uses = self.census.of(var);
        let is_var = |core: &Core| matches!(core, Core::Local(other, _) if *other == var);
        if uses.reads != 1 || uses.writes != 0 {
            return bind(vec![(var, value)], body);
        }
        match body {
            Core::If(test, then, otherwise) if is_var(&test) => {
                self.changed = true;
                Core::If(Box::new(value), then, otherwise)
            }
            body if is_var(&body) && place != Place::Effect => {
                self.changed = true;
                value
            }
            body => bind(vec![(var, value)], body),
        }
    }

    fn recursive(&mut self, bindings: Vec<(VarId, Core)>, body: Core, place: Place) -> Core {
        let before = bindings.len();
        let mut bindings: Vec<_> = bindings
            .into_iter()
            .filter(|(var, _)| {
                let uses = self.census.of(*var);
                uses.reads > uses.inner_reads
            })
            .collect();
        self.changed |= bindings.len() != before;
        if bindings.iter().all(|(var, value)| is_declaration(*var, value)) {
            let body = self.simplify(body, place);
            return if bindings.is_empty() { body } else { Core::Letrec(bindings, Box::new(body)) };
        }
        if let [(var, Core::Lambda(lambda))] = &bindings[..] {
            let uses = self.census.of(*var);
            if uses.inner_reads == 0 {
                self.changed = true;
                return self.bindings(bindings, body, place);
            }
            let entered_at_once = matches!(&body, Core::Call(call)
                if matches!(call.callee, Core::Local(other, _) if other == *var));
            let entered_once = uses.reads == uses.calls && uses.reads - uses.inner_reads == 1;
            if entered_once && !entered_at_once && labels::is_loop(*var, lambda) {
                let Some((var, Core::Lambda(lambda))) = bindings.pop() else {
                    unreachable!("the binding was just looked at")
                };
                self.replace(var, Replacement::Loop(*lambda));
                return self.simplify(body, place);
            }
        }
        map_values(&mut bindings, |value| self.simplify(value, Place::Value));
        Core::Letrec(bindings, Box::new(self.simplify(body, place)))
    }

    fn call(&mut self, call: Call, place: Place) -> Core {
        let Call { callee, args, span } = call;
        match callee {
            Core::Lambda(lambda) => self.apply(*lambda, args, span, place),
            Core::Let(bindings, body) => {
                let body = Core::Call(Box::new(Call { callee: *body, args, span }));
                self.bindings(bindings, body, place)
            }
            Core::Letrec(bindings, body) => {
                let body = Core::Call(Box::new(Call { callee: *body, args, span }));
                self.recursive(bindings, body, place)
            }
            Core::Local(var, _) if self.replacements.contains_key(&var) => {
                self.call_replaced(var, Call { callee, args, span }, place)
            }
            callee => {
                if let Some(lambda) = inline::body_of(&callee, &args, span, self.vars, self.known) {
                    self.census.grow(self.vars);
                    lambda
                        .clauses
                        .iter()
                        .for_each(|clause| self.census.add(&clause.body, self.known));
                    return self.apply(lambda, args, span, place);
                }
                let callee = self.simplify(callee, Place::Value);
                self.finish_call(callee, args, span, place)
            }
        }
    }

    fn finish_call(&mut self, callee: Core, args: Vec<Core>, span: Span, place: Place) -> Core {
        let args = args.into_iter().map(|arg| self.simplify(arg, Place::Value)).collect();
        match fold(Call { callee, args, span }, place, self.vars, self.known) {
            Ok(core) => {
                self.changed = true;
                self.census.grow_unknown(self.vars);
                core
            }
            Err(call) => Core::Call(Box::new(call)),
        }
    }

    fn call_replaced(&mut self, var: VarId, call: Call, place: Place) -> Core {
        let Call { callee, args, span } = call;
        match self.replacements.get(&var) {
            Some(Replacement::Value(value)) => {
                let callee = value.clone();
                self.finish_call(callee, args, span, place)
            }
            Some(Replacement::Small(lambda)) if accepts(lambda, args.len()) => {
                let copy = copy_lambda(lambda, self.vars);
                self.census.grow(self.vars);
                copy.clauses.iter().for_each(|clause| self.census.add(&clause.body, self.known));
                self.changed = true;
                self.apply(copy, args, span, place)
            }
            Some(Replacement::Small(_)) | None => self.finish_call(callee, args, span, place),
            Some(Replacement::Once(_) | Replacement::Loop(_)) => {
                match self.replacements.remove(&var) {
                    Some(Replacement::Loop(lambda)) => {
                        let bindings = vec![(var, Core::Lambda(Box::new(lambda)))];
                        let body = Core::Call(Box::new(Call { callee, args, span }));
                        self.recursive(bindings, body, place)
                    }
                    Some(Replacement::Once(lambda)) => self.apply(lambda, args, span, place),
                    _ => unreachable!("the replacement was just looked at"),
                }
            }
        }
    }

    /// A procedure called where it stands: its parameters become `Let` variables.
    fn apply(&mut self, mut lambda: Lambda, mut args: Vec<Core>, span: Span, place: Place) -> Core {
        let list = self.known.global("list", span);
        let fits = lambda.clauses.iter().position(|clause| clause_accepts(clause, args.len()));
        let fits = fits.filter(|&index| list.is_some() || lambda.clauses[index].rest.is_none());
        let Some(index) = fits else {
            self.lambda(&mut lambda);
            return self.finish_call(Core::Lambda(Box::new(lambda)), args, span, place);
        };
        self.changed = true;
        let Clause { params, rest, body } = lambda.clauses.swap_remove(index);
        let extra = args.split_off(params.len());
        let mut bindings: Vec<_> = params.into_iter().zip(args).collect();
        if let (Some(rest), Some(callee)) = (rest, list) {
            bindings.push((rest, Core::Call(Box::new(Call { callee, args: extra, span }))));
        }
        self.bindings(bindings, body, place)
    }
}

fn clause_accepts(clause: &Clause, count: usize) -> bool {
    count == clause.params.len() || clause.rest.is_some() && count > clause.params.len()
}

fn accepts(lambda: &Lambda, count: usize) -> bool {
    lambda.clauses.iter().any(|clause| clause_accepts(clause, count))
}

fn is_small(lambda: &Lambda) -> bool {
    match &lambda.clauses[..] {
        [clause] => size(&clause.body, SMALL) < SMALL,
        _ => false,
    }
}
