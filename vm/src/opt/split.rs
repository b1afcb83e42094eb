//! Keeps procedures within what an instruction can express.
//!
//! A frame has at most 250 registers. An expression that would need too many becomes the body of a
//! procedure without parameters, called at once, with a frame of its own. A call with very many
//! arguments passes them in a list. This runs last: nothing undoes it.

use super::known::{Known, MAX_ARGUMENTS, Operation};
use super::walk::{map_bodies, replace};
use crate::core_form::{Call, Clause, Core, Lambda, VarId};
use crate::source::Span;

/// From this many registers on, an expression that binds or calls gets a frame of its own.
const DEEP: usize = 120;
/// A `Let` of more variables than this is taken apart.
const MAX_BINDINGS: usize = 50;
/// Arguments passed in a list are consed in portions of this many.
const PORTION: usize = 50;

/// Rewrites what is too big in `core`.
pub fn split(core: Core, known: &Known<'_>) -> Core {
    Splitter { known }.visit(core, 0)
}

struct Splitter<'k> {
    known: &'k Known<'k>,
}

impl Splitter<'_> {
    /// `used` is an upper bound of the registers in use where `core` stands.
    fn visit(&self, core: Core, used: usize) -> Core {
        if self.known.gives_up() {
            return core;
        }
        let deep = used > DEEP;
        match core {
            Core::Let(..) | Core::Letrec(..) | Core::Call(..) if deep => self.in_new_frame(core),
            Core::Let(bindings, body) if bindings.len() > MAX_BINDINGS => {
                let mut first = bindings;
                let rest = first.split_off(MAX_BINDINGS);
                let body = Core::Let(rest, body);
                self.visit(Core::Let(first, Box::new(body)), used)
            }
            Core::Let(mut bindings, mut body) => {
                let used = self.bindings(&mut bindings, used);
                replace(&mut body, |body| self.visit(body, used));
                Core::Let(bindings, body)
            }
            Core::Letrec(mut bindings, mut body) => {
                let used = self.bindings(&mut bindings, used);
                replace(&mut body, |body| self.visit(body, used));
                Core::Letrec(bindings, body)
            }
            Core::Call(call) => self.call(call, used),
            Core::Lambda(mut lambda) => {
                let used = 2 * parameters(&lambda) + 2;
                map_bodies(&mut lambda, |body| self.visit(body, used));
                Core::Lambda(lambda)
            }
            other => super::walk::map_parts(other, |part| self.visit(part, used)),
        }
    }

    /// Visits the values of bindings; the registers in use in their scope. A procedure among them may
    /// become a label and share the frame.
    fn bindings(&self, bindings: &mut [(VarId, Core)], used: usize) -> usize {
        let of_labels: usize = bindings
            .iter()
            .map(|(_, value)| match value {
                Core::Lambda(lambda) if lambda.clauses.len() == 1 => parameters(lambda),
                _ => 0,
            })
            .sum();
        let inside = used + 2 + bindings.len() + of_labels;
        for (index, (_, value)) in bindings.iter_mut().enumerate() {
            match value {
                Core::Lambda(lambda) if lambda.clauses.len() == 1 => {
                    let used = inside + parameters(lambda) + 2;
                    map_bodies(lambda, |body| self.visit(body, used));
                }
                other => replace(other, |other| self.visit(other, used + 2 + index)),
            }
        }
        inside
    }

    fn call(&self, mut call: Box<Call>, used: usize) -> Core {
        if call.args.len() > MAX_ARGUMENTS
            && !matches!(self.known.operation(&call), Some(Operation::Intrinsic(_)))
            && let Some(rewritten) = self.with_list(&call)
        {
            return self.visit(rewritten, used);
        }
        replace(&mut call.callee, |callee| self.visit(callee, used + 1));
        for (index, arg) in call.args.iter_mut().enumerate() {
            replace(arg, |arg| self.visit(arg, used + 2 + index));
        }
        Core::Call(call)
    }

    /// `(f a b ...)` as `(apply f (append (list a ...) (list ...) ...))`.
    fn with_list(&self, call: &Call) -> Option<Core> {
        let span = call.span;
        let mut portions = Vec::new();
        for portion in call.args.chunks(PORTION) {
            portions.push(self.known.call("list", portion.to_vec(), span)?);
        }
        while portions.len() > 1 {
            let mut joined = Vec::new();
            for portion in portions.chunks(PORTION) {
                joined.push(self.known.call("append", portion.to_vec(), span)?);
            }
            portions = joined;
        }
        let list = portions.pop()?;
        match self.known.standard(&call.callee).as_deref() {
            Some("list") => Some(list),
            Some("vector") => self.known.call("list->vector", vec![list], span),
            _ => self.known.call("apply", vec![call.callee.clone(), list], span),
        }
    }

    fn in_new_frame(&self, core: Core) -> Core {
        let body = self.visit(core, 0);
        let clause = Clause { params: Vec::new(), rest: None, body };
        let lambda = Lambda { name: None, clauses: vec![clause], span: Span::NONE };
        let callee = Core::Lambda(Box::new(lambda));
        Core::Call(Box::new(Call { callee, args: Vec::new(), span: Span::NONE }))
    }
}

fn parameters(lambda: &Lambda) -> usize {
    lambda.clauses.iter().map(|clause| clause.params.len() + 1).max().unwrap_or(0)
}
