//! How often each variable is used, and how.

use super::known::Known;
use super::letrec::is_declaration;
use super::walk::each_part;
use crate::core_form::{Core, VarId, Vars};

/// Uses of one variable.
#[derive(Clone, Copy, Default, Debug)]
pub struct Uses {
    /// How often it is read, calls included.
    pub reads: u32,
    /// How often it is called.
    pub calls: u32,
    /// Reads inside the procedure that it is bound to.
    pub inner_reads: u32,
    /// How often it is assigned.
    pub writes: u32,
}

/// Uses of every variable of a form.
#[derive(Default, Debug)]
pub struct Census {
    uses: Vec<Uses>,
    inside: Vec<bool>,
}

impl Census {
    /// Counts the uses in `core`.
    pub fn take(core: &Core, vars: &Vars, known: &Known<'_>) -> Census {
        let mut census = Census::default();
        census.grow(vars);
        census.add(core, known);
        census
    }
    /// Makes room for variables made since, whose uses are about to be added.
    pub fn grow(&mut self, vars: &Vars) {
        self.uses.resize(vars.len(), Uses::default());
        self.inside.resize(vars.len(), false);
    }
    /// Makes room for variables made since, of which nothing is to be assumed in this round.
    pub fn grow_unknown(&mut self, vars: &Vars) {
        self.uses.resize(vars.len(), Uses { reads: 2, ..Uses::default() });
        self.inside.resize(vars.len(), false);
    }
    /// The uses of a variable.
    pub fn of(&self, var: VarId) -> Uses {
        self.uses[var.0 as usize]
    }
    /// Adds the reads of a variable that is about to be replaced by `var`.
    pub fn share(&mut self, var: VarId, uses: Uses) {
        let shared = self.at(var);
        shared.reads += uses.reads;
        shared.calls += uses.calls;
    }
    fn at(&mut self, var: VarId) -> &mut Uses {
        &mut self.uses[var.0 as usize]
    }
    /// Adds the uses in `core`.
    pub fn add(&mut self, core: &Core, known: &Known<'_>) {
        if known.gives_up() {
            return;
        }
        match core {
            Core::Local(var, _) => self.read(*var, false),
            Core::SetLocal(var, value, _) => {
                self.at(*var).writes += 1;
                self.add(value, known);
            }
            Core::Call(call) => {
                match &call.callee {
                    Core::Local(var, _) => self.read(*var, true),
                    callee => self.add(callee, known),
                }
                call.args.iter().for_each(|arg| self.add(arg, known));
            }
            Core::Letrec(bindings, body) => {
                for (var, value) in bindings {
                    let is_procedure = matches!(value, Core::Lambda(_));
                    if is_declaration(*var, value) {
                        continue;
                    }
                    self.inside[var.0 as usize] = is_procedure;
                    self.add(value, known);
                    self.inside[var.0 as usize] = false;
                }
                self.add(body, known);
            }
            _ => each_part(core, |part| self.add(part, known)),
        }
    }
    fn read(&mut self, var: VarId, called: bool) {
        let inner = self.inside[var.0 as usize];
        let uses = self.at(var);
        uses.reads += 1;
        uses.calls += u32::from(called);
        uses.inner_reads += u32::from(inner);
    }
}

/// Brings [`crate::core_form::VarInfo::assigned`] up to date.
pub fn refresh_assigned(core: &Core, vars: &mut Vars, known: &Known<'_>) {
    let census = Census::take(core, vars, known);
    for number in 0..vars.len() {
        let var = VarId(u32::try_from(number).expect("variables are numbered in 32 bits"));
        vars.info_mut(var).assigned = census.of(var).writes > 0;
    }
}
