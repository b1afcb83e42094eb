//! What the compiler produces: code without heap values, ready to be loaded into any heap.

use crate::core_form::Definition;
use crate::globals::GlobalId;
use crate::read::datum::Datum;
use crate::source::Span;
use crate::symbols::Sym;
use std::sync::Arc;

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
    /// Procedures written out in this one, inner ones first.
    pub inlined: Vec<Inlined>,
    /// What the procedure is defined as, if calls of it can be replaced.
    pub definition: Option<Arc<Definition>>,
    /// Where the procedure stands.
    pub span: Span,
}

impl CodeTemplate {
    /// The procedure that this code defines is defined as this.
    pub(crate) fn define(&mut self, definition: Arc<Definition>) {
        let procedure = self.constants.iter_mut().find_map(|constant| match constant {
            ConstTemplate::Closure(inner) => Some(inner),
            _ => None,
        });
        if let Some(procedure) = procedure {
            procedure.definition = Some(definition);
        }
    }
}

/// A procedure that was written out where it is called.
#[derive(Clone, Copy, Debug)]
pub struct Inlined {
    /// The word its code begins at.
    pub from: u32,
    /// The word after it.
    pub to: u32,
    /// Its name.
    pub name: Sym,
    /// Where it is called.
    pub call: Span,
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
