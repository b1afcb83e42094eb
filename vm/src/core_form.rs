//! The small language between the expander and the compiler.
//!
//! The expander produces [`Core`], the optimiser rewrites it, the code generator consumes it.
//! Every variable is unique (an index into [`Vars`]), every name is resolved, every syntactic
//! check is done: a `Core` that reaches the optimiser is a legal program.

mod text;

pub use text::Names;

use crate::globals::GlobalId;
use crate::read::datum::Datum;
use crate::source::Span;
use crate::symbols::Sym;

/// A local variable: an index into the [`Vars`] of its compilation unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct VarId(pub u32);

/// What is known of a local variable.
#[derive(Clone, Debug)]
pub struct VarInfo {
    /// The name in the source, for backtraces and the disassembler.
    pub name: Sym,
    /// Is it the target of some [`Core::SetLocal`]?
    pub assigned: bool,
}

/// The local variables of one compilation unit (one top-level form).
#[derive(Clone, Debug, Default)]
pub struct Vars {
    infos: Vec<VarInfo>,
}

impl Vars {
    /// A new variable, distinct from all others.
    pub fn fresh(&mut self, name: Sym) -> VarId {
        self.infos.push(VarInfo { name, assigned: false });
        VarId(u32::try_from(self.infos.len() - 1).expect("fewer than 2^32 variables in a form"))
    }
    /// What is known of `var`.
    pub fn info(&self, var: VarId) -> &VarInfo {
        &self.infos[var.0 as usize]
    }
    /// The same, to change it.
    pub fn info_mut(&mut self, var: VarId) -> &mut VarInfo {
        &mut self.infos[var.0 as usize]
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.infos.len()
    }
    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.infos.is_empty()
    }
}

/// An expression of the core language.
#[derive(Clone, Debug)]
pub enum Core {
    /// A constant.
    Const(Datum),
    /// What expressions without a useful result return.
    Unspecified,
    /// The value of a local variable. A `letrec` variable read too early is an error at run time.
    Local(VarId, Span),
    /// The value of a global variable.
    Global(GlobalId, Span),
    /// `set!` on a local variable.
    SetLocal(VarId, Box<Core>, Span),
    /// `set!` on a global variable; unbound ones are an error at run time.
    SetGlobal(GlobalId, Box<Core>, Span),
    /// `define` at top level.
    DefineGlobal(GlobalId, Box<Core>, Span),
    /// `(if test then else)`.
    If(Box<Core>, Box<Core>, Box<Core>),
    /// A procedure.
    Lambda(Box<Lambda>),
    /// Expressions in order; the value of the last. Never empty.
    Seq(Vec<Core>),
    /// A procedure call.
    Call(Box<Call>),
    /// Bind fresh variables to values, evaluated in an unspecified order.
    Let(Vec<(VarId, Core)>, Box<Core>),
    /// Bind fresh variables in the scope of all of them, in order (`letrec*`).
    Letrec(Vec<(VarId, Core)>, Box<Core>),
}

/// What a variable of the Scheme library is defined as.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The expression.
    pub value: Core,
    /// The variables in it.
    pub vars: Vars,
}

/// A procedure: one clause, or several for `case-lambda`.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// The name it was defined under, for backtraces.
    pub name: Option<Sym>,
    /// Tried in order; the first whose arity fits is run.
    pub clauses: Vec<Clause>,
    /// Where it stands.
    pub span: Span,
}

/// One clause of a procedure.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The required parameters.
    pub params: Vec<VarId>,
    /// The rest parameter.
    pub rest: Option<VarId>,
    /// The body.
    pub body: Core,
}

/// A procedure call.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called.
    pub callee: Core,
    /// The arguments.
    pub args: Vec<Core>,
    /// Where the call stands.
    pub span: Span,
}
