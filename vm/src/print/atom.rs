//! Values that are written without their parts.

use super::Style;
use crate::bytecode::code::Code;
use crate::num::{self, parse_number};
use crate::prim::{port, syntax};
use crate::text::Text;
use crate::vm::VmShared;
use lisle_gc::object::{byte, field, is_kind, kind, size};
use lisle_gc::{Kind, Value};
use lisle_threads::{channel, condvar, label, mutex, thread};

/// About so much of the form in a syntax object is written.
const SYNTAX_TEXT_LIMIT: usize = 120;

/// Appends the written form of a value without parts.
pub fn append(vm: &VmShared, v: Value, style: Style, out: &mut String) {
    if let Some(n) = v.as_fixnum() {
        out.push_str(&n.to_string());
    } else if let Some(c) = v.as_char() {
        if style == Style::Display { out.push(c) } else { append_char(c, out) }
    } else if let Some(number) = num::from_value(v) {
        out.push_str(&number.to_text(10));
    } else if v.is_pointer() {
        append_object(vm, v, style, out);
    } else {
        out.push_str(constant_name(v));
    }
}

fn constant_name(v: Value) -> &'static str {
    match v {
        Value::FALSE => "#f",
        Value::TRUE => "#t",
        Value::NIL => "()",
        Value::UNSPECIFIED => "#<unspecified>",
        Value::EOF => "#<eof>",
        Value::BROKEN => "#!bwp",
        Value::DEFAULT => "#!default",
        Value::UNBOUND => "#<unbound>",
        _ => "#<constant>",
    }
}

fn append_object(vm: &VmShared, v: Value, style: Style, out: &mut String) {
    match kind(v) {
        Some(Kind::String) if style == Style::Display => {
            let text = Text::of(v);
            text.append_range_to(0, text.len(), out);
        }
        Some(Kind::String) => append_string(Text::of(v), out),
        Some(Kind::Symbol) => {
            let name = Text::of(field(v, 0)).to_rust_string();
            if style == Style::Display || !needs_bars(&name) {
                out.push_str(&name);
            } else {
                append_in_bars(&name, out);
            }
        }
        // An empty vector; others have parts.
        Some(Kind::Vector) => out.push_str("#()"),
        Some(Kind::Bytevector) => append_bytevector(v, out),
        Some(kind) => append_opaque(vm, v, kind, out),
        None => out.push_str("#<pair>"),
    }
}

fn append_bytevector(v: Value, out: &mut String) {
    out.push_str("#u8(");
    for index in 0..size(v) {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(&byte(v, index).to_string());
    }
    out.push(')');
}

fn append_opaque(vm: &VmShared, v: Value, kind: Kind, out: &mut String) {
    let name_of = |symbol: Value| {
        is_kind(symbol, Kind::Symbol).then(|| Text::of(field(symbol, 0)).to_rust_string())
    };
    let (what, name) = match kind {
        Kind::Closure => ("procedure", procedure_name(vm, v)),
        Kind::Continuation | Kind::Escape | Kind::PartialContinuation => ("continuation", None),
        Kind::Parameter => ("parameter", None),
        Kind::RecordType => ("record-type", name_of(field(v, 0))),
        // A record without fields; others have parts.
        Kind::Record => ("record", name_of(field(field(v, 0), 0))),
        Kind::Promise => ("promise", None),
        Kind::HashTable => ("hash-table", None),
        Kind::WeakBox => ("weak-box", None),
        Kind::Ephemeron => ("ephemeron", None),
        Kind::Guardian => ("guardian", None),
        Kind::Native => match (port::port_of(&vm.heap, v), syntax::object_of(vm, v)) {
            (Some(port), _) => ("port", Some(port.name.clone())),
            (_, Some(form)) => {
                ("syntax", Some(form.0.to_text_within(&vm.symbols, SYNTAX_TEXT_LIMIT)))
            }
            _ => ("native", None),
        },
        Kind::Thread => ("thread", label::text(thread::name(v)).map(|name| name.to_string())),
        // As reports of deadlocks call them.
        Kind::Mutex => ("mutex", Some(mutex::label(v).plain())),
        Kind::Condvar => ("condition-variable", Some(condvar::label(v).plain())),
        Kind::Channel => ("channel", Some(channel::label(v).plain())),
        Kind::Time => ("time", None),
        Kind::PromptTag => ("prompt-tag", None),
        Kind::GlobalEnvironment | Kind::Environment => ("environment", None),
        Kind::Values => ("values", None),
        _ => ("object", None),
    };
    out.push_str("#<");
    out.push_str(what);
    if let Some(name) = name {
        out.push(' ');
        out.push_str(&name);
    }
    out.push('>');
}

#[expect(unsafe_code, reason = "looks at the code of a closure for its name")]
fn procedure_name(vm: &VmShared, closure: Value) -> Option<String> {
    // SAFETY: a closure, and no safepoint comes before the last use of its code.
    let code = unsafe { &*Code::of(closure) };
    code.name.map(|name| vm.symbols.name(name).to_string())
}

fn char_name(c: char) -> Option<&'static str> {
    Some(match c {
        '\0' => "null",
        '\u{7}' => "alarm",
        '\u{8}' => "backspace",
        '\t' => "tab",
        '\n' => "newline",
        '\r' => "return",
        '\u{1b}' => "escape",
        ' ' => "space",
        '\u{7f}' => "delete",
        _ => return None,
    })
}

fn append_char(c: char, out: &mut String) {
    out.push_str("#\\");
    match char_name(c) {
        Some(name) => out.push_str(name),
        None if c.is_control() || c.is_whitespace() => {
            out.push_str(&format!("x{:x}", u32::from(c)));
        }
        None => out.push(c),
    }
}

/// Appends a character of a string or symbol between `bracket`s.
fn append_escaped(c: char, bracket: char, out: &mut String) {
    match c {
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\\' => out.push_str("\\\\"),
        _ if c == bracket => {
            out.push('\\');
            out.push(c);
        }
        _ if c.is_control() => out.push_str(&format!("\\x{:x};", u32::from(c))),
        _ => out.push(c),
    }
}

fn append_string(text: Text, out: &mut String) {
    out.push('"');
    text.chars().for_each(|c| append_escaped(c, '"', out));
    out.push('"');
}

fn append_in_bars(name: &str, out: &mut String) {
    out.push('|');
    name.chars().for_each(|c| append_escaped(c, '|', out));
    out.push('|');
}

/// Would a symbol of this name be read back as something else without bars?
pub(super) fn needs_bars(name: &str) -> bool {
    let special = |c: char| {
        matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '"' | ';' | '\'' | '`' | ',' | '|' | '\\')
            || c.is_whitespace()
            || c.is_control()
            || c == char::REPLACEMENT_CHARACTER
    };
    name.is_empty()
        || name == "."
        || name.starts_with('#')
        || name.chars().any(special)
        || (name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
            && parse_number(name, 10).is_some())
}
