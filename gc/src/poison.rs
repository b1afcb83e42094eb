//! Poison in the old generation, for the stress modes: after a full collection every word that is
//! part of no reachable object is overwritten.
//!
//! Sweeping alone would hide lost roots: it frees whole lines, so what died beside a live object, or
//! on a line that was handed out again, keeps its contents for a long time. What is alive is found
//! by a walk of its own, which has nothing to do with the marks; so it also checks them (GC-12).

use crate::{
    Header, Heap, Kind, RootSource, Stopped, Value, Violation,
    layout::{BLOCK_BYTES, Layout},
    minor::payload,
    roots::RootVisitor,
    slot,
    stress::POISON,
};
use std::collections::BTreeSet;

/// Words of a block, and of the bit map that says which of them are part of objects.
const BLOCK_WORDS: usize = BLOCK_BYTES / 8;
const BITS: usize = u64::BITS as usize;

/// Overwrites the dead words of the old generation. World stopped, after marking, nothing young.
///
/// # Errors
/// GC-12, when something reachable was not marked.
pub(crate) fn poison_dead(heap: &Heap, stopped: &mut Stopped<'_>) -> Result<(), Violation> {
    let mut survey = Survey {
        layout: heap.layout,
        words: Vec::new(),
        large: BTreeSet::new(),
        grey: Vec::new(),
        unmarked: None,
    };
    heap.roots.visit(&mut survey);
    for source in &mut stopped.roots {
        source.visit_roots(&mut survey);
    }
    survey.walk();
    survey.visit_weak_table(heap);
    while survey.visit_dependents(&mut stopped.roots) {
        survey.walk();
    }
    if let Some(lost) = survey.unmarked {
        let found = format!("{lost:?} is reachable and not marked");
        return Err(Violation { invariant: "GC-12", found });
    }
    let blocks = heap.old.lock_blocks();
    for block in 0..blocks.known_blocks() {
        let start = heap.layout.old_base + block * BLOCK_BYTES;
        if blocks.is_in_use(start) {
            survey.poison_block(block, start);
        }
    }
    Ok(())
}

/// What is alive in the old generation.
struct Survey {
    layout: Layout,
    /// A bit for each word of the old blocks: is it part of an object that was reached? Objects are
    /// reached by their first words, so the bit of the first word says "seen".
    words: Vec<u64>,
    large: BTreeSet<usize>,
    grey: Vec<Value>,
    /// An object that was reached although it has no mark.
    unmarked: Option<Value>,
}

impl Survey {
    fn reach(&mut self, v: Value) {
        if !v.is_pointer() || !self.layout.is_old_address(v.address()) {
            return;
        }
        let address = v.address();
        if address >= self.layout.large_base {
            if !self.large.insert(address) {
                return;
            }
        } else {
            let first = (address - self.layout.old_base) / 8;
            if self.is_taken(first) {
                return;
            }
            self.take(first, words_of(v));
        }
        if slot::load_byte(self.layout.mark_byte(address)) & 1 << (address / 8 % 8) == 0 {
            self.unmarked = Some(v);
        }
        self.grey.push(v);
    }

    /// What guardians watch. Weak references are settled: what they still lead to is alive, so they
    /// are followed like others.
    fn visit_weak_table(&mut self, heap: &Heap) {
        let weak = heap.weak.lock();
        for guarded in weak.guarded_young.iter().chain(&weak.guarded_old) {
            for part in [guarded.object, guarded.link, guarded.guardian] {
                self.reach(part);
            }
        }
        self.walk();
    }

    fn visit_dependents(&mut self, sources: &mut [&mut dyn RootSource]) -> bool {
        let mut changed = false;
        for source in sources {
            changed |= source.visit_dependents(self);
        }
        changed
    }

    fn walk(&mut self) {
        while let Some(v) = self.grey.pop() {
            let (start, words) = followed(v);
            for index in 0..words {
                self.reach(Value::from_bits(slot::load(start + 8 * index)));
            }
        }
    }

    fn is_taken(&self, word: usize) -> bool {
        self.words.get(word / BITS).is_some_and(|bits| bits >> (word % BITS) & 1 == 1)
    }

    fn take(&mut self, first: usize, words: usize) {
        let end = first + words;
        if end.div_ceil(BITS) > self.words.len() {
            self.words.resize(end.next_multiple_of(BLOCK_WORDS) / BITS, 0);
        }
        for word in first..end {
            self.words[word / BITS] |= 1 << (word % BITS);
        }
    }

    fn poison_block(&self, block: usize, start: usize) {
        for index in 0..BLOCK_WORDS / BITS {
            let taken = self.words.get(block * BLOCK_WORDS / BITS + index).copied().unwrap_or(0);
            let mut dead = !taken;
            while dead != 0 {
                let word = index * BITS + dead.trailing_zeros() as usize;
                slot::store(start + 8 * word, POISON);
                dead &= dead - 1;
            }
        }
    }
}

/// Address and number of the words of an object that hold values, weak ones included.
fn followed(v: Value) -> (usize, usize) {
    if v.is_pair() {
        return payload(v);
    }
    let header = Header::from_bits(slot::load(v.address()));
    match header.kind() {
        Kind::WeakBox | Kind::Ephemeron => (v.address() + 8, header.total_words() - 1),
        _ => payload(v),
    }
}

fn words_of(v: Value) -> usize {
    if v.is_pair() { 2 } else { Header::from_bits(slot::load(v.address())).total_words() }
}

impl RootVisitor for Survey {
    fn visit(&mut self, slot: &mut Value) {
        self.reach(*slot);
    }

    fn visit_range(&mut self, first: *mut u64, count: usize) {
        let start = first.expose_provenance();
        for index in 0..count {
            self.reach(Value::from_bits(slot::load(start + 8 * index)));
        }
    }

    fn is_minor(&self) -> bool {
        false
    }

    fn is_alive(&self, value: Value) -> bool {
        if !value.is_pointer() {
            return true;
        }
        let address = value.address();
        if address >= self.layout.large_base {
            return self.large.contains(&address);
        }
        self.is_taken(address.wrapping_sub(self.layout.old_base) / 8)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Heap, HeapConfig, Reason, Stopped, Stress, Value, object, stress::POISON};

    #[test]
    fn what_died_beside_a_live_object_is_overwritten() {
        let stress = Stress { poison: true, ..Stress::default() };
        let heap = Heap::new(HeapConfig { stress, verify: true, ..HeapConfig::default() })
            .expect("address space");
        let mut local = heap.local();
        let kept = local.pair_in_old(Value::fixnum(1), Value::NIL).expect("room");
        let lost = local.pair_in_old(Value::fixnum(2), Value::NIL).expect("room");
        assert_eq!(kept.address() / 128, lost.address() / 128, "they share a line");
        let root = heap.add_root(kept);
        let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
        heap.collect(&mut stopped, Reason::Explicit).emit();
        assert_eq!(object::car(root.get()), Value::fixnum(1));
        assert_eq!(object::car(lost).bits(), POISON);
    }

    #[test]
    fn dead_large_objects_are_overwritten() {
        let stress = Stress { poison: true, ..Stress::default() };
        let heap =
            Heap::new(HeapConfig { stress, ..HeapConfig::default() }).expect("address space");
        let mut local = heap.local();
        let lost = local.object(crate::Kind::Vector, 5000).expect("room");
        let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
        heap.collect(&mut stopped, Reason::Explicit).emit();
        assert_eq!(object::field(lost, 4999).bits(), POISON);
    }
}
