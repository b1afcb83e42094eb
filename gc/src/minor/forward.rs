//! How workers of a collection agree on who moves an object, and where it is then.
//!
//! A moved pair has [`Value::FORWARDED`] in its first word and its new value in the second; a moved
//! object has its new value, which is odd, in place of its header. While `SHARED`, two workers may
//! come to the same object:
//!
//! - Each has memory for the copy already, and the one that comes second takes its own back.
//! - An object is copied, and then claimed by a compare-and-swap of its header with the new value.
//!   Nobody writes to the rest of it, so an idle copy is merely dropped.
//! - A pair is claimed by setting its first word to [`Value::BUSY`]; between that and its
//!   forwarding mark are three stores, for which others wait.
//! - Forwarding marks are stored with release and read with acquire, so whoever follows one sees
//!   the copy complete.
//!
//! `model.rs` runs these functions over loom's atomics.

use super::slot;
use super::sync::pause;
use crate::{Value, value::TAG_PAIR};

/// The new value of a pair that was moved; else its first word.
#[inline(always)]
pub(crate) fn moved_pair<const SHARED: bool>(from: usize) -> Result<u64, u64> {
    let first = if SHARED { slot::load_acquire(from) } else { slot::load(from) };
    if first == Value::FORWARDED.bits() { Ok(slot::load(from + 8)) } else { Err(first) }
}

/// The new value of an object that was moved; else its header.
#[inline(always)]
pub(crate) fn moved_object<const SHARED: bool>(from: usize) -> Result<u64, u64> {
    let first = if SHARED { slot::load_acquire(from) } else { slot::load(from) };
    if first & 1 == 1 { Ok(first) } else { Err(first) }
}

/// Moves a pair whose first word was `first`: its new value; or, when another worker was faster, the
/// value that this one gave it.
#[inline(always)]
pub(crate) fn move_pair<const SHARED: bool>(
    from: usize,
    first: u64,
    to: usize,
) -> Result<u64, u64> {
    if SHARED && !claim_pair(from, first) {
        return Err(slot::load(from + 8));
    }
    slot::store(to, first);
    slot::store(to + 8, slot::load(from + 8));
    let moved = Value::from_address(to, TAG_PAIR).bits();
    slot::store(from + 8, moved);
    if SHARED {
        slot::store_release(from, Value::FORWARDED.bits());
    } else {
        slot::store(from, Value::FORWARDED.bits());
    }
    Ok(moved)
}

/// Moves an object of so many words whose header was `header`: `moved`, which leads to `to`; or, when
/// another worker was faster, the value that this one gave it.
#[inline(always)]
pub(crate) fn move_object<const SHARED: bool>(
    from: usize,
    (header, words): (u64, usize),
    to: usize,
    moved: u64,
) -> Result<u64, u64> {
    slot::store(to, header);
    slot::copy_words(from + 8, to + 8, words - 1);
    if SHARED {
        slot::compare_exchange(from, header, moved)?;
    } else {
        slot::store(from, moved);
    }
    Ok(moved)
}

/// Claims a pair whose first word was `first`. False when another worker has moved it, for whose
/// forwarding mark this waits.
#[inline(always)]
fn claim_pair(from: usize, first: u64) -> bool {
    if first != Value::BUSY.bits()
        && slot::compare_exchange(from, first, Value::BUSY.bits()).is_ok()
    {
        return true;
    }
    let mut turn = 0u32;
    while slot::load_acquire(from) != Value::FORWARDED.bits() {
        turn = turn.wrapping_add(1);
        pause(turn);
    }
    false
}
