//! An evaluator of the core language, as plain as can be.

use super::toy::{Stop, Store, Toy};
use crate::core_form::{Core, VarId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The variables in scope.
pub type Scope = HashMap<VarId, Rc<RefCell<Toy>>>;

/// Evaluates an expression.
pub fn evaluate(core: &Core, scope: &Scope, store: &mut Store<'_>) -> Result<Toy, Stop> {
    store.step()?;
    match core {
        Core::Const(datum) => Ok(Toy::of_datum(datum)),
        Core::Unspecified => Ok(Toy::Unspecified),
        Core::Local(var, _) => match scope[var].borrow().clone() {
            Toy::Unbound => Err(Stop::Error),
            value => Ok(value),
        },
        Core::Global(id, _) => store.global(id.0),
        Core::SetLocal(var, value, _) => {
            let value = evaluate(value, scope, store)?;
            *scope[var].borrow_mut() = value;
            Ok(Toy::Unspecified)
        }
        Core::SetGlobal(id, value, _) | Core::DefineGlobal(id, value, _) => {
            let value = evaluate(value, scope, store)?;
            store.globals.insert(id.0, value);
            Ok(Toy::Unspecified)
        }
        Core::If(test, then, otherwise) => {
            let test = evaluate(test, scope, store)?;
            evaluate(if test.is_true() { then } else { otherwise }, scope, store)
        }
        Core::Lambda(lambda) => Ok(Toy::Interpreted(Rc::new(((**lambda).clone(), scope.clone())))),
        Core::Seq(parts) => {
            let mut last = Toy::Unspecified;
            for part in parts {
                last = evaluate(part, scope, store)?;
            }
            Ok(last)
        }
        Core::Call(call) => {
            let callee = evaluate(&call.callee, scope, store)?;
            let mut args = Vec::new();
            for arg in &call.args {
                args.push(evaluate(arg, scope, store)?);
            }
            apply(&callee, args, store)
        }
        Core::Let(bindings, body) => {
            let mut inner = scope.clone();
            for (var, value) in bindings {
                let value = evaluate(value, scope, store)?;
                inner.insert(*var, Rc::new(RefCell::new(value)));
            }
            evaluate(body, &inner, store)
        }
        Core::Letrec(bindings, body) => {
            let mut inner = scope.clone();
            for (var, _) in bindings {
                inner.insert(*var, Rc::new(RefCell::new(Toy::Unbound)));
            }
            for (var, value) in bindings {
                let value = evaluate(value, &inner, store)?;
                *inner[var].borrow_mut() = value;
            }
            evaluate(body, &inner, store)
        }
    }
}

fn apply(callee: &Toy, mut args: Vec<Toy>, store: &mut Store<'_>) -> Result<Toy, Stop> {
    match callee {
        Toy::Interpreted(procedure) => {
            let (lambda, scope) = &**procedure;
            let count = args.len();
            let clause = lambda
                .clauses
                .iter()
                .find(|clause| {
                    clause.params.len() == count
                        || clause.rest.is_some() && count > clause.params.len()
                })
                .ok_or(Stop::Error)?;
            let mut scope = scope.clone();
            let rest = args.split_off(clause.params.len());
            let mut bind = |var: VarId, value| scope.insert(var, Rc::new(RefCell::new(value)));
            if let Some(var) = clause.rest {
                bind(var, Toy::list(&rest));
            }
            for (var, value) in clause.params.iter().zip(args) {
                bind(*var, value);
            }
            evaluate(&clause.body, &scope, store)
        }
        Toy::Standard(name) => match &**name {
            "apply" => {
                let callee = args.remove(0);
                let last = args.pop().ok_or(Stop::Error)?;
                args.extend(last.items()?);
                apply(&callee, args, store)
            }
            "call-with-values" => {
                let values = match apply(&args[0], Vec::new(), store)? {
                    Toy::Values(values) => values.to_vec(),
                    one => vec![one],
                };
                apply(&args[1], values, store)
            }
            name => store.standard(name, &args),
        },
        _ => Err(Stop::Error),
    }
}
