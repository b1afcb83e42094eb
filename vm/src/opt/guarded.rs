//! Small procedures of the program, written out where they are called, behind a test.
//!
//! `(f x)`, where the global variable `f` holds a small procedure that calls nothing but standard
//! procedures, becomes
//!
//! ```text
//! (let ((y x))
//!   (if (%unchanged? '(cell of f . procedure) 'f) body (f y)))
//! ```
//!
//! The test looks at what the variable holds then, so nothing has to be undone when a program gives
//! the variable another value: from that moment on, whichever thread did it, that is called. Backtraces show the
//! procedure all the same (`bytecode::template::Inlined`).

use super::known::Known;
use super::rename::write_out;
use super::walk::{bind, conditional, each_part, map_parts, size};
use crate::core_form::{Call, Core, Definition, Vars};
use crate::globals::GlobalId;
use crate::read::datum::Datum;
use crate::source::Span;
use crate::symbols::Sym;
use std::sync::Arc;

/// Procedures with fewer nodes than this are written out.
const SMALL: usize = 24;
/// At most so many nodes are added to a form.
const ROOM: usize = 600;

/// A procedure that can be written out where the global variable that holds it is called.
#[derive(Clone)]
pub struct Guarded {
    /// What it is defined as: a procedure of one clause that takes a fixed number of arguments.
    pub definition: Arc<Definition>,
    /// The variable's name.
    pub name: Sym,
    /// The pair of the variable's cell and the procedure.
    pub expected: Datum,
}

/// What an optimised form defines, if calls of it are worth replacing.
pub fn definition_of(core: &Core, vars: &Vars, known: &Known<'_>) -> Option<Arc<Definition>> {
    let Core::DefineGlobal(_, value, _) = core else { return None };
    let Core::Lambda(lambda) = &**value else { return None };
    let [clause] = &lambda.clauses[..] else { return None };
    let small = size(&clause.body, SMALL) < SMALL && calls_nothing(&clause.body, known);
    (small && clause.rest.is_none())
        .then(|| Arc::new(Definition { value: (**value).clone(), vars: vars.clone() }))
}

/// Is every call in the expression an operation, and no procedure made?
fn calls_nothing(core: &Core, known: &Known<'_>) -> bool {
    let part = match core {
        Core::Lambda(_) | Core::Letrec(..) | Core::DefineGlobal(..) => false,
        Core::Call(call) => known.operation(call).is_some(),
        _ => true,
    };
    let mut all = part;
    each_part(core, |part| all = all && calls_nothing(part, known));
    all
}

/// The global variables that an expression refers to.
pub fn globals_of(core: &Core, visit: &mut dyn FnMut(GlobalId)) {
    if let Core::Global(id, _) | Core::SetGlobal(id, ..) = core {
        visit(*id);
    }
    each_part(core, |part| globals_of(part, visit));
}

/// Writes out calls inside procedures; what is outside of them runs once.
pub fn inline(core: Core, vars: &mut Vars, known: &Known<'_>) -> Core {
    Pass { vars, known, room: ROOM }.core(core, false)
}

/// The name of a procedure and the place where it is called, if `test` decides whether it is as it was.
pub fn tested(test: &Core, known: &Known<'_>) -> Option<(Sym, Span)> {
    let Core::Call(call) = test else { return None };
    let [_, Core::Const(name)] = &call.args[..] else { return None };
    let is_test = known.standard(&call.callee).is_some_and(|name| &*name == "%unchanged?");
    is_test.then_some((name.as_symbol()?, call.span))
}

struct Pass<'v, 'k> {
    vars: &'v mut Vars,
    known: &'k Known<'k>,
    room: usize,
}

impl Pass<'_, '_> {
    fn core(&mut self, core: Core, inside: bool) -> Core {
        if self.known.gives_up() {
            return core;
        }
        let within = inside || matches!(core, Core::Lambda(_));
        match map_parts(core, |part| self.core(part, within)) {
            Core::Call(call) if inside => {
                self.written_out(&call).unwrap_or_else(|| Core::Call(call))
            }
            other => other,
        }
    }

    fn written_out(&mut self, call: &Call) -> Option<Core> {
        let Core::Global(id, _) = call.callee else { return None };
        let guarded = self.known.guarded(id)?;
        let Core::Lambda(lambda) = &guarded.definition.value else { return None };
        let [clause] = &lambda.clauses[..] else { return None };
        let room = self.room.checked_sub(size(&clause.body, SMALL))?;
        if clause.params.len() != call.args.len() {
            return None;
        }
        let span = call.span;
        let name = Core::Const(Datum::symbol(guarded.name, Span::NONE));
        let test = vec![Core::Const(guarded.expected.clone()), name];
        let test = self.known.call("%unchanged?", test, span)?;
        self.room = room;

        let clause = write_out(clause, &guarded.definition.vars, self.vars);
        let names = clause.params.iter().map(|var| self.vars.info(*var).name).collect::<Vec<_>>();
        let vars = names.into_iter().map(|name| self.vars.fresh(name)).collect::<Vec<_>>();
        let values = || vars.iter().map(|var| Core::Local(*var, span));
        let body = bind(clause.params.into_iter().zip(values()).collect(), clause.body);
        let again = Call { callee: call.callee.clone(), args: values().collect(), span };
        let choice = conditional(test, body, Core::Call(Box::new(again)));
        let args = call.args.iter().cloned();
        Some(bind(vars.iter().copied().zip(args).collect(), choice))
    }
}
