//! Going through the parts of an expression.

use crate::core_form::{Core, Lambda, VarId};

/// Calls `visit` with each direct part of `core`, the bodies of procedures included, in order.
pub fn each_part<'c>(core: &'c Core, mut visit: impl FnMut(&'c Core)) {
    match core {
        Core::Const(_) | Core::Unspecified | Core::Local(..) | Core::Global(..) => {}
        Core::SetLocal(_, value, _)
        | Core::SetGlobal(_, value, _)
        | Core::DefineGlobal(_, value, _) => visit(value),
        Core::If(test, then, otherwise) => {
            [test, then, otherwise].into_iter().for_each(|c| visit(c))
        }
        Core::Lambda(lambda) => lambda.clauses.iter().for_each(|clause| visit(&clause.body)),
        Core::Seq(parts) => parts.iter().for_each(visit),
        Core::Call(call) => {
            visit(&call.callee);
            call.args.iter().for_each(visit);
        }
        Core::Let(bindings, body) | Core::Letrec(bindings, body) => {
            bindings.iter().for_each(|(_, value)| visit(value));
            visit(body);
        }
    }
}

/// The expression with each direct part replaced by what `change` makes of it.
pub fn map_parts(mut core: Core, mut change: impl FnMut(Core) -> Core) -> Core {
    match &mut core {
        Core::Const(_) | Core::Unspecified | Core::Local(..) | Core::Global(..) => {}
        Core::SetLocal(_, value, _)
        | Core::SetGlobal(_, value, _)
        | Core::DefineGlobal(_, value, _) => replace(value, &mut change),
        Core::If(test, then, otherwise) => {
            [test, then, otherwise].into_iter().for_each(|part| replace(part, &mut change));
        }
        Core::Lambda(lambda) => map_bodies(lambda, change),
        Core::Seq(parts) => parts.iter_mut().for_each(|part| replace(part, &mut change)),
        Core::Call(call) => {
            replace(&mut call.callee, &mut change);
            call.args.iter_mut().for_each(|arg| replace(arg, &mut change));
        }
        Core::Let(bindings, body) | Core::Letrec(bindings, body) => {
            map_values(bindings, &mut change);
            replace(body, &mut change);
        }
    }
    core
}

/// Replaces an expression where it stands by what `change` makes of it.
pub fn replace(place: &mut Core, change: impl FnOnce(Core) -> Core) {
    *place = change(std::mem::replace(place, Core::Unspecified));
}

/// Replaces the body of each clause of a procedure.
pub fn map_bodies(lambda: &mut Lambda, mut change: impl FnMut(Core) -> Core) {
    lambda.clauses.iter_mut().for_each(|clause| replace(&mut clause.body, &mut change));
}

/// Replaces the values of bindings.
pub fn map_values(bindings: &mut [(VarId, Core)], mut change: impl FnMut(Core) -> Core) {
    bindings.iter_mut().for_each(|(_, value)| replace(value, &mut change));
}

/// Expressions in order: nested sequences are flattened, one expression stands alone.
pub fn sequence(parts: Vec<Core>) -> Core {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Core::Seq(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Core::Seq(flat) }
}

/// `(let bindings body)`, or the body alone when nothing is bound.
pub fn bind(bindings: Vec<(VarId, Core)>, body: Core) -> Core {
    if bindings.is_empty() { body } else { Core::Let(bindings, Box::new(body)) }
}

/// A conditional.
pub fn conditional(test: Core, then: Core, otherwise: Core) -> Core {
    Core::If(Box::new(test), Box::new(then), Box::new(otherwise))
}

/// The number of nodes of an expression, counted up to `limit`.
pub fn size(core: &Core, limit: usize) -> usize {
    let mut count = 1;
    each_part(core, |part| {
        if count < limit {
            count += size(part, limit - count);
        }
    });
    count
}
