//! What the compiler produces: code without heap values, ready to be loaded into any heap.

use crate::globals::GlobalId;
use crate::read::datum::Datum;
use crate::source::Span;
use crate::symbols::Sym;

/// A procedure's code before loading.
#[derive(Clone, Debug, Default)]
pub struct CodeTemplate {
    /// The procedure's name, for backtraces.
    pub name: Option<Sym>,
    /// The instructions.
    pub words: Vec<u32>,
    /// The clauses in order; one unless the procedure is a `case-lambda`.
    pub clauses: Vec<ClauseEntry>,
    /// How many registers the frame has, call windows and their headers included; at most 250.
    pub frame_size: u32,
    /// How many values the closure captures.
    pub captures: u32,
    /// The constants.
    pub constants: Vec<ConstTemplate>,
    /// For instructions that can fail: first word and place in the source, in ascending order.
    pub spans: Vec<(u32, Span)>,
    /// Where the procedure stands.
    pub span: Span,
}

/// Where a clause begins and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClauseEntry {
    /// How many arguments are required: they arrive in `r[0] ..`.
    pub required: u32,
    /// Are further arguments collected in a list, in `r[required]`?
    pub rest: bool,
    /// Index of the first instruction.
    pub entry: u32,
}

/// A constant before loading.
#[derive(Clone, Debug)]
pub enum ConstTemplate {
    /// A datum.
    Datum(Datum),
    /// The cell of a global variable.
    Cell(GlobalId),
    /// Code for `Closure`.
    Code(Box<CodeTemplate>),
    /// A closure that captures nothing: made once, when the code is loaded.
    Closure(Box<CodeTemplate>),
}
