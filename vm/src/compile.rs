//! The compiler: core language to bytecode.
//!
//! [`compile_toplevel`] runs the optimiser, plans where variables live ([`closures`]) and generates
//! code ([`generate`]): destination-driven, in one pass over each procedure, with registers in stack
//! discipline.

pub mod calls;
pub mod closures;
pub mod emit;
pub mod generate;
pub mod hoist;
pub mod moves;
pub mod operations;
pub mod scopes;

#[cfg(test)]
pub(crate) mod tests;

use crate::bytecode::template::CodeTemplate;
use crate::bytecode::verify;
use crate::core_form::{Core, Definition, Vars};
use crate::globals::{GlobalId, GlobalInfo};
use crate::opt;
use crate::opt::guarded::{self, Guarded};
use crate::opt::known::Known;
use crate::source::Span;
use crate::symbols::Symbols;
use std::fmt;
use std::sync::Arc;

/// A native primitive as the compiler sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PrimSignature {
    /// Its number, for the `Prim` instructions.
    pub id: u32,
    /// The fewest arguments it takes.
    pub min: u8,
    /// The most it takes; 255 for no bound.
    pub max: u8,
}

/// What the compiler asks of global variables.
pub trait GlobalFacts {
    /// What is known of a global variable.
    fn info(&self, id: GlobalId) -> GlobalInfo;
    /// The global variable of the core namespace with this name.
    fn core(&self, name: &str) -> Option<GlobalId>;
    /// What a variable of the core namespace is defined as, if it is defined in Scheme.
    fn definition(&self, id: GlobalId) -> Option<Arc<Definition>>;
    /// The procedure that a variable holds, if calls of it can be replaced.
    fn guarded(&self, _: GlobalId) -> Option<Guarded> {
        None
    }
}

/// What surrounds a form that is compiled.
pub struct CompileContext<'a> {
    /// The global variables.
    pub globals: &'a dyn GlobalFacts,
    /// The symbols.
    pub symbols: &'a Symbols,
    /// The native primitive behind a standard name, if `Prim` instructions may call it.
    pub prims: &'a dyn Fn(&str) -> Option<PrimSignature>,
    /// Is the compilation to be given up? Asked every some thousand expressions.
    pub stop: &'a dyn Fn() -> bool,
}

/// Why a form can't be compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompileError {
    /// A procedure needs more registers than a frame has: it takes too many parameters.
    TooManyVariables(Span),
    /// A procedure has more code or constants than instructions can address.
    TooLarge(Span),
    /// The `stop` of the [`CompileContext`] said so.
    Interrupted,
}

impl CompileError {
    /// The procedure.
    pub fn span(self) -> Span {
        match self {
            CompileError::TooManyVariables(span) | CompileError::TooLarge(span) => span,
            CompileError::Interrupted => Span::NONE,
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CompileError::TooManyVariables(_) => "a procedure has too many variables",
            CompileError::TooLarge(_) => "a procedure is too large",
            CompileError::Interrupted => "interrupted",
        })
    }
}

impl std::error::Error for CompileError {}

/// Compiles a top-level form: the code of a procedure without parameters.
///
/// # Errors
/// When a procedure is too big to be expressed, or the compilation given up.
pub fn compile_toplevel(
    core: Core,
    vars: &mut Vars,
    context: &CompileContext<'_>,
) -> Result<CodeTemplate, CompileError> {
    let known = Known::new(context);
    let core = opt::optimise(core, vars, &known);
    let mut code = generate_code(&core, vars, &known)?;
    if let Some(definition) = guarded::definition_of(&core, vars, &known) {
        code.define(definition);
    }
    debug_assert_eq!(verify::verify(&code), Ok(()), "compiled code is well formed");
    Ok(code)
}

/// Generates the code of an optimised form.
fn generate_code(
    core: &Core,
    vars: &Vars,
    known: &Known<'_>,
) -> Result<CodeTemplate, CompileError> {
    let plan = closures::plan(core, vars, known);
    if known.has_given_up() {
        return Err(CompileError::Interrupted);
    }
    let short = generate::Unit { known, vars, plan: &plan, jumps: emit::Jumps::Short };
    match generate::toplevel(core, &short) {
        Err(CompileError::TooLarge(_)) => {
            generate::toplevel(core, &generate::Unit { jumps: emit::Jumps::Long, ..short })
        }
        result => result,
    }
}
