//! Output (R7RS 6.13.3), but for `write` and `display`.

use super::stream::Port;
use super::{BYTES_OUT, TEXT_OUT, closed, io_error, port_of, wanted_port};
use crate::cx::{Cx, Raised};
use crate::prim::{arguments, bytevector};
use crate::text::bytes;
use lisle_gc::object::size;
use lisle_gc::{HeapExhausted, Value};

/// Writes bytes to a port. May wait: values read before must be read again.
pub fn emit(cx: &mut Cx<'_>, name: &str, port: &Port, content: &[u8]) -> Result<Value, Raised> {
    match port.write_counted(cx.heap(), content) {
        Err(HeapExhausted) => Err(cx.exhausted()),
        Ok(None) => Err(closed(cx, name)),
        Ok(Some(false)) => Ok(Value::UNSPECIFIED),
        Ok(Some(true)) => flush(cx, name, port),
    }
}

fn flush(cx: &mut Cx<'_>, name: &str, port: &Port) -> Result<Value, Raised> {
    match cx.blocking(|| port.flush()) {
        Ok(()) => Ok(Value::UNSPECIFIED),
        Err(error) => Err(io_error(cx, name, &port.name, &error)),
    }
}

/// Whether bytes could be written to an output port of this sort without waiting: one that gathers and
/// has room. Everything else is left to the primitive that may wait or fail.
fn now(cx: &mut Cx<'_>, port: Value, textual: bool, content: &[u8]) -> Result<Value, Raised> {
    let port = port_of(cx.heap().heap(), port);
    let port = port.filter(|port| port.textual == textual && port.gathers());
    let written = port.and_then(|port| port.write_counted(cx.heap(), content).ok().flatten());
    Ok(Value::boolean(written.is_some()))
}

/// `(%write-char-now char port)`: could it be written without waiting?
pub fn write_char_now(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    match args[0].as_char() {
        Some(c) => now(cx, args[1], true, c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => Ok(Value::FALSE),
    }
}

/// `(%write-u8-now byte port)`: could it be written without waiting?
pub fn write_u8_now(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    match args[0].as_fixnum().and_then(|n| u8::try_from(n).ok()) {
        Some(byte) => now(cx, args[1], false, &[byte]),
        None => Ok(Value::FALSE),
    }
}

/// `(write-char char [port])`
pub fn write_char(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "write-char", args, 0)?;
    let port = wanted_port(cx, "write-char", args, 1, TEXT_OUT)?;
    emit(cx, "write-char", &port, c.encode_utf8(&mut [0; 4]).as_bytes())
}

/// `(write-string string [port [start [end]]])`
pub fn write_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "write-string", args, 0)?;
    let (start, end) = arguments::range(cx, "write-string", args, 2, text.len())?;
    let port = wanted_port(cx, "write-string", args, 1, TEXT_OUT)?;
    let mut content = String::new();
    text.append_range_to(start, end, &mut content);
    emit(cx, "write-string", &port, content.as_bytes())
}

/// `(newline [port])`
pub fn newline(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "newline", args, 0, TEXT_OUT)?;
    emit(cx, "newline", &port, b"\n")
}

/// `(write-u8 byte [port])`
pub fn write_u8(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let byte = arguments::byte(cx, "write-u8", args, 0)?;
    let port = wanted_port(cx, "write-u8", args, 1, BYTES_OUT)?;
    emit(cx, "write-u8", &port, &[byte])
}

/// `(write-bytevector bytevector [port [start [end]]])`
pub fn write_bytevector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = bytevector::bytevector_argument(cx, "write-bytevector", args, 0)?;
    let (start, end) = arguments::range(cx, "write-bytevector", args, 2, size(given))?;
    let port = wanted_port(cx, "write-bytevector", args, 1, BYTES_OUT)?;
    let mut content = Vec::new();
    bytes::load(given, start, end, &mut content);
    emit(cx, "write-bytevector", &port, &content)
}

/// `(flush-output-port [port])`
pub fn flush_output_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let wanted = match arguments::optional(args, 0) {
        Some(given) if super::port_of(cx.heap().heap(), given).is_some_and(|p| !p.textual) => {
            BYTES_OUT
        }
        _ => TEXT_OUT,
    };
    let port = wanted_port(cx, "flush-output-port", args, 0, wanted)?;
    flush(cx, "flush-output-port", &port)
}
