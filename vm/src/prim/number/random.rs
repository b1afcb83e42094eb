//! Random numbers (the default source of SRFI 27, and `random`).
//!
//! One generator serves the process: the state is a counter that every draw advances atomically, and
//! what is drawn is a mix of its value (Steele, Lea and Flood, "Fast splittable pseudorandom number
//! generators"). Draws of several threads never wait for each other and never repeat.

use crate::cx::{Cx, Raised};
use crate::num::heap::as_flonum;
use crate::num::{Number, from_value, to_value};
use crate::prim::{Prim, prim};
use dashu_base::BitTest;
use dashu_int::UBig;
use lisle_gc::Value;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

type Answer = Result<Value, Raised>;

/// An odd number near 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

static STATE: LazyLock<AtomicU64> =
    LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one(STEP)));

/// 64 random bits.
pub fn random_bits() -> u64 {
    // Relaxed: only the draws' being different matters, not their order.
    let count = STATE.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
    let mixed = (count ^ (count >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A random double between 0 and 1, both excluded.
fn unit() -> f64 {
    ((random_bits() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
}

/// A random integer below `bound`, which is not zero; all are equally likely.
fn below(bound: &UBig) -> UBig {
    let bits = bound.bit_len();
    let excess = (bits.div_ceil(64) * 64 - bits) as u32;
    loop {
        let mut words: Vec<u64> = (0..bits.div_ceil(64)).map(|_| random_bits()).collect();
        if let Some(highest) = words.last_mut() {
            *highest >>= excess;
        }
        let drawn = UBig::from_words(&words);
        if drawn < *bound {
            return drawn;
        }
    }
}

fn draw_integer(cx: &mut Cx<'_>, name: &str, bound: Value) -> Answer {
    match from_value(bound) {
        Some(n) if n.is_exact_integer() && n.is_positive() => {
            let bound = n.to_big().expect("an exact integer").into_parts().1;
            to_value(cx, &Number::from(below(&bound)))
        }
        Some(n) if n.is_exact_integer() => Err(cx.out_of_range(name, 1, bound)),
        _ => Err(cx.wrong_type(name, 1, "positive exact integer", bound)),
    }
}

fn random_integer(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    draw_integer(cx, "random-integer", args[0])
}

fn random_real(cx: &mut Cx<'_>, _args: &[Value]) -> Answer {
    cx.flonum(unit())
}

fn random(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match as_flonum(args[0]) {
        Some(bound) => cx.flonum(unit() * bound),
        None => draw_integer(cx, "random", args[0]),
    }
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("random", random, 1, 1),
    prim("random-integer", random_integer, 1, 1),
    prim("random-real", random_real, 0, 0),
];

#[cfg(test)]
mod tests {
    use super::{below, random_bits, unit};
    use dashu_int::UBig;

    #[test]
    fn draws_stay_below_their_bound_and_reach_every_value() {
        let bound = UBig::from(5_u8);
        let mut seen = [false; 5];
        for _ in 0..1000 {
            let drawn = u64::try_from(below(&bound)).unwrap();
            seen[drawn as usize] = true;
        }
        assert_eq!(seen, [true; 5]);
        let large = UBig::ONE << 200;
        assert!((0..100).all(|_| below(&large) < large));
        assert_eq!(below(&UBig::ONE), UBig::ZERO);
    }

    #[test]
    fn reals_are_inside_the_open_unit_interval() {
        assert!((0..1000).map(|_| unit()).all(|x| x > 0.0 && x < 1.0));
        assert_ne!(random_bits(), random_bits());
    }
}
