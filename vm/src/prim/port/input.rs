//! Input (R7RS 6.13.2), but for `read`.
//!
//! All waiting comes first, in [`obtain`]; values read before it must be read again after it.

use super::stream::{Input, Port};
use super::{BYTES_IN, TEXT_IN, closed, io_error, port_of, wanted_port};
use crate::cx::{Cx, Raised};
use crate::prim::{arguments, bytevector};
use crate::text::bytes;
use lisle_gc::Value;
use lisle_gc::object::size;
use parking_lot::MutexGuard;

/// Waits until `is_enough` holds of what was read ahead, or the input ends.
pub fn obtain<'p>(
    cx: &mut Cx<'_>,
    name: &str,
    port: &'p Port,
    is_enough: impl Fn(&Input) -> bool,
) -> Result<MutexGuard<'p, Input>, Raised> {
    loop {
        match port.input() {
            None => return Err(closed(cx, name)),
            Some(input) if input.has_ended() || is_enough(&input) => return Ok(input),
            Some(_) => {}
        }
        if port.make_room_to_read(cx.heap()).is_err() {
            return Err(cx.exhausted());
        }
        let vm = cx.vm();
        let filled = cx.blocking(|| {
            // Whoever types an answer wants to see the question.
            vm.console.flush_output();
            port.fill(&is_enough)
        });
        if let Err(error) = filled {
            return Err(io_error(cx, name, &port.name, &error));
        }
        if cx.mutator.has_interrupt() {
            return Err(cx.retry());
        }
    }
}

fn char_or_eof(c: Option<char>) -> Value {
    c.map_or(Value::EOF, Value::char)
}

/// What `take` takes from an input port of this sort, if it is there: `#f` for everything else, which is
/// left to the primitive that may wait or fail.
fn now(
    cx: &mut Cx<'_>,
    port: Value,
    textual: bool,
    take: impl FnOnce(&mut Input) -> Option<Value>,
) -> Result<Value, Raised> {
    let port = port_of(cx.heap().heap(), port);
    let port = port.filter(|port| port.textual == textual && !cx.vm().console.has(port));
    let taken = port.and_then(|port| take(&mut *port.input()?));
    Ok(taken.unwrap_or(Value::FALSE))
}

/// `(%read-char-now port)`: the character, if it is there, or `#f`.
pub fn read_char_now(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let take = |input: &mut Input| input.has_char().then(|| char_or_eof(input.read_char()));
    now(cx, args[0], true, take)
}

/// `(%peek-char-now port)`: the character, if it is there, or `#f`.
pub fn peek_char_now(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let take = |input: &mut Input| input.has_char().then(|| char_or_eof(input.peek_char()));
    now(cx, args[0], true, take)
}

/// `(%read-u8-now port)`: the byte, if it is there, or `#f`.
pub fn read_u8_now(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    now(cx, args[0], false, |input| {
        let byte = *input.waiting().first()?;
        input.consume(1);
        Some(Value::fixnum(i64::from(byte)))
    })
}

/// `(%peek-u8-now port)`: the byte, if it is there, or `#f`.
pub fn peek_u8_now(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let take = |input: &mut Input| Some(Value::fixnum(i64::from(*input.waiting().first()?)));
    now(cx, args[0], false, take)
}

/// `(read-char [port])`
pub fn read_char(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "read-char", args, 0, TEXT_IN)?;
    let mut input = obtain(cx, "read-char", &port, Input::has_char)?;
    Ok(char_or_eof(input.read_char()))
}

/// `(peek-char [port])`
pub fn peek_char(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "peek-char", args, 0, TEXT_IN)?;
    let input = obtain(cx, "peek-char", &port, Input::has_char)?;
    Ok(char_or_eof(input.peek_char()))
}

/// `(read-line [port])`
pub fn read_line(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "read-line", args, 0, TEXT_IN)?;
    let mut input = obtain(cx, "read-line", &port, Input::has_line)?;
    let place = input.place();
    match input.read_line() {
        Some(line) => cx.string(&line).inspect_err(|_| input.go_back(place)),
        None => Ok(Value::EOF),
    }
}

/// `(read-string k [port])`; also with the arguments the other way round.
pub fn read_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let swapped;
    let args = match args {
        [port, count] if count.is_fixnum() => {
            swapped = [*count, *port];
            &swapped[..]
        }
        _ => args,
    };
    let count = arguments::size(cx, "read-string", args, 0)?;
    let port = wanted_port(cx, "read-string", args, 1, TEXT_IN)?;
    let mut input = obtain(cx, "read-string", &port, |input| input.has_chars(count))?;
    let place = input.place();
    let text: String = std::iter::from_fn(|| input.read_char()).take(count).collect();
    if text.is_empty() && count > 0 {
        return Ok(Value::EOF);
    }
    cx.string(&text).inspect_err(|_| input.go_back(place))
}

/// `(char-ready? [port])`: is a character there, or the end known?
pub fn is_char_ready(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "char-ready?", args, 0, TEXT_IN)?;
    let Some(input) = port.input() else { return Err(closed(cx, "char-ready?")) };
    Ok(Value::boolean(input.has_char() || input.has_ended()))
}

fn has_byte(input: &Input) -> bool {
    !input.waiting().is_empty()
}

fn byte_or_eof(input: &Input) -> Value {
    input.waiting().first().map_or(Value::EOF, |&b| Value::fixnum(i64::from(b)))
}

/// `(read-u8 [port])`
pub fn read_u8(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "read-u8", args, 0, BYTES_IN)?;
    let mut input = obtain(cx, "read-u8", &port, has_byte)?;
    let byte = byte_or_eof(&input);
    if byte != Value::EOF {
        input.consume(1);
    }
    Ok(byte)
}

/// `(peek-u8 [port])`
pub fn peek_u8(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "peek-u8", args, 0, BYTES_IN)?;
    let input = obtain(cx, "peek-u8", &port, has_byte)?;
    Ok(byte_or_eof(&input))
}

/// `(u8-ready? [port])`
pub fn is_u8_ready(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let port = wanted_port(cx, "u8-ready?", args, 0, BYTES_IN)?;
    let Some(input) = port.input() else { return Err(closed(cx, "u8-ready?")) };
    Ok(Value::boolean(has_byte(&input) || input.has_ended()))
}

/// `(read-bytevector k [port])`
pub fn read_bytevector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let count = arguments::size(cx, "read-bytevector", args, 0)?;
    let port = wanted_port(cx, "read-bytevector", args, 1, BYTES_IN)?;
    let enough = |input: &Input| input.waiting().len() >= count;
    let mut input = obtain(cx, "read-bytevector", &port, enough)?;
    let got = count.min(input.waiting().len());
    if got == 0 && count > 0 {
        return Ok(Value::EOF);
    }
    let made = bytevector::from_bytes(cx, &input.waiting()[..got])?;
    input.consume(got);
    Ok(made)
}

/// `(read-bytevector! bytevector [port [start [end]]])`
pub fn read_bytevector_into(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let name = "read-bytevector!";
    let target = bytevector::mutable_bytevector(cx, name, args, 0)?;
    let (start, end) = arguments::range(cx, name, args, 2, size(target))?;
    let count = end - start;
    let port = wanted_port(cx, name, args, 1, BYTES_IN)?;
    let mut input = obtain(cx, name, &port, |input| input.waiting().len() >= count)?;
    // The wait may have moved the bytevector.
    let target = cx.argument(0);
    let got = count.min(input.waiting().len());
    bytes::store(target, start, &input.waiting()[..got]);
    input.consume(got);
    if got == 0 && count > 0 { Ok(Value::EOF) } else { Ok(Value::fixnum(got as i64)) }
}
