//! Points in time and timeouts.
//!
//! # Layout of a `Time` object
//! | payload word | what |
//! |---|---|
//! | 0 | seconds since 1970-01-01 00:00 UTC, a fixnum |
//! | 1 | nanoseconds of that second, a fixnum |

use super::mutator::Mutator;
use super::park::Until;
use super::reason::WaitingFor;
use lisle_gc::object::{field, init_field};
use lisle_gc::{HeapExhausted, Kind, Value};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SECONDS: usize = 0;
const NANOSECONDS: usize = 1;
const SIZE: usize = 2;
const SECOND: i64 = 1_000_000_000;

/// When an operation gives up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timeout {
    /// Not at all.
    Never,
    /// At this moment; a moment in the past means that the operation does not wait.
    At(Instant),
}

impl Timeout {
    /// The operation does not wait.
    pub fn none() -> Timeout {
        Timeout::At(Instant::now())
    }
    /// So many seconds from now; negative numbers count as none, and what no clock can show as
    /// never.
    pub fn after_seconds(seconds: f64) -> Timeout {
        let now = Instant::now();
        if seconds.is_nan() || seconds <= 0.0 {
            return Timeout::At(now);
        }
        let duration = Duration::try_from_secs_f64(seconds);
        duration.ok().and_then(|d| now.checked_add(d)).map_or(Timeout::Never, Timeout::At)
    }
    /// At the moment a `Time` object stands for.
    pub fn at(time: Value) -> Timeout {
        Timeout::after_seconds(seconds(time) - seconds_now())
    }
    /// Is there no time left?
    pub fn is_past(self) -> bool {
        match self {
            Timeout::Never => false,
            Timeout::At(moment) => moment <= Instant::now(),
        }
    }
    /// The end of a wait, which for a wait without one is for this.
    pub(crate) fn until(self, waiting_for: impl FnOnce() -> WaitingFor) -> Until {
        match self {
            Timeout::Never => Until::Forever(waiting_for()),
            Timeout::At(moment) => Until::Deadline(moment),
        }
    }
}

/// Seconds since 1970, now.
pub fn seconds_now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or_else(|before| -before.duration().as_secs_f64(), |d| d.as_secs_f64())
}

/// A new `Time` object for so many seconds since 1970.
///
/// # Errors
/// When the heap limit is reached.
pub fn make(m: &mut Mutator, seconds: f64) -> Result<Value, HeapExhausted> {
    let whole = seconds.floor().clamp(-1e15, 1e15);
    let nanoseconds = ((seconds - whole) * SECOND as f64).clamp(0.0, (SECOND - 1) as f64);
    make_exact(m, whole as i64, nanoseconds as i64)
}

/// A new `Time` object for now.
///
/// # Errors
/// When the heap limit is reached.
pub fn make_now(m: &mut Mutator) -> Result<Value, HeapExhausted> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(0);
    make_exact(m, seconds, i64::from(since.subsec_nanos()))
}

fn make_exact(m: &mut Mutator, seconds: i64, nanoseconds: i64) -> Result<Value, HeapExhausted> {
    let time = m.heap.object(Kind::Time, SIZE)?;
    init_field(time, SECONDS, Value::fixnum(seconds));
    init_field(time, NANOSECONDS, Value::fixnum(nanoseconds));
    Ok(time)
}

/// Seconds since 1970 of a `Time` object.
pub fn seconds(time: Value) -> f64 {
    let seconds = field(time, SECONDS).assume_fixnum() as f64;
    seconds + field(time, NANOSECONDS).assume_fixnum() as f64 / SECOND as f64
}
