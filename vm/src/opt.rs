//! The optimiser: core language to core language.
//!
//! Each pass is a function of its own file:
//!
//! 1. [`letrec`] sorts recursive bindings into plain ones, groups of procedures, and the rest;
//! 2. [`guarded`] writes out small procedures of other forms;
//! 3. [`simplify`] folds, propagates, inlines (also loops of the library: [`inline`]) and removes, in
//!    a few rounds, each with a fresh [`census`] of the variables;
//! 4. [`escape`] turns `call/cc` into an escape where that can't be told apart;
//! 5. [`split`] keeps frames and calls within what an instruction can express.
//!
//! A pass that is to stop ([`Known::gives_up`]) does nothing any more; the compilation then fails.
//!
//! After the passes a `Letrec` has one of two shapes: all its bindings are procedures that are never
//! assigned, or all of them are *declarations* (see [`letrec::is_declaration`]).

pub mod census;
pub mod constant;
pub mod effects;
pub mod escape;
pub mod fold;
pub mod guarded;
pub mod inline;
pub mod known;
pub mod labels;
pub mod letrec;
pub mod rename;
pub mod simplify;
pub mod split;
pub mod walk;

#[cfg(test)]
mod tests;

use crate::core_form::{Core, Vars};
use known::Known;

/// At most this many rounds of simplification.
const ROUNDS: usize = 4;

/// Runs every pass.
pub fn optimise(core: Core, vars: &mut Vars, known: &Known<'_>) -> Core {
    let core = letrec::fix(core, vars, known);
    let mut core = guarded::inline(core, vars, known);
    for _ in 0..ROUNDS {
        let (simpler, changed) = simplify::simplify(core, vars, known);
        core = simpler;
        if !changed || known.has_given_up() {
            break;
        }
    }
    let core = escape::convert(core, vars, known);
    let core = split::split(core, known);
    census::refresh_assigned(&core, vars, known);
    core
}
