//! What evaluating an expression may do.

use super::known::Known;
use super::walk::each_part;
use crate::core_form::{Core, Vars};

/// Standard procedures that can't fail on any argument, whatever the number given here, and do
/// nothing but return a value.
const TOTAL: &[(&str, usize)] = &[
    ("cons", 2),
    ("eq?", 2),
    ("eqv?", 2),
    ("not", 1),
    ("null?", 1),
    ("pair?", 1),
    ("boolean?", 1),
    ("symbol?", 1),
    ("string?", 1),
    ("char?", 1),
    ("vector?", 1),
    ("bytevector?", 1),
    ("number?", 1),
    ("procedure?", 1),
    ("eof-object?", 1),
    ("%record?", 2),
];

/// Can the expression be left out when nobody wants its value?
pub fn is_pure(core: &Core, known: &Known<'_>) -> bool {
    match core {
        Core::Const(_) | Core::Unspecified | Core::Local(..) | Core::Lambda(_) => true,
        Core::Global(id, _) => known.is_constant(*id),
        Core::SetLocal(..) | Core::SetGlobal(..) | Core::DefineGlobal(..) => false,
        Core::If(..) | Core::Seq(_) | Core::Let(..) | Core::Letrec(..) => {
            let mut pure = true;
            each_part(core, |part| pure = pure && is_pure(part, known));
            pure
        }
        Core::Call(call) => {
            let Some(name) = known.standard(&call.callee) else { return false };
            let total =
                TOTAL.contains(&(&name, call.args.len())) || matches!(&*name, "list" | "vector");
            total && call.args.iter().all(|arg| is_pure(arg, known))
        }
    }
}

/// Does the expression always have the same value, whenever it is evaluated, and no identity of
/// its own? Then it may take the place of a variable bound to it.
pub fn may_be_moved(core: &Core, vars: &Vars, known: &Known<'_>) -> bool {
    match core {
        Core::Const(datum) => super::constant::may_be_copied(datum),
        Core::Unspecified => true,
        Core::Local(var, _) => !vars.info(*var).assigned,
        Core::Global(id, _) => known.is_constant(*id),
        _ => false,
    }
}
