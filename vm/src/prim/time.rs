//! Time (R7RS 6.14).

use super::{Prim, prim};
use crate::cx::{Cx, Raised};
use lisle_gc::Value;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// When jiffies began to count.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The jiffy of a moment; the first for those before.
pub(super) fn jiffy(moment: Instant) -> i64 {
    i64::try_from(moment.saturating_duration_since(*START).as_nanos()).unwrap_or(i64::MAX)
}
/// The moment of a jiffy; `None` for what no clock can show.
pub(super) fn moment(jiffy: i64) -> Option<Instant> {
    START.checked_add(Duration::from_nanos(u64::try_from(jiffy).ok()?))
}

const JIFFIES_PER_SECOND: i64 = 1_000_000_000;

/// `(current-second)`: seconds since 1970, leap seconds not counted.
fn current_second(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    cx.flonum(since.as_secs_f64())
}

fn current_jiffy(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    // A fixnum of nanoseconds lasts for 36 years.
    Ok(Value::fixnum(jiffy(Instant::now())))
}

fn jiffies_per_second(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::fixnum(JIFFIES_PER_SECOND))
}

/// `(runtime)`: seconds since the program began.
fn runtime(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    cx.flonum(START.elapsed().as_secs_f64())
}

/// `(real-time)`: milliseconds since 1970.
fn real_time(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    cx.flonum(since.as_secs_f64() * 1000.0)
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("current-second", current_second, 0, 0),
    prim("current-jiffy", current_jiffy, 0, 0),
    prim("jiffies-per-second", jiffies_per_second, 0, 0),
    prim("runtime", runtime, 0, 0),
    prim("real-time", real_time, 0, 0),
];
