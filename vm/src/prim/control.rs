//! Control (R7RS 6.10): procedures as objects, several values, dynamic states, parameters.

use super::{ANY, Prim, blocking, prim};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::interp::host::{BARRIER, host_call};
use crate::interp::procedures::{CONTINUATION_HOST, CONTINUATION_STATE, Procedure};
use crate::interp::prompts::{escape_state, escape_target};
use lisle_gc::{Kind, Value, object};
use lisle_threads::{Mutator, RootSlot};

/// The primitives of this file.
pub const PRIMS: &[Prim] = &[
    prim("procedure?", is_procedure, 1, 1),
    prim("values", values, 0, ANY),
    prim("void", void, 0, ANY),
    prim("%unchanged?", is_unchanged, 2, 2),
    prim("%dynamic-state", dynamic_state, 0, 0),
    prim("%set-dynamic-state!", set_dynamic_state, 1, 1),
    blocking("%continuation-state", continuation_state, 1, 1),
    prim("continuation?", is_continuation, 1, 1),
    prim("%make-parameter", make_parameter, 2, 2),
    prim("%parameter?", is_parameter, 1, 1),
    prim("%parameter-converter", parameter_converter, 1, 1),
];

/// Payload index of a parameter's box.
const PARAMETER_BOX: usize = 1;
/// Payload index of a parameter's converter, or `#f`.
const PARAMETER_CONVERTER: usize = 2;
/// Element of a dynamic state that holds the parameterisation.
const STATE_PARAMETERS: usize = 2;

fn is_procedure(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(args[0].is_procedure()))
}
fn values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    cx.values(args)
}
/// `(%unchanged? '(cell . value) 'name)`: does the cell have this value? Made by the optimiser only.
fn is_unchanged(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let same = args[0].is_pair() && {
        let (cell, value) = (object::car(args[0]), object::cdr(args[0]));
        object::is_kind(cell, Kind::Cell) && object::field(cell, 0) == value
    };
    Ok(Value::boolean(same))
}
fn void(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::UNSPECIFIED)
}
fn dynamic_state(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(cx.mutator.roots[RootSlot::DynamicState])
}
fn set_dynamic_state(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    cx.mutator.roots[RootSlot::DynamicState] = args[0];
    Ok(Value::UNSPECIFIED)
}
fn is_continuation(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let is = |kind| object::is_kind(args[0], kind);
    Ok(Value::boolean(is(Kind::Continuation) || is(Kind::Escape) || is(Kind::PartialContinuation)))
}
fn continuation_state(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let k = args[0];
    if object::is_kind(k, Kind::Continuation) || object::is_kind(k, Kind::Escape) {
        if object::field(k, CONTINUATION_HOST) != host_call(cx.mutator) {
            return Err(cx.error(ErrorKind::Barrier, BARRIER, &[]));
        }
        if object::is_kind(k, Kind::Continuation) {
            return Ok(object::field(k, CONTINUATION_STATE));
        }
        // Of an escape whose extent has ended it does not matter: it will not be gone to.
        let entered = cx.mutator.stack.entered();
        let target = entered.and_then(|(top, _)| escape_target(cx.mutator, cx.vm(), top, k));
        let current = cx.mutator.roots[RootSlot::DynamicState];
        return Ok(target.map_or(current, |target| escape_state(cx.mutator, &target)));
    }
    Err(cx.wrong_type("%continuation-state", 1, "continuation", k))
}
fn make_parameter(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let parameter = cx.object(Kind::Parameter, 3)?;
    object::init_field(parameter, 0, cx.vm().machine_code(Procedure::Parameter));
    object::init_field(parameter, PARAMETER_BOX, args[0]);
    object::init_field(parameter, PARAMETER_CONVERTER, args[1]);
    Ok(parameter)
}
fn is_parameter(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(object::is_kind(args[0], Kind::Parameter)))
}
fn parameter_converter(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if !object::is_kind(args[0], Kind::Parameter) {
        return Err(cx.wrong_type("parameterize", 1, "parameter", args[0]));
    }
    Ok(object::field(args[0], PARAMETER_CONVERTER))
}

/// The box that holds a parameter's value in the thread's current parameterisation.
pub fn parameter_place(mutator: &Mutator, parameter: Value) -> (Value, usize) {
    let state = mutator.roots[RootSlot::DynamicState];
    if object::is_kind(state, Kind::Vector) {
        let mut bindings = object::field(state, STATE_PARAMETERS);
        while bindings.is_pair() {
            let binding = object::car(bindings);
            if binding.is_pair() && object::car(binding) == parameter {
                return (object::cdr(binding), 0);
            }
            bindings = object::cdr(bindings);
        }
    }
    (object::field(parameter, PARAMETER_BOX), 0)
}
