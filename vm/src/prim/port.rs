//! Ports (R7RS 6.13.1): the objects, and string and bytevector ports.
//!
//! A port is a Rust object ([`stream::Port`]) held by a `Native` object.

pub mod console;
mod input;
mod output;
pub mod stream;

use super::{Prim, arguments, blocking, bytevector, prim};
use crate::capability::Capability;
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::text::{Text, bytes};
use crate::vm::VmShared;
use console::Standard;
use lisle_gc::object::size;
use lisle_gc::{HeapExhausted, Value};
use std::io;
use std::sync::Arc;
use stream::{Buffering, Port};

pub use console::Console;
pub use input::obtain;
pub use output::emit;

/// A port as a guest value.
pub fn port_value(cx: &mut Cx<'_>, port: Arc<Port>) -> Result<Value, Raised> {
    let heap = Arc::clone(cx.heap().heap());
    if port.count_memory(cx.heap()).is_err() {
        return Err(cx.exhausted());
    }
    let made = heap.new_native_sharing(cx.heap(), port, 0);
    made.map_err(|HeapExhausted| cx.exhausted())
}

/// The port that a value is.
pub fn port_of(heap: &lisle_gc::Heap, v: Value) -> Option<Arc<Port>> {
    heap.native(v)?.downcast().ok()
}

fn port_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Arc<Port>, Raised> {
    let given = args[position];
    match port_of(cx.heap().heap(), given) {
        Some(port) => Ok(port),
        None => Err(cx.wrong_type(name, position + 1, "a port", given)),
    }
}

/// Flushes the console and all files that are open for writing. For a thread that runs no guest code.
///
/// # Errors
/// The first failure, with the name of its port.
pub fn flush_console(vm: &VmShared) -> Result<(), (String, io::Error)> {
    vm.console.flush_all()
}

/// The same, but passing over ports that another thread is just writing to.
pub fn try_flush_console(vm: &VmShared) {
    vm.console.try_flush_all();
}

/// What a primitive wants of its port argument.
#[derive(Clone, Copy)]
pub struct Wanted {
    which: Standard,
    textual: bool,
    description: &'static str,
}

/// A textual input port.
pub const TEXT_IN: Wanted =
    Wanted { which: Standard::Input, textual: true, description: "a textual input port" };
/// A binary input port.
pub const BYTES_IN: Wanted =
    Wanted { which: Standard::Input, textual: false, description: "a binary input port" };
/// A textual output port.
pub const TEXT_OUT: Wanted =
    Wanted { which: Standard::Output, textual: true, description: "a textual output port" };
/// A binary output port.
pub const BYTES_OUT: Wanted =
    Wanted { which: Standard::Output, textual: false, description: "a binary output port" };

/// The port at `position` among the arguments, or the current one.
pub fn wanted_port(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
    wanted: Wanted,
) -> Result<Arc<Port>, Raised> {
    let given = match arguments::optional(args, position) {
        Some(given) => given,
        None => console::current(cx, wanted.which)?,
    };
    let port = port_of(cx.heap().heap(), given);
    if port.as_ref().is_some_and(|port| cx.vm().console.has(port)) {
        cx.demand(Capability::StandardStreams, name)?;
    }
    let port = port.filter(|port| {
        let direction = match wanted.which {
            Standard::Input => port.is_input(),
            Standard::Output | Standard::Error => port.is_output(),
        };
        direction && port.textual == wanted.textual
    });
    port.ok_or_else(|| cx.wrong_type(name, position + 1, wanted.description, given))
}

/// The error of a port that the operating system reported.
pub fn io_error(cx: &mut Cx<'_>, name: &str, what: &str, error: &io::Error) -> Raised {
    cx.error(ErrorKind::File, &format!("{name}: {what}: {error}"), &[])
}

/// The error of using a port that is closed.
#[cold]
pub fn closed(cx: &mut Cx<'_>, name: &str) -> Raised {
    cx.error(ErrorKind::General, &format!("{name}: the port is closed"), &[])
}

fn test(cx: &mut Cx<'_>, args: &[Value], holds: impl Fn(&Port) -> bool) -> Result<Value, Raised> {
    let port = port_of(cx.heap().heap(), args[0]);
    Ok(Value::boolean(port.is_some_and(|port| holds(&port))))
}

fn is_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    test(cx, args, |_| true)
}

fn is_input_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    test(cx, args, Port::is_input)
}

fn is_output_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    test(cx, args, Port::is_output)
}

fn is_textual_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    test(cx, args, |port| port.textual)
}

fn is_binary_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    test(cx, args, |port| !port.textual)
}

fn is_input_port_open(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = port_argument(cx, "input-port-open?", args, 0)?;
    if !port.is_input() {
        return Err(cx.wrong_type("input-port-open?", 1, "an input port", args[0]));
    }
    Ok(Value::boolean(port.is_input_open()))
}

fn is_output_port_open(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = port_argument(cx, "output-port-open?", args, 0)?;
    if !port.is_output() {
        return Err(cx.wrong_type("output-port-open?", 1, "an output port", args[0]));
    }
    Ok(Value::boolean(port.is_output_open()))
}

fn finish_output(cx: &mut Cx<'_>, name: &str, port: &Port) -> Result<Value, Raised> {
    match cx.blocking(|| port.close_output()) {
        Ok(()) => Ok(Value::UNSPECIFIED),
        Err(error) => Err(io_error(cx, name, &port.name, &error)),
    }
}

fn close_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = port_argument(cx, "close-port", args, 0)?;
    port.close_input();
    if port.is_output() { finish_output(cx, "close-port", &port) } else { Ok(Value::UNSPECIFIED) }
}

fn close_input_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = port_argument(cx, "close-input-port", args, 0)?;
    if !port.is_input() {
        return Err(cx.wrong_type("close-input-port", 1, "an input port", args[0]));
    }
    port.close_input();
    Ok(Value::UNSPECIFIED)
}

fn close_output_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = port_argument(cx, "close-output-port", args, 0)?;
    if !port.is_output() {
        return Err(cx.wrong_type("close-output-port", 1, "an output port", args[0]));
    }
    finish_output(cx, "close-output-port", &port)
}

fn open_input_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text: Text = arguments::text(cx, "open-input-string", args, 0)?;
    let port = Port::from_bytes("string", true, text.to_rust_string().into_bytes());
    port_value(cx, Arc::new(port))
}

fn open_output_string(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    port_value(cx, Arc::new(Port::writing("string", true, None, Buffering::Full)))
}

fn open_input_bytevector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = bytevector::bytevector_argument(cx, "open-input-bytevector", args, 0)?;
    let mut content = Vec::new();
    bytes::load(given, 0, size(given), &mut content);
    port_value(cx, Arc::new(Port::from_bytes("bytevector", false, content)))
}

fn open_output_bytevector(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    port_value(cx, Arc::new(Port::writing("bytevector", false, None, Buffering::Full)))
}

fn gathered(cx: &mut Cx<'_>, name: &str, args: &[Value], textual: bool) -> Result<Vec<u8>, Raised> {
    let port = port_argument(cx, name, args, 0)?;
    let content = if port.textual == textual { port.gathered() } else { None };
    let expected = if textual { "a string output port" } else { "a bytevector output port" };
    content.ok_or_else(|| cx.wrong_type(name, 1, expected, args[0]))
}

fn get_output_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let content = gathered(cx, "get-output-string", args, true)?;
    cx.string(&String::from_utf8_lossy(&content))
}

fn get_output_bytevector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let content = gathered(cx, "get-output-bytevector", args, false)?;
    bytevector::from_bytes(cx, &content)
}

fn standard_port(cx: &mut Cx<'_>, which: Standard) -> Result<Value, Raised> {
    let port = Arc::clone(cx.vm().console.port(which));
    port_value(cx, port)
}

fn console_input_port(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    standard_port(cx, Standard::Input)
}

fn console_output_port(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    standard_port(cx, Standard::Output)
}

fn console_error_port(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    standard_port(cx, Standard::Error)
}

/// `(%port-parameter which)`: the parameter `current-input-port` (0), `current-output-port` (1) or
/// `current-error-port` (2).
fn port_parameter(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let which = arguments::index(cx, "%port-parameter", args, 0, Standard::ALL.len())?;
    console::parameter(cx, Standard::ALL[which])
}

fn eof_object(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::EOF)
}

fn is_eof_object(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(args[0] == Value::EOF))
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("port?", is_port, 1, 1),
    prim("input-port?", is_input_port, 1, 1),
    prim("output-port?", is_output_port, 1, 1),
    prim("textual-port?", is_textual_port, 1, 1),
    prim("binary-port?", is_binary_port, 1, 1),
    prim("input-port-open?", is_input_port_open, 1, 1),
    prim("output-port-open?", is_output_port_open, 1, 1),
    blocking("close-port", close_port, 1, 1),
    prim("close-input-port", close_input_port, 1, 1),
    blocking("close-output-port", close_output_port, 1, 1),
    prim("open-input-string", open_input_string, 1, 1),
    prim("open-output-string", open_output_string, 0, 0),
    prim("get-output-string", get_output_string, 1, 1),
    prim("open-input-bytevector", open_input_bytevector, 1, 1),
    prim("open-output-bytevector", open_output_bytevector, 0, 0),
    prim("get-output-bytevector", get_output_bytevector, 1, 1),
    prim("%console-input-port", console_input_port, 0, 0),
    prim("%console-output-port", console_output_port, 0, 0),
    prim("%console-error-port", console_error_port, 0, 0),
    prim("%port-parameter", port_parameter, 1, 1),
    prim("eof-object", eof_object, 0, 0),
    prim("eof-object?", is_eof_object, 1, 1),
    blocking("%read-char", input::read_char, 0, 1),
    prim("%read-char-now", input::read_char_now, 1, 1),
    blocking("%peek-char", input::peek_char, 0, 1),
    prim("%peek-char-now", input::peek_char_now, 1, 1),
    blocking("read-line", input::read_line, 0, 1),
    blocking("read-string", input::read_string, 1, 2),
    prim("char-ready?", input::is_char_ready, 0, 1),
    blocking("%read-u8", input::read_u8, 0, 1),
    prim("%read-u8-now", input::read_u8_now, 1, 1),
    blocking("%peek-u8", input::peek_u8, 0, 1),
    prim("%peek-u8-now", input::peek_u8_now, 1, 1),
    prim("u8-ready?", input::is_u8_ready, 0, 1),
    blocking("read-bytevector", input::read_bytevector, 1, 2),
    blocking("read-bytevector!", input::read_bytevector_into, 1, 4),
    blocking("%write-char", output::write_char, 1, 2),
    prim("%write-char-now", output::write_char_now, 2, 2),
    blocking("write-string", output::write_string, 1, 4),
    blocking("newline", output::newline, 0, 1),
    blocking("%write-u8", output::write_u8, 1, 2),
    prim("%write-u8-now", output::write_u8_now, 2, 2),
    blocking("write-bytevector", output::write_bytevector, 1, 4),
    blocking("flush-output-port", output::flush_output_port, 0, 1),
    blocking("flush-output", output::flush_output_port, 0, 1),
];
