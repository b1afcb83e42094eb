//! Conditions: what errors raise.
//!
//! A condition is a record of a built-in type with five fields: kind (a symbol), message, irritants,
//! the trace, a vector of alternating code and instruction indexes from the innermost
//! frame out, filled in when the condition is raised first, and the host's error, if it stands for
//! one.

use crate::cx::{Cx, Raised};
use crate::limits::Limit;
use lisle_gc::{Kind, Value, object};

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// Raised by `error`, or nothing more special.
    General,
    /// An argument of the wrong type.
    Type,
    /// An argument out of range.
    Range,
    /// A wrong number of arguments.
    Arity,
    /// A variable without a value.
    Unbound,
    /// A call of what is no procedure.
    NotProcedure,
    /// An exact division by zero.
    DivideByZero,
    /// A file could not be used.
    File,
    /// Text that is no datum.
    Read,
    /// A form that is no program.
    Syntax,
    /// The heap limit is reached.
    HeapExhausted,
    /// The program was interrupted.
    Interrupted,
    /// Every thread waits on another.
    Deadlock,
    /// An evaluation has used up a limit (see [`crate::limits`]).
    Limit(Limit),
    /// The program may not do this (see [`crate::capability`]).
    Denied,
    /// A thread could not be made, or was used wrongly.
    Thread,
    /// SRFI 18: `thread-join!` timed out.
    JoinTimeout,
    /// SRFI 18: the mutex's owner ended without unlocking it.
    AbandonedMutex,
    /// SRFI 18: the thread that was joined had been terminated.
    TerminatedThread,
    /// SRFI 18: the thread that was joined ended with an exception, which is the irritant.
    UncaughtException,
    /// A channel was closed.
    ChannelClosed,
    /// A procedure of the host failed.
    Host,
    /// A procedure of the host panicked.
    Panic,
    /// A continuation would enter a call from the host that has ended or is another thread's.
    Barrier,
    /// Calls between host and guest are nested too deeply.
    Nesting,
}

impl ErrorKind {
    /// The symbol in a condition's first field.
    pub const fn name(self) -> &'static str {
        match self {
            ErrorKind::General => "error",
            ErrorKind::Type => "wrong-type",
            ErrorKind::Range => "out-of-range",
            ErrorKind::Arity => "wrong-number-of-arguments",
            ErrorKind::Unbound => "unbound-variable",
            ErrorKind::NotProcedure => "not-a-procedure",
            ErrorKind::DivideByZero => "divide-by-zero",
            ErrorKind::File => "file-error",
            ErrorKind::Read => "read-error",
            ErrorKind::Syntax => "syntax-error",
            ErrorKind::HeapExhausted => "heap-exhausted",
            ErrorKind::Interrupted => "interrupted",
            ErrorKind::Deadlock => "deadlock",
            ErrorKind::Limit(limit) => limit.name(),
            ErrorKind::Denied => "not-allowed",
            ErrorKind::Thread => "thread-error",
            ErrorKind::JoinTimeout => "join-timeout",
            ErrorKind::AbandonedMutex => "abandoned-mutex",
            ErrorKind::TerminatedThread => "terminated-thread",
            ErrorKind::UncaughtException => "uncaught-exception",
            ErrorKind::ChannelClosed => "channel-closed",
            ErrorKind::Host => "host-error",
            ErrorKind::Panic => "host-panic",
            ErrorKind::Barrier => "continuation-barrier",
            ErrorKind::Nesting => "nested-too-deeply",
        }
    }
}

/// Record field (after the type) of the kind.
pub const KIND: usize = 1;
/// Record field of the message.
pub const MESSAGE: usize = 2;
/// Record field of the irritants.
pub const IRRITANTS: usize = 3;
/// Record field of the trace, `#f` until raised.
pub const TRACE: usize = 4;
/// Record field of the host's error that the condition stands for, a `Native`, or `#f`.
pub const HOST: usize = 5;
/// Fields of the record, its type included.
pub const SIZE: usize = 6;

/// A condition that was not raised yet.
pub fn make(
    cx: &mut Cx<'_>,
    kind: ErrorKind,
    message: &str,
    irritants: &[Value],
) -> Result<Value, Raised> {
    let message = cx.string(message)?;
    let irritants = cx.list(irritants)?;
    let kind = cx.intern(kind.name())?;
    make_of(cx, kind, message, irritants)
}

/// The same from values.
pub fn make_of(
    cx: &mut Cx<'_>,
    kind: Value,
    message: Value,
    irritants: Value,
) -> Result<Value, Raised> {
    let condition = cx.object(Kind::Record, SIZE)?;
    object::init_field(condition, 0, cx.vm().condition_type());
    object::init_field(condition, KIND, kind);
    object::init_field(condition, MESSAGE, message);
    object::init_field(condition, IRRITANTS, irritants);
    object::init_field(condition, TRACE, Value::FALSE);
    object::init_field(condition, HOST, Value::FALSE);
    Ok(condition)
}

/// Is this a condition?
pub fn is_condition(cx: &Cx<'_>, v: Value) -> bool {
    object::is_kind(v, Kind::Record) && object::field(v, 0) == cx.vm().condition_type()
}
