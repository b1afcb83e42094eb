//! The hash table object.
//!
//! The entries stand in a vector, key and value by turns, in the order of insertion. Two open
//! addressing indexes (bytevectors of one word a slot: half of it hash, half of it entry number)
//! lead to them. Objects whose identity is their address are hashed by it. The *main index* holds
//! the keys whose hash no collection can change, among them old objects, which never move; the
//! *young index* holds keys that are young objects, and is built anew when there was a collection
//! since it was used last. So a big table is never rehashed because of a collection.
//!
//! In a weak table, which holds ephemerons in place of keys and values, entries break. They are told
//! from others when they are met, and squeezed out when the vector is full.
//!
//! A table is locked while a primitive works on it. No safepoint lies within, so the lock is only
//! ever held for a short time, and never by a thread that is stopped.

use super::entries::Entries;
pub use super::entries::Weakness;
use super::hash;
use crate::prim::equality::{equal, eqv};
use crate::prim::string;
use crate::text::{Text, bytes};
use lisle_gc::object::{
    car, cdr, field, field_atomic, init_field, is_kind, raw_payload_word, set_raw_payload_word,
    size,
};
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value};
use std::sync::atomic::Ordering;

/// Which keys are the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Equivalence {
    /// `eq?`
    Eq,
    /// `eqv?`
    Eqv,
    /// `equal?`
    Equal,
    /// `string=?`
    String,
    /// `string-ci=?`
    StringCi,
    /// A procedure of the program's: the keys are hashes, the values association lists.
    Custom,
}

impl Equivalence {
    const ALL: [Equivalence; 6] = [
        Equivalence::Eq,
        Equivalence::Eqv,
        Equivalence::Equal,
        Equivalence::String,
        Equivalence::StringCi,
        Equivalence::Custom,
    ];

    /// The name programs give.
    pub const fn name(self) -> &'static str {
        match self {
            Equivalence::Eq => "eq",
            Equivalence::Eqv => "eqv",
            Equivalence::Equal => "equal",
            Equivalence::String => "string",
            Equivalence::StringCi => "string-ci",
            Equivalence::Custom => "custom",
        }
    }
    /// The equivalence with this name.
    pub fn named(name: &str) -> Option<Equivalence> {
        Equivalence::ALL.into_iter().find(|e| e.name() == name)
    }
    /// Out of line, for what looks keys up by identity to be short.
    #[inline(never)]
    fn same(self, a: Value, b: Value) -> bool {
        match self {
            Equivalence::Eq => a == b,
            Equivalence::Eqv | Equivalence::Custom => eqv(a, b),
            Equivalence::Equal => equal(a, b),
            Equivalence::String => match (Text::try_of(a), Text::try_of(b)) {
                (Some(a), Some(b)) => a.equal(b),
                _ => a == b,
            },
            Equivalence::StringCi => match (Text::try_of(a), Text::try_of(b)) {
                (Some(a), Some(b)) => string::folded(a) == string::folded(b),
                _ => a == b,
            },
        }
    }
    /// A hash that does not depend on the key's address, if the key has one.
    #[inline]
    fn stable_hash(self, key: Value) -> Option<u64> {
        if !key.is_pointer() {
            return Some(hash::mix(key.bits()));
        }
        if self == Equivalence::Eq { None } else { self.hash_of_content(key) }
    }
    #[inline(never)]
    fn hash_of_content(self, key: Value) -> Option<u64> {
        match self {
            Equivalence::Eq => None,
            Equivalence::Eqv | Equivalence::Custom => {
                if key.is_object() {
                    hash::number(key)
                } else {
                    None
                }
            }
            Equivalence::Equal if key.is_pair() || is_kind(key, Kind::Vector) => {
                Some(hash::content(key))
            }
            Equivalence::Equal => hash::leaf(key),
            Equivalence::String => Text::try_of(key).map(hash::text),
            Equivalence::StringCi => Text::try_of(key).map(hash::folded_text),
        }
    }
}

// Payload fields of a table.
const LOCK: usize = 0;
const EQUIVALENCE: usize = 1;
const LIVE: usize = 2;
const USED: usize = 3;
const ENTRIES: usize = 4;
const MAIN: usize = 5;
const MAIN_USED: usize = 6;
const YOUNG: usize = 7;
const YOUNG_USED: usize = 8;
const EPOCH: usize = 9;
const CUSTOM_COUNT: usize = 10;
const ATTACHMENT: usize = 11;
const WEAK: usize = 12;
const FIELDS: usize = 13;

const UNLOCKED: u64 = Value::ZERO.bits();
const LOCKED: u64 = Value::fixnum(1).bits();
const SPINS: u32 = 64;

const EMPTY_SLOT: u64 = 0;
const DELETED_SLOT: u64 = 0xffff_ffff;
/// Instead of its new number, for an entry that is gone.
const SQUEEZED_OUT: u32 = u32::MAX;
/// More entries than this are refused.
const MOST_ENTRIES: usize = 0xffff_fff0;

/// One of the two indexes of a table.
#[derive(Clone, Copy)]
struct Index {
    slots: usize,
    used: usize,
}

const MAIN_INDEX: Index = Index { slots: MAIN, used: MAIN_USED };
const YOUNG_INDEX: Index = Index { slots: YOUNG, used: YOUNG_USED };

/// A key's hash and the index it belongs in.
#[derive(Clone, Copy)]
struct Place {
    hash: u32,
    index: Index,
}

/// A locked table; unlocked when dropped. Valid until the next safepoint.
pub struct Table(Value);

impl Drop for Table {
    fn drop(&mut self) {
        // Release: pairs with the acquire of the next thread to lock.
        field_atomic(self.0, LOCK).store(UNLOCKED, Ordering::Release);
    }
}

/// A new table with room for `room` entries.
pub fn make(
    heap: &mut LocalHeap,
    equivalence: Equivalence,
    weakness: Weakness,
    room: usize,
) -> Result<Value, HeapExhausted> {
    let entries = heap.object(Kind::Vector, room.clamp(4, MOST_ENTRIES) * 2)?;
    let table = heap.object(Kind::HashTable, FIELDS)?;
    init_field(table, EQUIVALENCE, Value::fixnum(equivalence as i64));
    init_field(table, ENTRIES, entries);
    init_field(table, MAIN, Value::FALSE);
    init_field(table, YOUNG, Value::FALSE);
    init_field(table, ATTACHMENT, Value::FALSE);
    init_field(table, WEAK, Value::fixnum(weakness as i64));
    Ok(table)
}

/// The equivalence of a table.
pub fn equivalence(table: Value) -> Equivalence {
    Equivalence::ALL[field(table, EQUIVALENCE).assume_fixnum() as usize]
}

/// What a program keeps with a table.
pub fn attachment(table: Value) -> Value {
    field(table, ATTACHMENT)
}

/// Sets what a program keeps with a table.
pub fn set_attachment(heap: &mut LocalHeap, table: Value, value: Value) {
    heap.store(table, ATTACHMENT, value);
}

/// Which part of its entries a table does not keep alive.
pub fn weakness(table: Value) -> Weakness {
    Weakness::numbered(field(table, WEAK).assume_fixnum())
}

/// Is nothing left of an association list of ephemeron pairs?
fn is_broken_bucket(bucket: Value) -> bool {
    let mut rest = bucket;
    while rest.is_pair() {
        let entry = car(rest);
        if !entry.is_pair() || car(entry) != Value::BROKEN {
            return false;
        }
        rest = cdr(rest);
    }
    true
}

fn slot(slots: Value, at: usize) -> u64 {
    raw_payload_word(slots, at)
}

fn capacity(slots: Value) -> usize {
    if slots == Value::FALSE { 0 } else { size(slots) / 8 }
}

/// Puts an entry into slots known to have a free one. Was it an unused one?
fn insert_slot(slots: Value, hash: u32, entry: usize) -> bool {
    let mask = capacity(slots) - 1;
    let mut at = hash as usize & mask;
    loop {
        let found = slot(slots, at);
        if found == EMPTY_SLOT || found == DELETED_SLOT {
            set_raw_payload_word(slots, at, u64::from(hash) << 32 | (entry as u64 + 1));
            return found == EMPTY_SLOT;
        }
        at = (at + 1) & mask;
    }
}

/// Hash and entry number of each slot in use.
fn occupied(slots: Value) -> impl Iterator<Item = (u32, usize)> {
    (0..capacity(slots)).filter_map(move |at| {
        let found = slot(slots, at);
        let in_use = found != EMPTY_SLOT && found != DELETED_SLOT;
        in_use.then(|| ((found >> 32) as u32, (found as u32) as usize - 1))
    })
}

impl Table {
    /// Locks a table.
    pub fn lock(table: Value) -> Table {
        let lock = field_atomic(table, LOCK);
        let mut spins = 0;
        // Acquire: pairs with the release in `drop`.
        while lock
            .compare_exchange_weak(UNLOCKED, LOCKED, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
        Table(table)
    }

    fn number(&self, index: usize) -> usize {
        field(self.0, index).assume_fixnum() as usize
    }
    fn set_number(&self, index: usize, n: usize) {
        init_field(self.0, index, Value::fixnum(n as i64));
    }

    fn is_custom(&self) -> bool {
        equivalence(self.0) == Equivalence::Custom
    }

    /// The entries: of a table with an equivalence of the program's, hashes and lists, which
    /// contain the weak references if there are any.
    fn contents(&self) -> Entries {
        let weakness = if self.is_custom() { Weakness::Strong } else { weakness(self.0) };
        Entries::new(field(self.0, ENTRIES), weakness)
    }

    /// Is an entry there, and not broken?
    fn is_live(&self, entry: usize) -> bool {
        match self.contents().get(entry) {
            None => false,
            Some((_, bucket)) if self.is_custom() && weakness(self.0) != Weakness::Strong => {
                !is_broken_bucket(bucket)
            }
            Some(_) => true,
        }
    }

    /// How many keys there are. In a weak table that means to count them; in one with an
    /// equivalence of the program's too, this counts broken ones.
    pub fn len(&self) -> usize {
        let custom = self.is_custom();
        if !custom && weakness(self.0) != Weakness::Strong {
            return (0..self.number(USED)).filter(|&entry| self.is_live(entry)).count();
        }
        self.number(if custom { CUSTOM_COUNT } else { LIVE })
    }
    /// Counts up: a number that no key of this table was given before.
    pub fn next_number(&self) -> i64 {
        self.count_custom(1);
        self.number(CUSTOM_COUNT) as i64
    }
    /// Adds to the number of keys of a table with an equivalence of the program's.
    pub fn count_custom(&self, difference: i64) {
        let count = (self.number(CUSTOM_COUNT) as i64 + difference).max(0);
        self.set_number(CUSTOM_COUNT, count as usize);
    }
    /// The keys and values, in order of insertion.
    pub fn entries(&self, heap: &mut LocalHeap) -> Vec<(Value, Value)> {
        let contents = self.contents();
        (0..self.number(USED)).filter_map(|entry| contents.read(heap, entry)).collect()
    }

    fn place(&self, heap: &LocalHeap, key: Value) -> Place {
        match equivalence(self.0).stable_hash(key) {
            Some(hash) => Place { hash: hash as u32, index: MAIN_INDEX },
            None => {
                let index = if heap.is_young(key) { YOUNG_INDEX } else { MAIN_INDEX };
                Place { hash: hash::address(key), index }
            }
        }
    }

    /// Slot and entry number of a key.
    fn find(&self, place: Place, key: Value) -> Option<(usize, usize)> {
        let slots = field(self.0, place.index.slots);
        let capacity = capacity(slots);
        if capacity == 0 {
            return None;
        }
        let contents = self.contents();
        let equivalence = equivalence(self.0);
        let mut at = place.hash as usize & (capacity - 1);
        loop {
            let found = slot(slots, at);
            if found == EMPTY_SLOT {
                return None;
            }
            if found != DELETED_SLOT && (found >> 32) as u32 == place.hash {
                let entry = (found as u32) as usize - 1;
                let candidate = contents.key(entry);
                if candidate == key
                    || (equivalence != Equivalence::Eq && equivalence.same(candidate, key))
                {
                    return Some((at, entry));
                }
            }
            at = (at + 1) & (capacity - 1);
        }
    }

    /// The value of a key.
    pub fn get(&self, heap: &mut LocalHeap, key: Value) -> Result<Option<Value>, HeapExhausted> {
        self.follow_collections(heap)?;
        let found = self.find(self.place(heap, key), key);
        Ok(found.and_then(|(_, entry)| self.contents().read(heap, entry)).map(|(_, value)| value))
    }

    /// Gives a key a value.
    pub fn set(&self, heap: &mut LocalHeap, key: Value, value: Value) -> Result<(), HeapExhausted> {
        self.follow_collections(heap)?;
        let place = self.place(heap, key);
        if let Some((_, entry)) = self.find(place, key) {
            return self.contents().set_value(heap, entry, value);
        }
        self.reserve_entry(heap)?;
        self.reserve(heap, place.index, 1)?;
        let entry = self.number(USED);
        self.contents().put(heap, entry, key, value)?;
        self.set_number(USED, entry + 1);
        self.set_number(LIVE, self.number(LIVE) + 1);
        self.insert(place, entry);
        Ok(())
    }

    /// Takes a key out. Was it there?
    pub fn delete(&self, heap: &mut LocalHeap, key: Value) -> Result<bool, HeapExhausted> {
        self.follow_collections(heap)?;
        let place = self.place(heap, key);
        let Some((at, entry)) = self.find(place, key) else { return Ok(false) };
        set_raw_payload_word(field(self.0, place.index.slots), at, DELETED_SLOT);
        self.contents().delete(heap, entry);
        self.set_number(LIVE, self.number(LIVE) - 1);
        Ok(true)
    }

    /// Takes all keys out.
    pub fn clear(&self, heap: &mut LocalHeap) -> Result<(), HeapExhausted> {
        let entries = heap.object(Kind::Vector, 8)?;
        heap.store(self.0, ENTRIES, entries);
        for index in [MAIN, YOUNG] {
            heap.store(self.0, index, Value::FALSE);
        }
        for index in [LIVE, USED, MAIN_USED, YOUNG_USED, CUSTOM_COUNT] {
            self.set_number(index, 0);
        }
        Ok(())
    }

    /// Puts an entry into an index that has room reserved.
    fn insert(&self, place: Place, entry: usize) {
        if insert_slot(field(self.0, place.index.slots), place.hash, entry) {
            self.set_number(place.index.used, self.number(place.index.used) + 1);
        }
    }

    /// Makes sure that `more` entries can be put into an index.
    #[inline]
    fn reserve(
        &self,
        heap: &mut LocalHeap,
        index: Index,
        more: usize,
    ) -> Result<(), HeapExhausted> {
        let slots = field(self.0, index.slots);
        if (self.number(index.used) + more) * 4 <= capacity(slots) * 3 {
            return Ok(());
        }
        self.grow(heap, index, more)
    }

    #[cold]
    fn grow(&self, heap: &mut LocalHeap, index: Index, more: usize) -> Result<(), HeapExhausted> {
        let slots = field(self.0, index.slots);
        let in_use = occupied(slots).count();
        let wanted = ((in_use + more) * 2).next_power_of_two().max(8);
        let grown = heap.object(Kind::Bytevector, wanted * 8)?;
        for (hash, entry) in occupied(slots) {
            insert_slot(grown, hash, entry);
        }
        heap.store(self.0, index.slots, grown);
        self.set_number(index.used, in_use);
        Ok(())
    }

    /// Makes sure that there is room for an entry: squeezes deleted and broken ones out, or takes a
    /// bigger vector.
    #[inline]
    fn reserve_entry(&self, heap: &mut LocalHeap) -> Result<(), HeapExhausted> {
        if self.number(USED) < self.contents().room() { Ok(()) } else { self.make_room(heap) }
    }

    #[cold]
    fn make_room(&self, heap: &mut LocalHeap) -> Result<(), HeapExhausted> {
        let contents = self.contents();
        let used = self.number(USED);
        if weakness(self.0) != Weakness::Strong {
            self.set_number(LIVE, (0..used).filter(|&entry| self.is_live(entry)).count());
        }
        let live = self.number(LIVE);
        let room = if live < used / 4 * 3 { used } else { used * 2 };
        if room > MOST_ENTRIES {
            return Err(HeapExhausted);
        }
        let fresh = heap.object(Kind::Vector, 2 * room)?;
        let mut renumbered = vec![SQUEEZED_OUT; used];
        let mut kept = 0;
        for (entry, number) in renumbered.iter_mut().enumerate() {
            if self.is_live(entry) {
                contents.move_to(heap, entry, Entries::new(fresh, Weakness::Strong), kept);
                *number = kept as u32;
                kept += 1;
            }
        }
        if kept < used {
            self.renumber(MAIN, &renumbered);
            self.renumber(YOUNG, &renumbered);
        }
        heap.store(self.0, ENTRIES, fresh);
        self.set_number(USED, kept);
        Ok(())
    }

    fn renumber(&self, slots: usize, numbers: &[u32]) {
        let slots = field(self.0, slots);
        for at in 0..capacity(slots) {
            let found = slot(slots, at);
            if found != EMPTY_SLOT && found != DELETED_SLOT {
                let renumbered = match numbers[(found as u32) as usize - 1] {
                    SQUEEZED_OUT => DELETED_SLOT,
                    entry => found >> 32 << 32 | (u64::from(entry) + 1),
                };
                set_raw_payload_word(slots, at, renumbered);
            }
        }
    }

    /// Hashes the young keys anew if they may have moved.
    #[inline]
    fn follow_collections(&self, heap: &mut LocalHeap) -> Result<(), HeapExhausted> {
        let epoch = heap.heap().epoch() as usize;
        if self.number(EPOCH) != epoch {
            if self.number(YOUNG_USED) > 0 {
                self.rehash_young(heap)?;
            }
            self.set_number(EPOCH, epoch);
        }
        Ok(())
    }

    #[cold]
    fn rehash_young(&self, heap: &mut LocalHeap) -> Result<(), HeapExhausted> {
        let moved: Vec<usize> = occupied(field(self.0, YOUNG)).map(|(_, entry)| entry).collect();
        let contents = self.contents();
        let places: Vec<(Place, usize)> = moved
            .into_iter()
            .filter_map(|entry| contents.get(entry).map(|(key, _)| (key, entry)))
            .map(|(key, entry)| (self.place(heap, key), entry))
            .collect();
        let old = places.iter().filter(|(place, _)| place.index.slots == MAIN).count();
        self.reserve(heap, MAIN_INDEX, old)?;
        bytes::fill(field(self.0, YOUNG), 0, size(field(self.0, YOUNG)), 0);
        self.set_number(YOUNG_USED, 0);
        for (place, entry) in places {
            self.insert(place, entry);
        }
        if self.number(YOUNG_USED) == 0 {
            heap.store(self.0, YOUNG, Value::FALSE);
        }
        Ok(())
    }

    /// A table with the same keys and values.
    pub fn copy(&self, heap: &mut LocalHeap) -> Result<Value, HeapExhausted> {
        let copy = make(heap, equivalence(self.0), weakness(self.0), self.number(LIVE))?;
        let target = Table(copy);
        for (key, value) in self.entries(heap) {
            target.set(heap, key, value)?;
        }
        target.set_number(CUSTOM_COUNT, self.number(CUSTOM_COUNT));
        heap.store(copy, ATTACHMENT, attachment(self.0));
        Ok(copy)
    }
}
