//! `(lisle channel)`: queues of values between threads.

use super::{again, made, timeout};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::prim::{Prim, blocking, prim};
use lisle_gc::{HeapExhausted, Kind, Value, object};
use lisle_threads::Timeout;
use lisle_threads::channel::{self, ReceiveOutcome, SendOutcome};
use lisle_threads::select::{self, Case, Operation, SelectOutcome};

pub(super) const PRIMS: &[Prim] = &[
    prim("channel?", is_channel, 1, 1),
    prim("make-channel", make_channel, 0, 2),
    prim("channel-name", channel_name, 1, 1),
    prim("channel-capacity", channel_capacity, 1, 1),
    prim("channel-length", channel_length, 1, 1),
    prim("channel-closed?", is_channel_closed, 1, 1),
    prim("channel-close!", channel_close, 1, 1),
    blocking("channel-send!", channel_send, 2, 4),
    blocking("channel-try-send!", channel_try_send, 2, 2),
    blocking("channel-receive!", channel_receive, 1, 3),
    blocking("channel-try-receive!", channel_try_receive, 1, 2),
    blocking("%channel-select", channel_select, 2, 2),
];

fn check(cx: &mut Cx<'_>, name: &str, v: Value) -> Result<Value, Raised> {
    if channel::is_channel(v) { Ok(v) } else { Err(cx.wrong_type(name, 1, "channel", v)) }
}

fn is_channel(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(channel::is_channel(args[0])))
}

/// `(make-channel [capacity [name]])`; no capacity, or `#f`, for any number of values.
fn make_channel(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let capacity = match args.first() {
        None => None,
        Some(&v) if v == Value::FALSE => None,
        Some(&v) => match v.as_fixnum().map(usize::try_from) {
            Some(Ok(capacity)) if capacity > 0 => Some(capacity),
            _ => return Err(cx.wrong_type("make-channel", 1, "positive integer or #f", v)),
        },
    };
    let name = args.get(1).copied().unwrap_or(Value::FALSE);
    let result = channel::make(cx.mutator, capacity, name);
    made(cx, result)
}
fn channel_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(channel::name(check(cx, "channel-name", args[0])?))
}
fn channel_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let capacity = channel::capacity(check(cx, "channel-capacity", args[0])?);
    Ok(capacity.map_or(Value::FALSE, |n| Value::fixnum(n as i64)))
}
fn channel_length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let channel = check(cx, "channel-length", args[0])?;
    Ok(Value::fixnum(channel::length(channel) as i64))
}
fn is_channel_closed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let channel = check(cx, "channel-closed?", args[0])?;
    Ok(Value::boolean(channel::is_closed(channel)))
}
fn channel_close(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let channel = check(cx, "channel-close!", args[0])?;
    channel::close(cx.mutator, channel);
    Ok(Value::UNSPECIFIED)
}

fn send(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    until: Timeout,
) -> Result<SendOutcome, Raised> {
    let channel = check(cx, name, args[0])?;
    channel::send(cx.mutator, channel, args[1], until).map_err(|HeapExhausted| cx.exhausted())
}

fn closed(cx: &mut Cx<'_>, name: &str) -> Raised {
    let channel = cx.argument(0);
    cx.error(ErrorKind::ChannelClosed, &format!("{name}: the channel is closed"), &[channel])
}

/// `(channel-send! channel value [timeout [default]])`: `#t`, or the default (`#f`) when there was
/// no room in time. An error when the channel is closed.
fn channel_send(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let until = timeout(cx, "channel-send!", args, 2)?;
    let has_default = args.len() == 4;
    match send(cx, "channel-send!", args, until)? {
        SendOutcome::Sent => Ok(Value::TRUE),
        SendOutcome::TimedOut if has_default => Ok(cx.argument(3)),
        SendOutcome::TimedOut => Ok(Value::FALSE),
        SendOutcome::Closed => Err(closed(cx, "channel-send!")),
        SendOutcome::Interrupted => Err(again(cx, 2, until)),
    }
}

/// `(channel-try-send! channel value)`: was there room?
fn channel_try_send(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    match send(cx, "channel-try-send!", args, Timeout::none())? {
        SendOutcome::Sent => Ok(Value::TRUE),
        SendOutcome::TimedOut => Ok(Value::FALSE),
        SendOutcome::Closed => Err(closed(cx, "channel-try-send!")),
        SendOutcome::Interrupted => Err(cx.retry()),
    }
}

/// `(channel-receive! channel [timeout [default]])`: a value; an end-of-file object when the channel
/// is empty and closed; the default (`#f`) when nothing came in time.
fn channel_receive(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let channel = check(cx, "channel-receive!", args[0])?;
    let until = timeout(cx, "channel-receive!", args, 1)?;
    let default = (args.len() == 3).then_some(2);
    let outcome = channel::receive(cx.mutator, channel, until);
    match outcome {
        ReceiveOutcome::Interrupted => Err(again(cx, 1, until)),
        outcome => Ok(received(cx, outcome, default)),
    }
}

/// `(channel-try-receive! channel [default])`: the same without waiting.
fn channel_try_receive(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let channel = check(cx, "channel-try-receive!", args[0])?;
    let default = (args.len() == 2).then_some(1);
    match channel::receive(cx.mutator, channel, Timeout::none()) {
        ReceiveOutcome::Interrupted => Err(cx.retry()),
        outcome => Ok(received(cx, outcome, default)),
    }
}

/// What a receiver gets that was not interrupted; `default` is an argument.
fn received(cx: &Cx<'_>, outcome: ReceiveOutcome, default: Option<usize>) -> Value {
    match outcome {
        ReceiveOutcome::Received(value) => value,
        ReceiveOutcome::Closed => Value::EOF,
        ReceiveOutcome::TimedOut | ReceiveOutcome::Interrupted => {
            default.map_or(Value::FALSE, |index| cx.argument(index))
        }
    }
}

/// `(%channel-select cases timeout)`: the cases are a vector of pairs, `(receive . channel)` as
/// `(#f . channel)` and a send as `((value) . channel)`. Answers a pair of the case's number, or `#f`
/// when none was possible in time, and the value received (an end-of-file object when closed), `#t`
/// when sent.
fn channel_select(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let until = timeout(cx, "channel-select", args, 1)?;
    let mut cases = Vec::new();
    if !object::is_kind(args[0], Kind::Vector) {
        return Err(cx.wrong_type("channel-select", 1, "vector of cases", args[0]));
    }
    for index in 0..object::size(args[0]) {
        let case = object::field(args[0], index);
        let of = if case.is_pair() { object::cdr(case) } else { Value::FALSE };
        if !channel::is_channel(of) {
            return Err(cx.wrong_type("channel-select", index + 1, "case on a channel", case));
        }
        let sent = object::car(case);
        let operation = match sent.is_pair() {
            true => Operation::Send(object::car(sent)),
            false => Operation::Receive,
        };
        cases.push(Case { channel: of, operation });
    }
    // Made before anything is done: what is run again for want of memory must have done nothing.
    let answer = cx.cons(Value::FALSE, Value::FALSE)?;
    let held = cx.mutator.hold(&[answer]);
    let outcome = select::select(cx.mutator, &cases, until);
    let answer = cx.mutator.held(&held, 0);
    cx.mutator.release(held);
    let (number, value) = match outcome.map_err(|HeapExhausted| cx.exhausted())? {
        SelectOutcome::Received(number, value) => (number, value),
        SelectOutcome::Sent(number) => (number, Value::TRUE),
        SelectOutcome::Closed(number) => (number, Value::EOF),
        SelectOutcome::TimedOut => return Ok(answer),
        SelectOutcome::Interrupted => return Err(again(cx, 1, until)),
    };
    cx.heap().set_car(answer, Value::fixnum(number as i64));
    cx.heap().set_cdr(answer, value);
    Ok(answer)
}
