//! Flonum constants of loops, loaded once before the loop.
//!
//! A flonum is no immediate operand of any instruction, so a loop would load its constants each
//! time round. Constants of closures made inside the loop are not looked at: they have frames of
//! their own.

use super::generate::Generator;
use crate::core_form::{Core, Lambda, VarId};
use crate::num::Number;
use crate::opt::walk::each_part;
use crate::read::datum::{Datum, DatumKind};

/// At most this many constants of a loop are given registers.
const MOST: usize = 6;
/// No more are given registers in frames that are this large already.
const CROWDED: u32 = 120;

impl<'c> Generator<'c> {
    /// Loads the flonum constants of the labels' bodies, if one of them is a loop.
    pub(super) fn hoist_constants(&mut self, labels: &[(VarId, &'c Lambda)]) {
        let is_loop = |core: &Core| calls_any(core, labels);
        if self.next > CROWDED || !labels.iter().any(|(_, lambda)| is_loop(body(lambda))) {
            return;
        }
        let mut found = Vec::new();
        for (_, lambda) in labels {
            self.collect(body(lambda), &mut found);
        }
        for datum in found.into_iter().take(MOST) {
            let register = self.next;
            self.reserve(1);
            self.emitter.load(register, datum);
            self.hoisted.extend(flonum_bits(datum).map(|bits| (bits, register)));
        }
    }

    /// The register that a constant was loaded into before the loop.
    pub(super) fn hoisted_register(&self, datum: &Datum) -> Option<u32> {
        let bits = flonum_bits(datum)?;
        let found = self.hoisted.iter().find(|(known, _)| *known == bits);
        found.map(|(_, register)| *register)
    }

    fn collect(&self, core: &'c Core, found: &mut Vec<&'c Datum>) {
        match core {
            Core::Const(datum) => {
                let bits = flonum_bits(datum);
                let is_new = |bits| found.iter().all(|known| flonum_bits(known) != Some(bits));
                if bits.is_some_and(is_new) && self.hoisted_register(datum).is_none() {
                    found.push(datum);
                }
            }
            Core::Let(bindings, inner) | Core::Letrec(bindings, inner) => {
                for (var, value) in bindings {
                    match value {
                        Core::Lambda(lambda) if self.unit.plan.is_label(*var) => {
                            self.collect(body(lambda), found);
                        }
                        _ => self.collect(value, found),
                    }
                }
                self.collect(inner, found);
            }
            Core::Lambda(_) => {}
            _ => each_part(core, |part| self.collect(part, found)),
        }
    }
}

/// Labels have one clause.
fn body(lambda: &Lambda) -> &Core {
    &lambda.clauses[0].body
}

fn calls_any(core: &Core, labels: &[(VarId, &Lambda)]) -> bool {
    if let Core::Call(call) = core
        && let Core::Local(callee, _) = &call.callee
        && labels.iter().any(|(var, _)| var == callee)
    {
        return true;
    }
    let mut calls = false;
    each_part(core, |part| calls = calls || calls_any(part, labels));
    calls
}

fn flonum_bits(datum: &Datum) -> Option<u64> {
    match &datum.kind {
        DatumKind::Number(number) => match **number {
            Number::Flonum(x) => Some(x.to_bits()),
            _ => None,
        },
        _ => None,
    }
}
