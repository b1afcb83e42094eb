//! Where variables live and what closures capture: decided before code is generated.
//!
//! Variables that never change are copied into closures. A variable that is assigned lives in an
//! environment if a closure captures it, or if its scope holds a call that returns: a continuation
//! captured there could come back after an assignment. The variables of one scope share one
//! environment. Everything else lives in registers.

use crate::core_form::{Call, Clause, Core, Lambda, VarId, Vars};
use crate::opt::known::Known;
use crate::opt::labels;
use crate::opt::letrec::is_declaration;
use rustc_hash::{FxHashMap, FxHashSet};

/// The number of an environment in its compilation unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EnvironmentId(pub u32);

/// A value that a closure captures.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Capture {
    /// The value of a variable.
    Variable(VarId),
    /// An environment.
    Environment(EnvironmentId),
}

/// What was decided of one variable.
#[derive(Clone, Copy, Default, Debug)]
pub struct VariablePlan {
    /// The environment it lives in and its place there.
    pub environment: Option<(EnvironmentId, u32)>,
    /// How many arguments the procedure takes that it is known to be bound to.
    pub arity: Option<usize>,
    /// May it be read before it has a value?
    pub declared: bool,
}

impl VariablePlan {
    /// Does it live in an environment?
    pub fn is_shared(&self) -> bool {
        self.environment.is_some()
    }
}

/// What was decided of a compilation unit.
pub struct Plan {
    variables: Vec<VariablePlan>,
    captures: FxHashMap<*const Lambda, Vec<Capture>>,
    labels: FxHashSet<VarId>,
}

impl Plan {
    /// What was decided of a variable.
    pub fn variable(&self, var: VarId) -> VariablePlan {
        self.variables[var.0 as usize]
    }
    /// What a closure over `lambda` captures.
    pub fn captures(&self, lambda: &Lambda) -> &[Capture] {
        &self.captures[&std::ptr::from_ref(lambda)]
    }
    /// Is the variable bound to a procedure that is compiled as a label?
    pub fn is_label(&self, var: VarId) -> bool {
        self.labels.contains(&var)
    }
}

/// Plans a form. The plan knows procedures by their addresses: it holds as long as `core` stays.
pub fn plan(core: &Core, vars: &Vars, known: &Known<'_>) -> Plan {
    let labels = labels::find(core, vars);
    let mut scan = Scan {
        known,
        vars,
        labels: &labels,
        owners: vec![u32::MAX; vars.len()],
        captured: vec![false; vars.len()],
        variables: vec![VariablePlan::default(); vars.len()],
        frames: vec![Frame { id: 0, ..Frame::default() }],
        frame_count: 1,
        environment_count: 0,
        free: FxHashMap::default(),
    };
    scan.visit(core, true);
    let Scan { variables, free, .. } = scan;
    let captures = free.into_iter().map(|(lambda, free)| {
        let mut captures: Vec<Capture> = Vec::with_capacity(free.len());
        let mut seen = FxHashSet::default();
        for var in free {
            let capture = match variables[var.0 as usize].environment {
                Some((environment, _)) => Capture::Environment(environment),
                None => Capture::Variable(var),
            };
            if seen.insert(capture) {
                captures.push(capture);
            }
        }
        (lambda, captures)
    });
    Plan { captures: captures.collect(), variables, labels }
}

#[derive(Default)]
struct Frame {
    id: u32,
    /// The variable whose procedure this is.
    self_var: Option<VarId>,
    /// Variables of other frames, in order of their first use.
    free: Vec<VarId>,
    seen: FxHashSet<VarId>,
    /// Calls so far that return to this frame.
    calls: u32,
}

struct Scan<'p> {
    known: &'p Known<'p>,
    vars: &'p Vars,
    labels: &'p FxHashSet<VarId>,
    owners: Vec<u32>,
    captured: Vec<bool>,
    variables: Vec<VariablePlan>,
    frames: Vec<Frame>,
    frame_count: u32,
    environment_count: u32,
    free: FxHashMap<*const Lambda, Vec<VarId>>,
}

impl Scan<'_> {
    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the top level has a frame")
    }
    fn visit(&mut self, core: &Core, tail: bool) {
        if self.known.gives_up() {
            return;
        }
        match core {
            Core::Const(_) | Core::Unspecified | Core::Global(..) => {}
            Core::Local(var, _) => self.refer(*var),
            Core::SetLocal(var, value, _) => {
                self.refer(*var);
                self.visit(value, false);
            }
            Core::SetGlobal(_, value, _) | Core::DefineGlobal(_, value, _) => {
                self.visit(value, false);
            }
            Core::If(test, then, otherwise) => {
                self.visit(test, false);
                self.visit(then, tail);
                self.visit(otherwise, tail);
            }
            Core::Lambda(lambda) => self.lambda(lambda, None),
            Core::Seq(parts) => {
                let last = parts.len() - 1;
                for (index, part) in parts.iter().enumerate() {
                    self.visit(part, tail && index == last);
                }
            }
            Core::Call(call) => self.call(call, tail),
            Core::Let(bindings, body) | Core::Letrec(bindings, body) => {
                self.bindings(bindings, body, tail);
            }
        }
    }

    fn bindings(&mut self, bindings: &[(VarId, Core)], body: &Core, tail: bool) {
        let owner = self.frame().id;
        for (var, value) in bindings {
            self.owners[var.0 as usize] = owner;
            if let Core::Lambda(lambda) = value
                && let [Clause { params, rest: None, .. }] = &lambda.clauses[..]
                && !self.vars.info(*var).assigned
            {
                self.variables[var.0 as usize].arity = Some(params.len());
            }
        }
        for (var, value) in bindings {
            match value {
                Core::Lambda(lambda) if self.labels.contains(var) => {
                    self.clause(&lambda.clauses[0], tail);
                }
                Core::Lambda(lambda) if !self.vars.info(*var).assigned => {
                    self.lambda(lambda, Some(*var));
                }
                value if is_declaration(*var, value) => {
                    self.variables[var.0 as usize].declared = true;
                }
                value => self.visit(value, false),
            }
        }
        let calls = self.frame().calls;
        self.visit(body, tail);
        self.end_scope(bindings.iter().map(|(var, _)| *var), calls);
    }

    fn lambda(&mut self, lambda: &Lambda, self_var: Option<VarId>) {
        let id = self.frame_count;
        self.frame_count += 1;
        self.frames.push(Frame { id, self_var, ..Frame::default() });
        for clause in &lambda.clauses {
            self.clause(clause, true);
        }
        let frame = self.frames.pop().expect("the frame was just pushed");
        for var in &frame.free {
            self.refer(*var);
        }
        self.free.insert(std::ptr::from_ref(lambda), frame.free);
    }

    fn clause(&mut self, clause: &Clause, tail: bool) {
        let owner = self.frame().id;
        let params = || clause.params.iter().copied().chain(clause.rest);
        params().for_each(|var| self.owners[var.0 as usize] = owner);
        let calls = self.frame().calls;
        self.visit(&clause.body, tail);
        self.end_scope(params(), calls);
    }

    fn call(&mut self, call: &Call, tail: bool) {
        match &call.callee {
            Core::Local(var, _) if self.labels.contains(var) => {}
            callee if self.known.operation(call).is_none() => {
                self.frame().calls += u32::from(!tail);
                self.visit(callee, false);
            }
            _ => {}
        }
        call.args.iter().for_each(|arg| self.visit(arg, false));
    }

    fn refer(&mut self, var: VarId) {
        let owner = self.owners[var.0 as usize];
        let frame = self.frame();
        if owner == frame.id || frame.self_var == Some(var) {
            return;
        }
        if frame.seen.insert(var) {
            frame.free.push(var);
        }
        self.captured[var.0 as usize] = true;
    }

    /// Gives the variables of a scope that need it an environment. `calls` is the number of calls
    /// before the scope began.
    fn end_scope(&mut self, vars: impl Iterator<Item = VarId>, calls: u32) {
        let has_calls = self.frame().calls > calls;
        let id = EnvironmentId(self.environment_count);
        let mut count = 0;
        for var in vars {
            let index = var.0 as usize;
            if self.vars.info(var).assigned && (has_calls || self.captured[index]) {
                self.variables[index].environment = Some((id, count));
                count += 1;
            }
        }
        self.environment_count += u32::from(count > 0);
    }
}
