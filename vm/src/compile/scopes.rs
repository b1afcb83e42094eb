//! Variables: reading and assigning them, the scopes that bind them, closures.

use super::closures::{Capture, EnvironmentId};
use super::generate::{Branch, Dest, EnvironmentPlace, Fall, Generator, LabelCode, Place, UNBOUND};
use crate::bytecode::encode::{CAPTURE_FREE, LAST_CAPTURE, a_bc};
use crate::bytecode::isa::Op;
use crate::bytecode::template::ConstTemplate;
use crate::core_form::{Core, Lambda, VarId};
use crate::opt::letrec::is_declaration;
use crate::source::Span;

/// When a closure captures more values than this that have to be loaded first, they are put in one
/// by one after it is made.
const MAX_LOADED: usize = 16;

type Binding = (VarId, Core);

impl<'c> Generator<'c> {
    /// Must a read of the variable check that it has a value?
    pub(super) fn needs_check(&self, var: VarId) -> bool {
        self.unit.plan.variable(var).declared && !self.initialised.contains(&var)
    }

    /// Brings the value of a variable to a register: its own if it has one, else `to`.
    fn fetch(&mut self, var: VarId, to: u32) -> u32 {
        if let Some((environment, index)) = self.unit.plan.variable(var).environment {
            match self.environments[&environment] {
                EnvironmentPlace::Register(from) => {
                    self.emitter.abc(Op::EnvRef, to, from, index, Span::NONE);
                }
                EnvironmentPlace::Free(number) => {
                    self.emitter.abc(Op::EnvFreeRef, to, number, index, Span::NONE);
                }
            }
            return to;
        }
        if self.self_var == Some(var) {
            self.emitter.a_bc(Op::SelfRef, to, 0, Span::NONE);
            return to;
        }
        match self.places[&var] {
            Place::Register(register) => return register,
            Place::Free(number) => self.emitter.a_bc(Op::FreeRef, to, number, Span::NONE),
            Place::Constant(number) => self.emitter.load_numbered(to, number),
        }
        to
    }

    /// The value of a variable.
    pub(super) fn local(&mut self, var: VarId, span: Span, dest: Dest) {
        let check = self.needs_check(var);
        if matches!(dest, Dest::Effect) && !check {
            return;
        }
        let target = self.target(dest);
        let register = self.fetch(var, target);
        if check {
            let name = self.emitter.symbol(self.unit.vars.info(var).name);
            self.emitter.abc_x(Op::CheckBound, [register, 0, 0], name, span);
        }
        self.deliver(register, dest);
    }

    /// `set!`
    pub(super) fn assign(&mut self, var: VarId, value: &'c Core) {
        match self.unit.plan.variable(var).environment {
            None => {
                let Some(Place::Register(register)) = self.places.get(&var).copied() else {
                    unreachable!("an assigned variable has a register or an environment")
                };
                self.expression(value, Dest::Register(register));
            }
            Some((environment, index)) => {
                let mark = self.next;
                let register = self.operand(value);
                self.next = mark;
                match self.environments[&environment] {
                    EnvironmentPlace::Register(to) => {
                        self.emitter.abc(Op::EnvSet, register, to, index, Span::NONE);
                    }
                    EnvironmentPlace::Free(number) => {
                        self.emitter.abc(Op::EnvFreeSet, register, number, index, Span::NONE);
                    }
                }
            }
        }
        if self.needs_check(var) {
            self.initialised.push(var);
        }
    }

    fn environment_of(&self, var: VarId) -> Option<EnvironmentId> {
        self.unit.plan.variable(var).environment.map(|(environment, _)| environment)
    }

    /// The variables whose values are in the registers given come into scope.
    pub(super) fn open_scope(&mut self, carried: impl Iterator<Item = (VarId, u32)>) {
        let mut opened = None;
        let base = self.next;
        for (var, register) in carried {
            match self.environment_of(var) {
                None => {
                    self.places.insert(var, Place::Register(register));
                }
                Some(environment) => {
                    if opened.replace(environment).is_none() {
                        self.reserve(2);
                    }
                    self.emitter.copy(self.next, register);
                    self.reserve(1);
                }
            }
        }
        self.open_environment(opened, base);
    }

    /// Opens an environment at `base` over the values in the registers from `base + 2` to `next`.
    fn open_environment(&mut self, environment: Option<EnvironmentId>, base: u32) {
        self.open_environment_of(environment, base, self.next.saturating_sub(base + 2));
    }

    fn open_environment_of(&mut self, environment: Option<EnvironmentId>, base: u32, count: u32) {
        if let Some(environment) = environment {
            self.emitter.abc(Op::EnvOpen, base, count, 0, Span::NONE);
            self.environments.insert(environment, EnvironmentPlace::Register(base));
        }
    }

    /// `let`: first the values that go to an environment, then the others.
    pub(super) fn let_scope(&mut self, bindings: &'c [Binding], body: &'c Core, dest: Dest) {
        let plan = self.unit.plan;
        let mark = self.next;
        let environment = bindings.iter().find_map(|(var, _)| self.environment_of(*var));
        let mut count = 0;
        if environment.is_some() {
            self.reserve(2);
            for (_, value) in bindings.iter().filter(|(var, _)| plan.variable(*var).is_shared()) {
                self.expression(value, Dest::Register(self.next));
                self.reserve(1);
                count += 1;
            }
        }
        let mut labels = Vec::new();
        let mut places = Vec::new();
        for (var, value) in bindings.iter().filter(|(var, _)| !plan.variable(*var).is_shared()) {
            match value {
                Core::Lambda(lambda) if plan.is_label(*var) => labels.push((*var, &**lambda)),
                Core::Lambda(lambda) if self.is_closed(*var, lambda) => {
                    places.push((*var, self.closed(lambda, Some(*var))));
                }
                value => {
                    let register = self.next;
                    match value {
                        Core::Lambda(lambda) if !self.unit.vars.info(*var).assigned => {
                            self.closure(lambda, Some(*var), register);
                        }
                        value => self.expression(value, Dest::Register(register)),
                    }
                    self.reserve(1);
                    places.push((*var, Place::Register(register)));
                }
            }
        }
        self.places.extend(places);
        self.open_environment_of(environment, mark, count);
        self.with_labels(&labels, body, dest);
        self.next = mark;
    }

    /// `letrec`, in one of the shapes that the optimiser leaves.
    pub(super) fn letrec_scope(&mut self, bindings: &'c [Binding], body: &'c Core, dest: Dest) {
        let mark = self.next;
        let mut labels = Vec::new();
        if bindings.iter().all(|(var, value)| is_declaration(*var, value)) {
            self.declare(bindings);
        } else if bindings.iter().any(|(var, _)| self.unit.plan.is_label(*var)) {
            labels.extend(bindings.iter().filter_map(|(var, value)| match value {
                Core::Lambda(lambda) => Some((*var, &**lambda)),
                _ => None,
            }));
        } else {
            self.procedures(bindings);
        }
        self.with_labels(&labels, body, dest);
        self.next = mark;
    }

    fn declare(&mut self, bindings: &'c [Binding]) {
        let environment = bindings.iter().find_map(|(var, _)| self.environment_of(*var));
        let base = self.next;
        if environment.is_some() {
            self.reserve(2);
        }
        let (shared, own): (Vec<_>, Vec<_>) =
            bindings.iter().partition(|(var, _)| self.environment_of(*var).is_some());
        for _ in &shared {
            self.emitter.a_bc(Op::Immediate, self.next, UNBOUND, Span::NONE);
            self.reserve(1);
        }
        self.open_environment(environment, base);
        for (var, _) in own {
            self.emitter.a_bc(Op::Immediate, self.next, UNBOUND, Span::NONE);
            self.places.insert(*var, Place::Register(self.next));
            self.reserve(1);
        }
    }

    /// Procedures that may refer to each other. Those that are made later are put into those that
    /// capture them when all are there.
    fn procedures(&mut self, bindings: &'c [Binding]) {
        let mut made = Vec::new();
        for (var, value) in bindings {
            let Core::Lambda(lambda) = value else {
                unreachable!("the optimiser leaves groups of procedures")
            };
            if self.is_closed(*var, lambda) {
                let place = self.closed(lambda, Some(*var));
                self.places.insert(*var, place);
            } else {
                self.places.insert(*var, Place::Register(self.next));
                made.push((*var, &**lambda, self.next));
                self.reserve(1);
            }
        }
        let mut patches = Vec::new();
        for (index, (_, lambda, register)) in made.iter().enumerate() {
            for (number, capture) in (0..).zip(self.unit.plan.captures(lambda)) {
                let later =
                    made[index + 1..].iter().find(|(var, ..)| *capture == Capture::Variable(*var));
                patches.extend(later.map(|(_, _, later)| (*register, number, *later)));
            }
        }
        let mut unmade: Vec<u32> = patches.iter().map(|(_, _, later)| *later).collect();
        unmade.sort_unstable();
        unmade.dedup();
        for register in unmade {
            self.emitter.a_bc(Op::Immediate, register, UNBOUND, Span::NONE);
        }
        for (var, lambda, register) in made {
            self.closure(lambda, Some(var), register);
        }
        for (register, number, later) in patches {
            self.patch(register, number, later);
        }
    }

    fn patch(&mut self, closure: u32, number: u32, value: u32) {
        if number > 0xff {
            self.emitter.refuse();
        }
        self.emitter.abc(Op::ClosurePatch, closure, number, value, Span::NONE);
    }

    /// The body of a scope that binds labels, then the code of the labels.
    fn with_labels(&mut self, labels: &[(VarId, &'c Lambda)], body: &'c Core, dest: Dest) {
        if labels.is_empty() {
            return self.expression(body, dest);
        }
        for (var, lambda) in labels {
            let code = LabelCode { label: self.emitter.label(), base: self.next };
            self.labels.insert(*var, code);
            let count = lambda.clauses[0].params.len();
            self.reserve(u32::try_from(count).expect("fewer than 2^32 parameters"));
        }
        let hoisted = self.hoisted.len();
        self.hoist_constants(labels);
        let end = self.emitter.label();
        let dest = match dest {
            Dest::Branch(branch) => Dest::Branch(Branch { fall: Fall::Neither, ..branch }),
            other => other,
        };
        let initialised = self.initialised.len();
        self.expression(body, dest);
        self.emitter.jump(end);
        let mut waiting: Vec<(LabelCode, &'c Lambda)> =
            labels.iter().map(|(var, lambda)| (self.labels[var], *lambda)).collect();
        let mark = self.next;
        while let Some(index) = self.next_label(&waiting) {
            let (code, lambda) = waiting.remove(index);
            self.initialised.truncate(initialised);
            self.emitter.bind(code.label);
            let clause = &lambda.clauses[0];
            self.open_scope(clause.params.iter().copied().zip(code.base..));
            self.expression(&clause.body, dest);
            self.next = mark;
            self.emitter.jump(end);
        }
        self.initialised.truncate(initialised);
        self.hoisted.truncate(hoisted);
        self.emitter.bind(end);
    }

    /// The label to generate code for next: one that control would fall into, if there is any.
    fn next_label(&self, waiting: &[(LabelCode, &'c Lambda)]) -> Option<usize> {
        let position =
            |wanted: &dyn Fn(&LabelCode) -> bool| waiting.iter().position(|(code, _)| wanted(code));
        position(&|code| self.emitter.just_jumped_to(code.label))
            .or_else(|| position(&|code| self.emitter.is_used(code.label)))
    }

    fn is_closed(&self, var: VarId, lambda: &Lambda) -> bool {
        !self.unit.vars.info(var).assigned && self.unit.plan.captures(lambda).is_empty()
    }

    /// A procedure that captures nothing.
    fn closed(&mut self, lambda: &'c Lambda, self_var: Option<VarId>) -> Place {
        Place::Constant(self.code(lambda, self_var, ConstTemplate::Closure))
    }

    fn code(
        &mut self,
        lambda: &'c Lambda,
        self_var: Option<VarId>,
        constant: fn(Box<crate::bytecode::template::CodeTemplate>) -> ConstTemplate,
    ) -> u32 {
        if let Some(number) = self.emitter.procedure(lambda) {
            return number;
        }
        match self.inner_code(lambda, self_var) {
            Ok(code) => self.emitter.add_procedure(lambda, constant(Box::new(code))),
            Err(error) => {
                self.fail(error);
                0
            }
        }
    }

    /// A closure, made in register `to`.
    pub(super) fn closure(&mut self, lambda: &'c Lambda, self_var: Option<VarId>, to: u32) {
        self.scratch();
        let captures = self.unit.plan.captures(lambda);
        if captures.is_empty() {
            let number = self.code(lambda, self_var, ConstTemplate::Closure);
            self.emitter.load_numbered(to, number);
            return;
        }
        let code = self.code(lambda, self_var, ConstTemplate::Code);
        if code > 0xffff {
            self.emitter.refuse();
        }
        let loaded = captures.iter().filter(|capture| self.is_loaded(capture)).count();
        if loaded > MAX_LOADED {
            return self.big_closure(code, captures, to);
        }
        let mark = self.next;
        if to == self.next {
            // The captured values are loaded above the closure's own register.
            self.reserve(1);
        }
        let words: Vec<u32> = captures.iter().map(|capture| self.captured(capture)).collect();
        self.next = mark;
        self.make_closure(to, code, words);
    }

    fn make_closure(&mut self, to: u32, code: u32, mut words: Vec<u32>) {
        if let Some(last) = words.last_mut() {
            *last |= LAST_CAPTURE;
        }
        self.emitter.emit(a_bc(Op::Closure, to, code), &words, Span::NONE);
    }

    /// Must a captured value be brought to a register first?
    fn is_loaded(&self, capture: &Capture) -> bool {
        match capture {
            Capture::Environment(_) => false,
            Capture::Variable(var) => {
                self.self_var == Some(*var)
                    || matches!(self.places.get(var), Some(Place::Constant(_)))
            }
        }
    }

    /// The extension word of a captured value.
    fn captured(&mut self, capture: &Capture) -> u32 {
        match capture {
            Capture::Environment(environment) => match self.environments[environment] {
                EnvironmentPlace::Free(number) => number | CAPTURE_FREE,
                EnvironmentPlace::Register(register) => {
                    self.emitter.abc(Op::EnvClose, register, 0, 0, Span::NONE);
                    register
                }
            },
            Capture::Variable(var) => match self.places.get(var) {
                Some(Place::Free(number)) => number | CAPTURE_FREE,
                _ => {
                    let register = self.fetch(*var, self.next);
                    if register == self.next {
                        self.reserve(1);
                    }
                    register
                }
            },
        }
    }

    /// A closure that captures many values which have to be loaded: it is made without them.
    fn big_closure(&mut self, code: u32, captures: &[Capture], to: u32) {
        let mark = self.next;
        let closure = self.next;
        let temporary = closure + 1;
        self.reserve(2);
        self.emitter.a_bc(Op::Immediate, temporary, UNBOUND, Span::NONE);
        let words = captures.iter().map(|capture| {
            if self.is_loaded(capture) { temporary } else { self.captured(capture) }
        });
        let words = words.collect();
        self.make_closure(closure, code, words);
        for (number, capture) in (0..).zip(captures) {
            if let Capture::Variable(var) = capture
                && self.is_loaded(capture)
            {
                let value = self.fetch(*var, temporary);
                self.patch(closure, number, value);
            }
        }
        self.next = mark;
        self.emitter.copy(to, closure);
    }
}
