//! Hashing of values.
//!
//! Numbers, characters, strings, symbols and what `equal?` looks into are hashed by content, which
//! no collection changes. Other objects can only be told apart by their address: inside of structure,
//! [`content`] takes them all for the same; by themselves they are numbered when they are hashed.

use crate::prim::character::case;
use crate::text::{HASH_START, Text, hash_char};
use lisle_gc::object::{car, cdr, field, header, raw_payload_word, size};
use lisle_gc::{Kind, Value};

/// Spreads the bits of a word.
#[inline]
pub fn mix(bits: u64) -> u64 {
    let product = (bits ^ bits >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 29
}

/// How many neighbours are kept together by [`scatter`]; a power of two.
const NEIGHBOURS: u32 = 8;

/// Spreads the bits of a number over a hash, but keeps eight numbers that begin at a multiple of
/// eight together, in some order. For indexes larger than a cache, as what one program looks up in
/// turn is then often in the same line. Their order depends on the other bits, so that numbers
/// which are all alike in the lowest ones do not crowd an eighth of the index.
#[inline]
fn scatter(number: u64) -> u32 {
    (mix(number >> NEIGHBOURS.trailing_zeros()) ^ (number % u64::from(NEIGHBOURS))) as u32
}

/// The hash of an object by its address. Objects that were made one after the other lie side by
/// side.
#[inline]
pub fn address(object: Value) -> u32 {
    scatter(object.bits() / GRANULE)
}

/// Where objects begin, in bytes.
const GRANULE: u64 = 16;

fn join(hash: u64, other: u64) -> u64 {
    mix(hash.rotate_left(7) ^ other)
}

/// The hash of a number object, or `None` for objects that are no numbers.
pub fn number(object: Value) -> Option<u64> {
    let head = header(object);
    match head.kind() {
        Kind::Flonum => {
            let x = f64::from_bits(raw_payload_word(object, 0));
            Some(mix(if x.is_nan() { 1 } else { x.to_bits() }))
        }
        Kind::Bignum => {
            let words = 0..head.total_words() - 1;
            let sign = u64::from(head.flag());
            Some(words.fold(sign, |hash, index| join(hash, raw_payload_word(object, index))))
        }
        Kind::Ratnum | Kind::Compnum => {
            Some(join(content(field(object, 0)), content(field(object, 1))))
        }
        _ => None,
    }
}

/// The hash of a string's characters.
pub fn text(text: Text) -> u64 {
    mix(text.hash())
}

/// The same for strings that differ only in case.
pub fn folded_text(text: Text) -> u64 {
    let mut hash = HASH_START;
    text.chars().for_each(|c| case::fold_full(c, |f| hash = hash_char(hash, f)));
    mix(hash)
}

fn bytes(object: Value) -> u64 {
    let words = 0..size(object).div_ceil(8);
    words.fold(size(object) as u64, |hash, index| join(hash, raw_payload_word(object, index)))
}

/// The hash of a value without looking into pairs and vectors; `None` if only its address tells it
/// from others.
pub fn leaf(v: Value) -> Option<u64> {
    if !v.is_pointer() {
        return Some(mix(v.bits()));
    }
    if !v.is_object() {
        return None;
    }
    match header(v).kind() {
        Kind::String => Some(text(Text::of(v))),
        Kind::Symbol => Some(mix(field(v, 1).bits())),
        Kind::Bytevector => Some(bytes(v)),
        _ => number(v),
    }
}

/// How many parts of a structure are looked at.
const MOST_PARTS: usize = 64;

/// A hash that values equal by `equal?` share and that never changes.
pub fn content(v: Value) -> u64 {
    if let Some(hash) = leaf(v) {
        return hash;
    }
    let mut hash = 0;
    let mut pending = vec![v];
    let mut budget = MOST_PARTS;
    while let Some(next) = pending.pop() {
        if budget == 0 {
            break;
        }
        budget -= 1;
        hash = match leaf(next) {
            Some(part) => join(hash, part),
            None if next.is_pair() => {
                pending.push(cdr(next));
                pending.push(car(next));
                join(hash, 1)
            }
            None if header(next).is(Kind::Vector) => {
                let length = size(next);
                pending.extend((0..length.min(budget)).rev().map(|index| field(next, index)));
                join(hash, length as u64)
            }
            None => join(hash, header(next).kind() as u64 + 2),
        };
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::{NEIGHBOURS, scatter};
    use std::collections::HashSet;

    #[test]
    fn neighbours_stay_together_and_do_not_collide() {
        for start in (0..4096).step_by(NEIGHBOURS as usize) {
            let hashes: HashSet<u32> =
                (start..start + u64::from(NEIGHBOURS)).map(scatter).collect();
            assert_eq!(hashes.len(), NEIGHBOURS as usize);
            let blocks: HashSet<u32> = hashes.iter().map(|hash| hash / NEIGHBOURS).collect();
            assert_eq!(blocks.len(), 1);
        }
    }

    #[test]
    fn numbers_that_differ_in_high_bits_alone_do_not_crowd() {
        for shift in [3, 4, 8, 16, 29] {
            let low: HashSet<u32> = (0..64).map(|n| scatter(n << shift) % NEIGHBOURS).collect();
            assert_eq!(low.len(), NEIGHBOURS as usize, "{shift}");
            let whole: HashSet<u32> = (0..1000).map(|n| scatter(n << shift) % 4096).collect();
            assert!(whole.len() > 800, "{shift}: {}", whole.len());
        }
    }
}
