//! Library procedures that call a procedure for each element, where that procedure is written out:
//! `(for-each (lambda (x) ...) items)` becomes the loop that `for-each` is. And a few small ones.
//!
//! The loop comes from the definition in the Scheme library, so it does just what a call would. No
//! code is copied but the library's own: the procedure's body moves to the one place where the loop
//! calls it.

use super::known::Known;
use super::letrec;
use super::rename::transplant;
use crate::core_form::{Clause, Core, Lambda, Vars};
use crate::source::Span;

/// Procedures of the Scheme library that are loops around calls of an argument.
const LOOPS: &[&str] = &[
    "any",
    "append-map",
    "count",
    "every",
    "filter",
    "filter-map",
    "find",
    "find-tail",
    "fold",
    "fold-left",
    "fold-right",
    "for-each",
    "list-index",
    "map",
    "partition",
    "remove",
    "string-for-each",
    "vector-count",
    "vector-fold",
    "vector-for-each",
    "vector-index",
    "vector-map",
    "vector-map!",
];

/// Small procedures of the Scheme library that seldom do more than one primitive does.
const SMALL: &[&str] = &["peek-char", "peek-u8", "read-char", "read-u8", "write-char", "write-u8"];

/// The procedure to put in place of `callee`, called at `span` with these arguments, if that pays.
pub fn body_of(
    callee: &Core,
    args: &[Core],
    span: Span,
    vars: &mut Vars,
    known: &Known<'_>,
) -> Option<Lambda> {
    let Core::Global(id, _) = callee else { return None };
    let name = known.standard(callee)?;
    let is_written_out = |arg: &Core| matches!(arg, Core::Lambda(_));
    let pays = match args.iter().any(is_written_out) {
        true => LOOPS.contains(&&*name),
        false => SMALL.contains(&&*name),
    };
    if !pays {
        return None;
    }
    let definition = known.context.globals.definition(*id)?;
    let Core::Lambda(lambda) = &definition.value else { return None };
    let fits = |clause: &&Clause| clause.rest.is_none() && clause.params.len() == args.len();
    let clause = transplant(lambda.clauses.iter().find(fits)?, &definition.vars, span, vars);
    let clause = Clause { body: letrec::fix(clause.body, vars, known), ..clause };
    Some(Lambda { name: lambda.name, clauses: vec![clause], span })
}
