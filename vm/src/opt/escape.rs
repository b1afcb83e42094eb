//! `call/cc` for which an escape will do.
//!
//! `(call/cc (lambda (k) ...))` becomes `(%call/ec (lambda (k) ...))` when `k` is only ever called, and
//! only by code that runs while the body does: the body itself, its loops, and procedures handed
//! directly to a standard procedure that calls them and forgets them.

use super::known::Known;
use super::labels;
use super::walk::{each_part, map_parts};
use crate::core_form::{Call, Core, VarId, Vars};
use rustc_hash::FxHashSet;

/// Standard procedures that call their first argument and don't keep it.
const ITERATORS: &[&str] = &[
    "for-each",
    "map",
    "vector-for-each",
    "vector-map",
    "string-for-each",
    "string-map",
    "call-with-values",
];

/// Rewrites the calls of `call/cc` in `core` for which that makes no difference.
pub fn convert(core: Core, vars: &Vars, known: &Known<'_>) -> Core {
    if !mentions_capture(&core, known) {
        return core;
    }
    let labels = labels::find(&core, vars);
    Converter { known, labels, vars }.convert(core)
}

fn is_capture(callee: &Core, known: &Known<'_>) -> bool {
    let name = known.standard(callee);
    matches!(name.as_deref(), Some("call/cc" | "call-with-current-continuation"))
}

fn mentions_capture(core: &Core, known: &Known<'_>) -> bool {
    if known.gives_up() {
        return false;
    }
    let mut found = is_capture(core, known);
    each_part(core, |part| found = found || mentions_capture(part, known));
    found
}

struct Converter<'k> {
    known: &'k Known<'k>,
    labels: FxHashSet<VarId>,
    vars: &'k Vars,
}

impl Converter<'_> {
    fn convert(&self, core: Core) -> Core {
        if self.known.gives_up() {
            return core;
        }
        let core = map_parts(core, |part| self.convert(part));
        match core {
            Core::Call(mut call) if self.will_do(&call) => {
                call.callee = self.known.global("%call/ec", call.span).unwrap_or(call.callee);
                Core::Call(call)
            }
            other => other,
        }
    }
    fn will_do(&self, call: &Call) -> bool {
        let [Core::Lambda(lambda)] = &call.args[..] else { return false };
        let [clause] = &lambda.clauses[..] else { return false };
        let [var] = clause.params[..] else { return false };
        clause.rest.is_none()
            && is_capture(&call.callee, self.known)
            && !self.vars.info(var).assigned
            && self.only_called(&clause.body, var)
    }
    /// Is `var` only called, by code that runs in the extent of `core`?
    fn only_called(&self, core: &Core, var: VarId) -> bool {
        match core {
            Core::Local(other, _) => *other != var,
            Core::Lambda(_) => !mentions(core, var),
            Core::Let(bindings, body) | Core::Letrec(bindings, body) => {
                let bindings = bindings.iter().all(|(bound, value)| match value {
                    Core::Lambda(_) if self.labels.contains(bound) => self.bodies(value, var),
                    _ => self.only_called(value, var),
                });
                bindings && self.only_called(body, var)
            }
            Core::Call(call) => {
                let callee = match &call.callee {
                    Core::Local(..) => true,
                    callee => self.only_called(callee, var),
                };
                let name = self.known.standard(&call.callee);
                let iterates = name.is_some_and(|name| ITERATORS.contains(&&*name));
                callee
                    && call.args.iter().enumerate().all(|(index, arg)| match arg {
                        Core::Lambda(_) if iterates && index == 0 => self.bodies(arg, var),
                        _ => self.only_called(arg, var),
                    })
            }
            _ => self.parts(core, var),
        }
    }
    fn bodies(&self, lambda: &Core, var: VarId) -> bool {
        self.parts(lambda, var)
    }
    fn parts(&self, core: &Core, var: VarId) -> bool {
        let mut fine = true;
        each_part(core, |part| fine = fine && self.only_called(part, var));
        fine
    }
}

fn mentions(core: &Core, var: VarId) -> bool {
    let mut found = matches!(core, Core::Local(other, _) if *other == var);
    each_part(core, |part| found = found || mentions(part, var));
    found
}
