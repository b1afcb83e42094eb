//! `eval`, environments and loading (R7RS 6.12): what calls no procedure.

use super::{ANY, Prim, blocking, prim};
use crate::capability::Capability;
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::datum_value;
use crate::expand::Environment;
use crate::front;
use crate::read::datum::Datum;
use crate::source::Source;
use crate::text;
use lisle_gc::{HeapExhausted, Kind, Value, object};
use std::path::PathBuf;
use std::sync::Arc;

/// The primitives of this file.
pub const PRIMS: &[Prim] = &[
    blocking("%compile", compile, 2, 2),
    blocking("%foresee", foresee, 2, 2),
    blocking("%environment", environment, 0, ANY),
    prim("interaction-environment", interaction_environment, 0, 0),
    prim("environment?", is_environment, 1, 1),
    blocking("%read-program", read_program, 1, 1),
    prim("command-line", command_line, 0, 0),
    prim("features", features, 0, 0),
    prim("%exit-process", exit_process, 1, 1),
];

/// An environment as a heap object.
pub(crate) struct EnvironmentHandle(pub(crate) Arc<Environment>);

/// A form of a program as a heap object, and the text that it stands in: unlike a list, it says
/// where its parts stand.
struct FormHandle(Datum, #[expect(dead_code, reason = "held, so that it is known")] Arc<Source>);

/// The form that a value is.
fn form_of(cx: &mut Cx<'_>, v: Value) -> Result<Datum, Raised> {
    let native = cx.vm().heap.native(v);
    match native.as_ref().and_then(|native| native.downcast_ref::<FormHandle>()) {
        Some(FormHandle(datum, _)) => Ok(datum.clone()),
        None => datum_value::argument_to_datum(cx, v),
    }
}

fn environment_value(cx: &mut Cx<'_>, environment: Arc<Environment>) -> Result<Value, Raised> {
    let heap = cx.heap().heap().clone();
    heap.new_native(cx.heap(), Box::new(EnvironmentHandle(environment)), 0)
        .map_err(|HeapExhausted| cx.exhausted())
}

fn environment_of(cx: &Cx<'_>, v: Value) -> Option<Arc<Environment>> {
    let native = cx.vm().heap.native(v)?;
    native.downcast_ref::<EnvironmentHandle>().map(|handle| handle.0.clone())
}

/// `(%compile form environment)`: a list of procedures of no arguments, to be called in order.
fn compile(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vm = cx.vm();
    let environment = match environment_of(cx, args[1]) {
        Some(environment) => environment,
        None => return Err(cx.wrong_type("eval", 2, "environment", args[1])),
    };
    let form = form_of(cx, args[0])?;
    let compiled = vm.front.compile(vm, cx.mutator, &form, &environment);
    match compiled {
        Ok(procedures) => cx.list(&procedures),
        Err(error) => Err(front::raised(cx, &error)),
    }
}

/// `(%foresee forms environment)`: procedures to be called before these forms, which
/// `%read-program` made, are evaluated.
fn foresee(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vm = cx.vm();
    let Some(environment) = environment_of(cx, args[1]) else {
        return Err(cx.wrong_type("load", 2, "environment", args[1]));
    };
    let mut forms = Vec::new();
    let mut rest = args[0];
    while rest.is_pair() {
        forms.push(form_of(cx, object::cdr(object::car(rest)))?);
        rest = object::cdr(rest);
    }
    match vm.front.foresee(vm, cx.mutator, &forms, &environment) {
        Ok(procedures) => cx.list(&procedures),
        Err(error) => Err(front::raised(cx, &error)),
    }
}

/// `(%environment import-set ...)`: a pair of the environment and the procedures to call first.
fn environment(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vm = cx.vm();
    let mut sets = Vec::with_capacity(args.len());
    for set in args {
        sets.push(datum_value::argument_to_datum(cx, *set)?);
    }
    let made = vm.front.environment(vm, cx.mutator, &sets);
    match made {
        Ok((environment, procedures)) => {
            let procedures = cx.list(&procedures)?;
            let environment = environment_value(cx, environment)?;
            cx.cons(environment, procedures)
        }
        Err(error) => Err(front::raised(cx, &error)),
    }
}

fn interaction_environment(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let vm = cx.vm();
    let environment = vm.front.expander(vm).interaction_environment().clone();
    environment_value(cx, environment)
}

fn is_environment(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(environment_of(cx, args[0]).is_some()))
}

/// What a file holds: one in the current folder or, if there is none, in one of `folders`.
fn read_beside(name: &str, folders: &[PathBuf]) -> std::io::Result<Vec<u8>> {
    let here = std::fs::read(name);
    let absent = here.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    let mut elsewhere = folders.iter().map(|folder| std::fs::read(folder.join(name)));
    match absent.then(|| elsewhere.find_map(Result::ok)).flatten() {
        Some(found) => Ok(found),
        None => here,
    }
}

/// `(%read-program file)`: a list of a pair for each form in a file: is it an import, and the form,
/// for `%compile`.
fn read_program(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if !object::is_kind(args[0], Kind::String) {
        return Err(cx.wrong_type("load", 1, "string", args[0]));
    }
    cx.demand(Capability::ReadFiles, "load")?;
    let vm = cx.vm();
    let name = text::to_rust_string(args[0]);
    let content = match cx.blocking(|| read_beside(&name, &vm.config.library_path)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            let message = format!("load: cannot read {name}: {error}");
            return Err(cx.error(ErrorKind::File, &message, &[]));
        }
    };
    let source = vm.sources.add(&name, content);
    let (data, unreadable) = match front::forms_of(vm, cx.mutator, &source) {
        Ok(read) => read,
        Err(error) => return Err(front::raised(cx, &error)),
    };
    if let Some(error) = unreadable {
        let place = vm.sources.describe(error.span).unwrap_or_default();
        let message = format!("{place}: {}", error.message);
        return Err(cx.error(ErrorKind::Read, &message, &[]));
    }
    let import = vm.symbols.intern("import");
    let mut forms = Vec::new();
    for datum in data {
        let imports = datum.as_pair().is_some_and(|pair| pair.car.as_symbol() == Some(import));
        let heap = vm.heap.clone();
        let made = heap.new_native(cx.heap(), Box::new(FormHandle(datum, source.clone())), 0);
        let form = made.map_err(|HeapExhausted| cx.exhausted())?;
        forms.push(cx.cons(Value::boolean(imports), form)?);
    }
    cx.list(&forms)
}

fn command_line(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let mut items = Vec::new();
    for argument in &cx.vm().config.command_line {
        items.push(cx.string(argument)?);
    }
    cx.list(&items)
}

fn features(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let mut items = Vec::new();
    for feature in crate::expand::FEATURES {
        items.push(cx.intern(feature)?);
    }
    cx.list(&items)
}

/// `(%exit-process status)`: ends the process at once, as `emergency-exit` does; returns in a program
/// that does not own the process.
fn exit_process(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if !cx.vm().config.owns_process {
        return Ok(Value::FALSE);
    }
    cx.demand(Capability::Process, "emergency-exit")?;
    let status = args[0].as_fixnum().and_then(|n| i32::try_from(n).ok()).unwrap_or(70);
    crate::cli::leave(cx.vm(), status)
}
