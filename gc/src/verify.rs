//! The heap verifier: walks everything reachable from the roots and checks the invariants that
//! `lib.rs` lists, one function an invariant. World stopped; nothing is changed. Between the phases of
//! a collection less holds, and more: [`phases`] has what is checked there.

use crate::{
    Header, Heap, Kind, Stopped, Value,
    layout::{BLOCK_BYTES, Layout},
    nursery::{AGE_ARRIVING, AGE_EDEN, AGE_SURVIVOR},
    object,
    old::{blocks::Blocks, large::Large},
    roots::RootVisitor,
    slot,
};
use free::FreeMemory;
use parking_lot::MutexGuard;
pub(crate) mod survey;

mod free;
mod phases;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    hash::{BuildHasherDefault, Hasher},
};

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its id, as in the crate's documentation.
    pub invariant: &'static str,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is broken: {}", self.invariant, self.found)
    }
}

/// Hashes addresses by a multiplication.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(self.0 ^ u64::from(byte));
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

type Addresses = HashSet<usize, BuildHasherDefault<AddressHasher>>;
type Containers = HashMap<usize, bool, BuildHasherDefault<AddressHasher>>;

/// When the verifier looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Before or after a collection.
    Outside,
    /// In a minor collection, when weak references are not settled yet.
    Copied,
}

struct Verifier<'h> {
    heap: &'h Heap,
    moment: Moment,
    layout: Layout,
    blocks: MutexGuard<'h, Blocks>,
    large: MutexGuard<'h, Large>,
    /// Slots in somebody's remembered buffer.
    recorded: Addresses,
    /// Objects on somebody's fresh list.
    fresh: Addresses,
    /// Containers of weak references, and whether they are on the young list.
    listed: Containers,
    /// Code objects that own a value.
    codes: Addresses,
    free: FreeMemory,
    seen: Addresses,
    grey: Vec<Value>,
    reachable_bytes: usize,
    violation: Option<Violation>,
}

type Checked = Result<(), Violation>;

fn broken(invariant: &'static str, found: String) -> Checked {
    Err(Violation { invariant, found })
}

impl Heap {
    /// Checks the whole reachable heap.
    ///
    /// # Panics
    /// With the id of the first invariant found broken.
    pub fn verify(&self, stopped: &mut Stopped<'_>) {
        if let Err(violation) = self.try_verify(stopped) {
            panic!("{violation}");
        }
    }

    /// Checks the whole reachable heap.
    ///
    /// # Errors
    /// The first invariant found broken.
    pub fn try_verify(&self, stopped: &mut Stopped<'_>) -> Result<(), Violation> {
        self.every_user_is_stopped(stopped)?;
        let mut recorded = Addresses::default();
        let mut fresh = Addresses::default();
        {
            let orphans = self.orphans.lock();
            recorded.extend(&orphans.remembered);
            fresh.extend(orphans.fresh.iter().map(|object| object.address()));
        }
        for local in &stopped.locals {
            recorded.extend(&local.remembered);
            fresh.extend(local.fresh.iter().map(|object| object.address()));
        }
        let mut verifier = Verifier {
            listed: self.listed_containers()?,
            free: FreeMemory::of(self, stopped),
            ..Verifier::new(self, recorded, fresh)
        };
        verifier.visit_roots(stopped)?;
        verifier.sizes_add_up()?;
        drop(verifier);
        phases::roots_agree(self, stopped)
    }

    /// Where an object is: `eden`, `survivor`, `old` or `large`; `none` for other values. For tests.
    pub fn age_of(&self, v: Value) -> &'static str {
        if !v.is_pointer() {
            return "none";
        }
        if self.layout.is_young(v.bits()) {
            return match slot::load_byte(self.layout.age_byte(v.address())) {
                AGE_SURVIVOR => "survivor",
                _ => "eden",
            };
        }
        if v.address() < self.layout.large_base { "old" } else { "large" }
    }

    /// GC-10, GC-11: the containers of weak references, each listed once, and what guardians watch.
    fn listed_containers(&self) -> Result<Containers, Violation> {
        let mut listed = Containers::default();
        let weak = self.weak.lock();
        for (containers, is_young) in [(&weak.young, true), (&weak.old, false)] {
            for container in containers {
                if listed.insert(container.object.address(), is_young).is_some() {
                    broken("GC-10", format!("{container:?} is listed twice"))?;
                }
                if !is_young && self.layout.is_young(container.object.bits()) {
                    broken("GC-10", format!("{container:?} is young, and listed as old"))?;
                }
            }
        }
        for &address in weak.pairs.keys().filter(|&address| !listed.contains_key(address)) {
            broken("GC-10", format!("the weak pair at {address:#x} is not listed"))?;
        }
        for guarded in weak.guarded_old.iter().filter(|guarded| guarded.is_young(&self.layout)) {
            broken("GC-11", format!("{guarded:?} is young, and listed as old"))?;
        }
        Ok(listed)
    }

    /// GC-6: every local heap that was used is known to the collection.
    pub(crate) fn every_user_is_stopped(&self, stopped: &Stopped<'_>) -> Checked {
        let known = stopped.locals.iter().filter(|local| local.is_user()).count();
        let users = self.users();
        if known == users {
            return Ok(());
        }
        broken("GC-6", format!("{users} local heaps were used, {known} of them are stopped"))
    }

    /// GC-8: nothing is young when the old generation is marked.
    pub(crate) fn nothing_is_young(&self) -> Checked {
        let blocks = self.nursery.blocks_in_use().len();
        if blocks == 0 {
            return Ok(());
        }
        broken("GC-8", format!("{blocks} nursery blocks in use before marking"))
    }
}

impl<'h> Verifier<'h> {
    fn new(heap: &'h Heap, recorded: Addresses, fresh: Addresses) -> Verifier<'h> {
        Verifier {
            heap,
            moment: Moment::Outside,
            layout: heap.layout,
            blocks: heap.old.lock_blocks(),
            large: heap.old.lock_large(),
            recorded,
            fresh,
            listed: Containers::default(),
            codes: heap.codes.lock().objects().map(Value::address).collect(),
            free: FreeMemory::default(),
            seen: Addresses::default(),
            grey: Vec::new(),
            reachable_bytes: 0,
            violation: None,
        }
    }

    fn visit_roots(&mut self, stopped: &mut Stopped<'_>) -> Checked {
        self.heap.roots.visit(self);
        for source in &mut stopped.roots {
            source.visit_roots(self);
        }
        self.walk()
    }

    fn walk(&mut self) -> Checked {
        if let Some(violation) = self.violation.take() {
            return Err(violation);
        }
        while let Some(v) = self.grey.pop() {
            let (first, words) = if v.is_pair() {
                self.fits(v, 2)?;
                (v.address(), 2)
            } else {
                let header = Header::from_bits(slot::load(v.address()));
                header_is_sane(v, header)?;
                tag_agrees(v, header)?;
                self.fits(v, header.total_words())?;
                self.weak_reference_is_listed(v, header)?;
                self.code_is_owned(v, header)?;
                (v.address() + 8, if header.is_raw() { 0 } else { header.size() })
            };
            for index in 0..words {
                let address = first + 8 * index;
                let word = Value::from_bits(slot::load(address));
                no_stack_address(v, index, word)?;
                no_forwarding_mark(v, index, word)?;
                self.old_to_young_is_recorded(v, address, word)?;
                self.reach(word)?;
            }
        }
        Ok(())
    }

    fn reach(&mut self, v: Value) -> Checked {
        if v.is_pointer() && self.seen.insert(v.address()) {
            self.points_into_live_memory(v)?;
            self.grey.push(v);
        }
        Ok(())
    }

    /// GC-2: pointers lead into memory that holds objects. GC-15: while copying, to the copies.
    fn points_into_live_memory(&self, v: Value) -> Checked {
        let address = v.address();
        let live = if self.layout.is_young(v.bits()) {
            let age = slot::load_byte(self.layout.age_byte(address));
            if self.moment == Moment::Copied && age != AGE_ARRIVING {
                return broken("GC-15", format!("{v:?} is reachable, and was left behind"));
            }
            matches!(age, AGE_EDEN | AGE_SURVIVOR | AGE_ARRIVING)
        } else if !self.layout.is_old_address(address) {
            false
        } else if address < self.layout.large_base {
            self.blocks.is_in_use(address)
        } else {
            self.large.is_object(address)
        };
        if live { Ok(()) } else { broken("GC-2", format!("{v:?} leads to no live object")) }
    }

    /// GC-2 for the object's end: it does not reach beyond its block or pages.
    fn fits(&mut self, v: Value, words: usize) -> Checked {
        let start = v.address();
        let end = start.saturating_add(words.saturating_mul(8));
        self.reachable_bytes += words.saturating_mul(8);
        let limit = if start >= self.layout.large_base {
            start + self.large.bytes_of(start).unwrap_or(0)
        } else {
            let base = if self.layout.is_young(v.bits()) {
                self.layout.young_base
            } else {
                self.layout.old_base
            };
            base + ((start - base) / BLOCK_BYTES + 1) * BLOCK_BYTES
        };
        if end > limit {
            return broken("GC-2", format!("{v:?} of {words} words reaches beyond its block"));
        }
        self.is_not_in_free_memory(v, end)
    }

    /// GC-14: no part of it is in memory that is to be handed out.
    fn is_not_in_free_memory(&self, v: Value, end: usize) -> Checked {
        match self.free.overlapping(v.address(), end) {
            Some(run) => broken("GC-14", format!("{v:?} lies in free memory at {run:#x?}")),
            None => Ok(()),
        }
    }

    /// GC-4: a word of an old object that holds a young pointer is recorded, or its object is fresh.
    fn old_to_young_is_recorded(&self, v: Value, address: usize, word: Value) -> Checked {
        if !self.layout.is_young(word.bits())
            || self.layout.is_young(v.bits())
            || self.moment == Moment::Copied
            || self.fresh.contains(&v.address())
            || self.recorded.contains(&address)
        {
            return Ok(());
        }
        broken("GC-4", format!("{v:?} holds {word:?} at {address:#x}, unrecorded"))
    }

    /// GC-10: boxes and ephemerons are listed, on the young list if they refer to something young.
    fn weak_reference_is_listed(&self, v: Value, header: Header) -> Checked {
        let is_weak = matches!(header.kind(), Kind::WeakBox | Kind::Ephemeron);
        if !is_weak || self.moment == Moment::Copied {
            return Ok(());
        }
        let Some(&on_young_list) = self.listed.get(&v.address()) else {
            return broken("GC-10", format!("{v:?}, a {:?}, is not listed", header.kind()));
        };
        for index in 0..header.size() / 8 {
            let field = object::weak_field(v, index);
            no_forwarding_mark(v, index, field)?;
            if self.layout.is_young(field.bits()) && !on_young_list {
                broken("GC-10", format!("{v:?} refers to {field:?}, and is listed as old"))?;
            }
            if field.is_pointer() {
                self.points_into_live_memory(field)?;
            }
        }
        Ok(())
    }

    /// GC-13: what code owns outside the heap is there.
    fn code_is_owned(&self, v: Value, header: Header) -> Checked {
        if !header.is(Kind::Code) || self.codes.contains(&v.address()) {
            return Ok(());
        }
        broken("GC-13", format!("{v:?} is code whose memory was freed"))
    }

    /// GC-9: what is reachable is no more than what is counted as used.
    fn sizes_add_up(&self) -> Checked {
        let used = self.heap.used_bytes();
        if self.reachable_bytes <= used {
            return Ok(());
        }
        broken("GC-9", format!("{} bytes reachable, {used} counted", self.reachable_bytes))
    }
}

/// GC-1: a header has a kind, the raw bit that goes with it, and zeroes where nothing is defined.
fn header_is_sane(v: Value, header: Header) -> Checked {
    let expected = Header::new(header.kind(), header.size()).with_flag(header.flag());
    if header == expected {
        return Ok(());
    }
    broken("GC-1", format!("{v:?} has the header {:#x}", header.bits()))
}

/// GC-3: the tag of a pointer agrees with the kind of its object.
fn tag_agrees(v: Value, header: Header) -> Checked {
    if header.kind().tag() == v.tag() {
        return Ok(());
    }
    broken("GC-3", format!("{v:?} points to a {:?}", header.kind()))
}

/// GC-5: no heap word has the tag of a stack address.
fn no_stack_address(v: Value, index: usize, word: Value) -> Checked {
    if !word.is_stack_env() {
        return Ok(());
    }
    broken("GC-5", format!("{v:?} holds {word:?} at {index}"))
}

/// GC-7: the collector's marks are never seen outside a collection.
fn no_forwarding_mark(v: Value, index: usize, word: Value) -> Checked {
    if word != Value::FORWARDED && word != Value::BUSY {
        return Ok(());
    }
    broken("GC-7", format!("{v:?} holds {word:?} at {index}"))
}

impl RootVisitor for Verifier<'_> {
    fn visit(&mut self, slot: &mut Value) {
        if let Err(violation) = self.reach(*slot) {
            self.violation.get_or_insert(violation);
        }
    }

    fn visit_range(&mut self, first: *mut u64, count: usize) {
        let start = first.expose_provenance();
        for index in 0..count {
            self.visit(&mut Value::from_bits(slot::load(start + 8 * index)));
        }
    }

    fn is_minor(&self) -> bool {
        false
    }

    fn is_alive(&self, value: Value) -> bool {
        !value.is_pointer() || self.seen.contains(&value.address())
    }
}

#[cfg(test)]
mod tests;
