//! Going through the parts of an expression.

use crate::core_form::{Call, Clause, Core, Lambda, VarId};

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
pub fn map_parts(core: Core, mut change: impl FnMut(Core) -> Core) -> Core {
    match core {
        Core::Const(_) | Core::Unspecified | Core::Local(..) | Core::Global(..) => core,
        Core::SetLocal(var, value, span) => Core::SetLocal(var, Box::new(change(*value)), span),
        Core::SetGlobal(id, value, span) => Core::SetGlobal(id, Box::new(change(*value)), span),
        Core::DefineGlobal(id, value, span) => {
            Core::DefineGlobal(id, Box::new(change(*value)), span)
        }
        Core::If(test, then, otherwise) => {
            let test = change(*test);
            let then = change(*then);
            Core::If(Box::new(test), Box::new(then), Box::new(change(*otherwise)))
        }
        Core::Lambda(lambda) => Core::Lambda(Box::new(map_bodies(*lambda, change))),
        Core::Seq(parts) => Core::Seq(parts.into_iter().map(change).collect()),
        Core::Call(call) => {
            let callee = change(call.callee);
            let args = call.args.into_iter().map(change).collect();
            Core::Call(Box::new(Call { callee, args, span: call.span }))
        }
        Core::Let(bindings, body) => {
            let bindings = map_values(bindings, &mut change);
            Core::Let(bindings, Box::new(change(*body)))
        }
        Core::Letrec(bindings, body) => {
            let bindings = map_values(bindings, &mut change);
            Core::Letrec(bindings, Box::new(change(*body)))
        }
    }
}

/// The procedure with each clause's body replaced.
pub fn map_bodies(lambda: Lambda, mut change: impl FnMut(Core) -> Core) -> Lambda {
    let clauses = lambda.clauses.into_iter();
    let clauses = clauses.map(|clause| Clause { body: change(clause.body), ..clause }).collect();
    Lambda { clauses, ..lambda }
}

/// The bindings with their values replaced.
pub fn map_values(
    bindings: Vec<(VarId, Core)>,
    mut change: impl FnMut(Core) -> Core,
) -> Vec<(VarId, Core)> {
    bindings.into_iter().map(|(var, value)| (var, change(value))).collect()
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
