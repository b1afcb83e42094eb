//! The process and its surroundings (R7RS 6.14).

use super::{Prim, arguments, prim};
use crate::capability::Capability;
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use lisle_gc::Value;
use std::env;

fn get_environment_variable(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    cx.demand(Capability::Environment, "get-environment-variable")?;
    let name = arguments::text(cx, "get-environment-variable", args, 0)?.to_rust_string();
    // The system's interface takes names with `=` or a zero byte for a broken promise.
    let value =
        if name.is_empty() || name.contains(['=', '\0']) { None } else { env::var_os(name) };
    match value {
        Some(value) => cx.string(&value.to_string_lossy()),
        None => Ok(Value::FALSE),
    }
}

fn get_environment_variables(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    cx.demand(Capability::Environment, "get-environment-variables")?;
    let mut list = Value::NIL;
    for (name, value) in env::vars_os() {
        let name = cx.string(&name.to_string_lossy())?;
        let value = cx.string(&value.to_string_lossy())?;
        let pair = cx.cons(name, value)?;
        list = cx.cons(pair, list)?;
    }
    Ok(list)
}

fn current_directory(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    cx.demand(Capability::Environment, "current-directory")?;
    match env::current_dir() {
        Ok(path) => cx.string(&path.to_string_lossy()),
        Err(error) => Err(cx.error(ErrorKind::File, &format!("current-directory: {error}"), &[])),
    }
}

fn current_process_id(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::fixnum(i64::from(std::process::id())))
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("get-environment-variable", get_environment_variable, 1, 1),
    prim("get-environment-variables", get_environment_variables, 0, 0),
    prim("current-directory", current_directory, 0, 0),
    prim("current-process-id", current_process_id, 0, 0),
];
