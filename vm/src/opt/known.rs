//! What the compiler may assume of global variables, looked up once a compilation.

use super::constant;
use super::guarded::Guarded;
use crate::bytecode::intrinsic::{self, Intrinsic};
use crate::compile::CompileContext;
use crate::core_form::{Call, Core};
use crate::globals::GlobalId;
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// A primitive instruction takes at most this many arguments.
pub const MAX_PRIMITIVE_ARGUMENTS: usize = 100;
/// A call passes at most this many arguments in registers.
pub const MAX_ARGUMENTS: usize = 100;

/// After looking at so many expressions a pass asks whether it is to go on.
const EXPRESSIONS_BETWEEN_STOPS: u32 = 4096;

/// How a call of a standard procedure is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Instructions of its own.
    Intrinsic(Intrinsic),
    /// The native primitive with this number.
    Primitive(u32),
}

/// A cache of what the context says.
pub struct Known<'a> {
    /// The context.
    pub context: &'a CompileContext<'a>,
    facts: RefCell<FxHashMap<GlobalId, Fact>>,
    core: RefCell<FxHashMap<&'static str, Option<GlobalId>>>,
    guarded: RefCell<FxHashMap<GlobalId, Option<Guarded>>>,
    /// How many expressions the passes look at before they ask whether they are to go on, and whether
    /// they have given up.
    before_stop: Cell<u32>,
    given_up: Cell<bool>,
}

#[derive(Clone)]
struct Fact {
    constant: bool,
    standard: Option<Arc<str>>,
}

impl<'a> Known<'a> {
    /// Nothing is looked up yet.
    pub fn new(context: &'a CompileContext<'a>) -> Known<'a> {
        let (facts, core, guarded, given_up) = Default::default();
        let before_stop = Cell::new(EXPRESSIONS_BETWEEN_STOPS);
        Known { context, facts, core, guarded, before_stop, given_up }
    }
    /// A pass is about to look at another expression: is the compilation given up? Then a pass leaves
    /// the expression as it is, since nobody wants what it makes of it.
    #[inline]
    pub fn gives_up(&self) -> bool {
        let before_stop = self.before_stop.get() - 1;
        self.before_stop.set(before_stop);
        before_stop == 0 && self.ask()
    }
    #[cold]
    fn ask(&self) -> bool {
        self.given_up.set(self.given_up.get() || (self.context.stop)());
        // Who has given up is asked each time.
        self.before_stop.set(if self.given_up.get() { 1 } else { EXPRESSIONS_BETWEEN_STOPS });
        self.given_up.get()
    }
    /// Was the compilation given up?
    pub fn has_given_up(&self) -> bool {
        self.given_up.get()
    }
    fn fact(&self, id: GlobalId) -> Fact {
        let mut facts = self.facts.borrow_mut();
        let fact = facts.entry(id).or_insert_with(|| {
            let info = self.context.globals.info(id);
            let standard = info.standard.then(|| self.context.symbols.name(info.name));
            Fact { constant: info.constant, standard }
        });
        fact.clone()
    }
    /// Can the program not change the global variable?
    pub fn is_constant(&self, id: GlobalId) -> bool {
        self.fact(id).constant
    }
    /// The name of a standard procedure that is named by `core`.
    pub fn standard(&self, core: &Core) -> Option<Arc<str>> {
        match core {
            Core::Global(id, _) => self.fact(*id).standard,
            _ => None,
        }
    }
    /// A reference to a standard procedure or to an internal one of the core namespace.
    pub fn global(&self, name: &'static str, span: Span) -> Option<Core> {
        let mut core = self.core.borrow_mut();
        let id = core.entry(name).or_insert_with(|| self.context.globals.core(name));
        id.map(|id| Core::Global(id, span))
    }
    /// `(name args ...)` for a standard procedure.
    pub fn call(&self, name: &'static str, args: Vec<Core>, span: Span) -> Option<Core> {
        let callee = self.global(name, span)?;
        Some(Core::Call(Box::new(Call { callee, args, span })))
    }
    /// The procedure in a global variable, if calls of it can be replaced.
    pub fn guarded(&self, id: GlobalId) -> Option<Guarded> {
        if self.fact(id).standard.is_some() {
            return None;
        }
        let mut guarded = self.guarded.borrow_mut();
        guarded.entry(id).or_insert_with(|| self.context.globals.guarded(id)).clone()
    }
    /// How a call is compiled if it isn't a real call.
    pub fn operation(&self, call: &Call) -> Option<Operation> {
        let name = self.standard(&call.callee)?;
        let count = call.args.len();
        if let Some(found) = intrinsic::lookup(&name, count)
            && constant_index_fits(found, call)
        {
            return Some(Operation::Intrinsic(found));
        }
        let primitive = (self.context.prims)(&name)?;
        let fits = count >= usize::from(primitive.min)
            && (primitive.max == u8::MAX || count <= usize::from(primitive.max))
            && count <= MAX_PRIMITIVE_ARGUMENTS;
        fits.then_some(Operation::Primitive(primitive.id))
    }
}

fn constant_index_fits(found: Intrinsic, call: &Call) -> bool {
    match found {
        Intrinsic::RecordRef | Intrinsic::RecordSet => {
            constant::as_fixnum(&call.args[2]).is_some_and(|index| u32::try_from(index).is_ok())
        }
        _ => true,
    }
}
