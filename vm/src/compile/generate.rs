//! Code generation: expressions towards destinations.
//!
//! A [`Generator`] makes the code of one procedure. `next` is the first register that holds nothing:
//! below it are parameters, variables and temporaries, above it is free. Every expression is
//! compiled towards a [`Dest`] and leaves `next` as it found it. A destination register is either
//! `next` itself, and then also serves as scratch, or lies below it, and then is written by the last
//! instruction only: the expression may read it before.

use super::CompileError;
use super::closures::{Capture, EnvironmentId, Plan};
use super::emit::{Emitter, Jumps, Label};
use crate::bytecode::isa::Op;
use crate::bytecode::template::{ClauseEntry, CodeTemplate};
use crate::core_form::{Clause, Core, Lambda, VarId, Vars};
use crate::opt::known::Known;
use crate::opt::{constant, guarded};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// The number of the unspecified value for the `Immediate` instruction.
const UNSPECIFIED: u32 = 3;
/// The number of the mark of variables without a value.
pub const UNBOUND: u32 = 5;

/// What is the same for all procedures of a compilation unit.
#[derive(Clone, Copy)]
pub struct Unit<'c> {
    /// What is known of globals.
    pub known: &'c Known<'c>,
    /// The variables.
    pub vars: &'c Vars,
    /// Where they live.
    pub plan: &'c Plan,
    /// How far jumps reach.
    pub jumps: Jumps,
}

/// What becomes of an expression's value.
#[derive(Clone, Copy)]
pub enum Dest {
    /// It goes to a register.
    Register(u32),
    /// It is dropped.
    Effect,
    /// The procedure returns it.
    Tail,
    /// It decides where control goes.
    Branch(Branch),
}

/// Where control goes from a test.
#[derive(Clone, Copy)]
pub struct Branch {
    /// If it is true.
    pub then: Label,
    /// If it is false.
    pub otherwise: Label,
    /// Which of the two is bound right after the test.
    pub fall: Fall,
}

/// What comes after a test.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fall {
    /// The code for true.
    Then,
    /// The code for false.
    Otherwise,
    /// Neither.
    Neither,
}

/// Where the value of a variable is found.
#[derive(Clone, Copy)]
pub enum Place {
    /// In a register.
    Register(u32),
    /// Captured by the running closure.
    Free(u32),
    /// It is a constant of the code.
    Constant(u32),
}

/// Where an environment is found.
#[derive(Clone, Copy)]
pub enum EnvironmentPlace {
    /// In a register.
    Register(u32),
    /// Captured by the running closure.
    Free(u32),
}

/// Code in this frame that a local procedure was turned into.
#[derive(Clone, Copy)]
pub struct LabelCode {
    /// Where it begins.
    pub label: Label,
    /// The register of its first parameter.
    pub base: u32,
}

/// The generator of one procedure's code.
pub struct Generator<'c> {
    pub(super) unit: &'c Unit<'c>,
    pub(super) emitter: Emitter,
    pub(super) next: u32,
    high: u32,
    pub(super) places: FxHashMap<VarId, Place>,
    pub(super) environments: FxHashMap<EnvironmentId, EnvironmentPlace>,
    pub(super) labels: FxHashMap<VarId, LabelCode>,
    /// Flonum constants that loops use, by their bits, in registers loaded before the loop.
    pub(super) hoisted: Vec<(u64, u32)>,
    /// Declared variables known to have a value by now.
    pub(super) initialised: Vec<VarId>,
    /// The variable this procedure is bound to.
    pub(super) self_var: Option<VarId>,
    /// Where a tail call of itself goes, and how many arguments it has.
    pub(super) self_loop: Option<(Label, usize)>,
    error: Option<CompileError>,
}

/// Generates the code of a whole form.
pub fn toplevel(core: &Core, unit: &Unit<'_>) -> Result<CodeTemplate, CompileError> {
    let mut generator = Generator::new(unit);
    let entry = generator.emitter.begin_clause();
    generator.expression(core, Dest::Tail);
    let clauses = vec![ClauseEntry { required: 0, rest: false, entry }];
    generator.finish(CodeTemplate { clauses, ..CodeTemplate::default() })
}

impl<'c> Generator<'c> {
    fn new(unit: &'c Unit<'c>) -> Generator<'c> {
        Generator {
            unit,
            emitter: Emitter::new(unit.jumps),
            next: 0,
            high: 1,
            places: FxHashMap::default(),
            environments: FxHashMap::default(),
            labels: FxHashMap::default(),
            hoisted: Vec::new(),
            initialised: Vec::new(),
            self_var: None,
            self_loop: None,
            error: None,
        }
    }

    fn finish(self, template: CodeTemplate) -> Result<CodeTemplate, CompileError> {
        match self.error {
            Some(error) => Err(error),
            None => self.emitter.finish(template, self.high),
        }
    }

    /// The code of a procedure inside this one.
    pub(super) fn inner_code(
        &self,
        lambda: &'c Lambda,
        self_var: Option<VarId>,
    ) -> Result<CodeTemplate, CompileError> {
        let mut inner = Generator::new(self.unit);
        inner.initialised.clone_from(&self.initialised);
        inner.self_var = self_var;
        let captures = self.unit.plan.captures(lambda);
        for (number, capture) in (0..).zip(captures) {
            match capture {
                Capture::Variable(var) => {
                    inner.places.insert(*var, Place::Free(number));
                }
                Capture::Environment(id) => {
                    inner.environments.insert(*id, EnvironmentPlace::Free(number));
                }
            }
        }
        let only = lambda.clauses.len() == 1;
        let clauses = lambda.clauses.iter().map(|clause| inner.clause(clause, only)).collect();
        inner.finish(CodeTemplate {
            name: lambda.name,
            clauses,
            captures: u32::try_from(captures.len()).expect("fewer than 2^32 variables"),
            span: lambda.span,
            ..CodeTemplate::default()
        })
    }

    fn clause(&mut self, clause: &'c Clause, only: bool) -> ClauseEntry {
        let required = u32::try_from(clause.params.len()).expect("fewer than 2^32 parameters");
        let entry = self.emitter.begin_clause();
        self.next = 0;
        self.reserve(required + u32::from(clause.rest.is_some()));
        let head = self.emitter.label();
        self.emitter.bind(head);
        let loops = only && clause.rest.is_none();
        self.self_loop = loops.then_some((head, clause.params.len()));
        let initialised = self.initialised.len();
        let params = clause.params.iter().copied().chain(clause.rest);
        self.open_scope(params.zip(0..));
        self.expression(&clause.body, Dest::Tail);
        self.initialised.truncate(initialised);
        ClauseEntry { required, rest: clause.rest.is_some(), entry }
    }

    /// Takes the next `count` registers.
    pub(super) fn reserve(&mut self, count: u32) {
        self.next += count;
        self.high = self.high.max(self.next);
    }
    /// The next register, to be used at once.
    pub(super) fn scratch(&mut self) -> u32 {
        self.high = self.high.max(self.next + 1);
        self.next
    }
    /// The register in which a value should be made.
    pub(super) fn target(&mut self, dest: Dest) -> u32 {
        match dest {
            Dest::Register(register) if register < self.next => register,
            _ => self.scratch(),
        }
    }
    /// Remembers what went wrong, to be reported when the procedure is finished.
    pub(super) fn fail(&mut self, error: CompileError) {
        self.error.get_or_insert(error);
    }

    /// Generates code for `core`.
    pub(super) fn expression(&mut self, core: &'c Core, dest: Dest) {
        if !self.emitter.is_reachable() {
            return;
        }
        if self.unit.known.gives_up() {
            self.fail(CompileError::Interrupted);
            return;
        }
        match core {
            Core::Const(datum) => match dest {
                Dest::Effect => {}
                Dest::Branch(branch) => self.decided(constant::truth(core) != Some(false), branch),
                _ => {
                    let register = self.target(dest);
                    self.emitter.load(register, datum);
                    self.deliver(register, dest);
                }
            },
            Core::Unspecified => self.unspecified(dest),
            Core::Local(var, span) => self.local(*var, *span, dest),
            Core::Global(id, span) => {
                let register = self.target(dest);
                let cell = self.emitter.cell(*id);
                self.emitter.abc_x(Op::GlobalRef, [register, 0, 0], cell, *span);
                self.deliver(register, dest);
            }
            Core::SetLocal(var, value, _) => {
                self.assign(*var, value);
                self.unspecified(dest);
            }
            Core::SetGlobal(id, value, span) => {
                self.set_global(Op::GlobalSet, *id, value, *span);
                self.unspecified(dest);
            }
            Core::DefineGlobal(id, value, span) => {
                self.set_global(Op::GlobalDefine, *id, value, *span);
                self.unspecified(dest);
            }
            Core::If(test, then, otherwise) => self.conditional(test, then, otherwise, dest),
            Core::Lambda(lambda) => {
                let register = self.target(dest);
                self.closure(lambda, None, register);
                self.deliver(register, dest);
            }
            Core::Seq(parts) => {
                let (last, others) = parts.split_last().expect("a sequence is not empty");
                others.iter().for_each(|part| self.expression(part, Dest::Effect));
                self.expression(last, dest);
            }
            Core::Call(call) => self.call(call, dest),
            Core::Let(bindings, body) => self.let_scope(bindings, body, dest),
            Core::Letrec(bindings, body) => self.letrec_scope(bindings, body, dest),
        }
    }

    /// The value is in `register`: hands it on.
    pub(super) fn deliver(&mut self, register: u32, dest: Dest) {
        match dest {
            Dest::Register(to) => self.emitter.copy(to, register),
            Dest::Effect => {}
            Dest::Tail => self.emitter.ret(register),
            Dest::Branch(branch) => {
                self.jump_on_register(Op::JumpIfTrue, Op::JumpIfFalse, register, branch);
            }
        }
    }

    /// Branches by an instruction that jumps when the test holds and its opposite.
    pub(super) fn jump_on_register(&mut self, holds: Op, fails: Op, register: u32, branch: Branch) {
        match branch.fall {
            Fall::Otherwise => self.emitter.jump_on(holds, fails, register, branch.then),
            Fall::Then => self.emitter.jump_on(fails, holds, register, branch.otherwise),
            Fall::Neither => {
                self.emitter.jump_on(fails, holds, register, branch.otherwise);
                self.emitter.jump(branch.then);
            }
        }
    }

    /// Goes where a test whose outcome is known leads.
    pub(super) fn decided(&mut self, holds: bool, branch: Branch) {
        // A jump to what comes next is taken back when that is bound.
        self.emitter.jump(if holds { branch.then } else { branch.otherwise });
    }

    /// The value is unspecified.
    pub(super) fn unspecified(&mut self, dest: Dest) {
        match dest {
            Dest::Effect => {}
            Dest::Branch(branch) => self.decided(true, branch),
            Dest::Register(_) | Dest::Tail => {
                let register = self.target(dest);
                self.emitter.a_bc(Op::Immediate, register, UNSPECIFIED, Span::NONE);
                self.deliver(register, dest);
            }
        }
    }

    fn conditional(&mut self, test: &'c Core, then: &'c Core, otherwise: &'c Core, dest: Dest) {
        let initialised = self.initialised.len();
        if let Dest::Branch(branch) = dest {
            self.nested_test(test, then, otherwise, branch);
            self.initialised.truncate(initialised);
            return;
        }
        let (on_true, on_false) = (self.emitter.label(), self.emitter.label());
        let branch = Branch { then: on_true, otherwise: on_false, fall: Fall::Then };
        self.expression(test, Dest::Branch(branch));
        let after_test = self.initialised.len();
        self.emitter.bind(on_true);
        self.arm(test, then, dest);
        self.initialised.truncate(after_test);
        let end = self.emitter.label();
        self.emitter.jump(end);
        self.emitter.bind(on_false);
        self.expression(otherwise, dest);
        self.initialised.truncate(after_test);
        self.emitter.bind(end);
    }

    /// What is done when the test holds: a procedure written out, if that is what the test was for.
    fn arm(&mut self, test: &'c Core, then: &'c Core, dest: Dest) {
        let from = self.emitter.position();
        self.expression(then, dest);
        if let Some((name, call)) = guarded::tested(test, self.unit.known) {
            self.emitter.note_inlined(from, name, call);
        }
    }

    /// A conditional that is itself a test: its arms go straight to the outer destinations.
    fn nested_test(&mut self, test: &'c Core, then: &'c Core, otherwise: &'c Core, branch: Branch) {
        let outcome = |holds: bool| if holds { branch.then } else { branch.otherwise };
        match (constant::truth(then), constant::truth(otherwise)) {
            (Some(on_true), Some(on_false)) => {
                let inner = Branch {
                    then: outcome(on_true),
                    otherwise: outcome(on_false),
                    fall: Fall::Neither,
                };
                self.expression(test, Dest::Branch(inner));
            }
            (_, Some(on_false)) => {
                let on_true = self.emitter.label();
                let inner =
                    Branch { then: on_true, otherwise: outcome(on_false), fall: Fall::Then };
                self.expression(test, Dest::Branch(inner));
                self.emitter.bind(on_true);
                self.arm(test, then, Dest::Branch(branch));
            }
            (on_true, None) => {
                let (first, second) = (self.emitter.label(), self.emitter.label());
                if let Some(on_true) = on_true {
                    let then = outcome(on_true);
                    let inner = Branch { then, otherwise: second, fall: Fall::Otherwise };
                    self.expression(test, Dest::Branch(inner));
                } else {
                    let inner = Branch { then: first, otherwise: second, fall: Fall::Then };
                    self.expression(test, Dest::Branch(inner));
                    let initialised = self.initialised.len();
                    self.emitter.bind(first);
                    let dest = Dest::Branch(Branch { fall: Fall::Neither, ..branch });
                    self.arm(test, then, dest);
                    self.initialised.truncate(initialised);
                }
                self.emitter.bind(second);
                self.expression(otherwise, Dest::Branch(branch));
            }
        }
    }

    fn set_global(&mut self, op: Op, id: crate::globals::GlobalId, value: &'c Core, span: Span) {
        let mark = self.next;
        let register = self.operand(value);
        self.next = mark;
        let cell = self.emitter.cell(id);
        self.emitter.abc_x(op, [register, 0, 0], cell, span);
    }

    /// The register of an operand: its own if it is a variable that has one, else a new temporary.
    pub(super) fn operand(&mut self, core: &'c Core) -> u32 {
        if let Some(register) = self.register_of(core) {
            return register;
        }
        let register = self.next;
        self.expression(core, Dest::Register(register));
        self.reserve(1);
        register
    }

    /// The register of a variable that can be used in place.
    pub(super) fn register_of(&self, core: &Core) -> Option<u32> {
        match core {
            Core::Local(var, _) if !self.needs_check(*var) => match self.places.get(var) {
                Some(Place::Register(register)) => Some(*register),
                _ => None,
            },
            Core::Const(datum) => self.hoisted_register(datum),
            _ => None,
        }
    }
}
