//! What is alive in the old generation, found by a walk of its own, which has nothing to do with the
//! marks: it checks them (GC-12, GC-16), and says what is to be poisoned.

use super::{Checked, broken};
use crate::{
    Header, Heap, Kind, Stopped, Value,
    layout::{BLOCK_BYTES, Layout},
    minor::payload,
    roots::RootVisitor,
    slot,
};
use std::collections::BTreeSet;

/// Words of a block, and of the bit map that says which of them are part of objects.
pub(crate) const BLOCK_WORDS: usize = BLOCK_BYTES / 8;
pub(crate) const BITS: usize = u64::BITS as usize;

/// What is alive in the old generation. World stopped, nothing young.
pub(crate) struct Survey {
    layout: Layout,
    /// A bit for each word of the old blocks: is it part of an object that was reached? Objects are
    /// reached by their first words, so the bit of the first word says "seen".
    words: Vec<u64>,
    large: BTreeSet<usize>,
    grey: Vec<Value>,
    /// Are weak references followed like others?
    follows_weak: bool,
    /// Objects that were reached.
    pub(crate) objects: usize,
    /// The first one whose marks are not those of a live object.
    outcome: Checked,
}

impl Survey {
    /// Of all that is reachable from the roots and from these values, but for weak references.
    pub(crate) fn strong(heap: &Heap, stopped: &mut Stopped<'_>, kept: &[Value]) -> Survey {
        let mut survey = Survey::new(heap, false);
        kept.iter().for_each(|&v| survey.reach(v));
        survey.visit_roots(heap, stopped);
        survey
    }

    /// Of all that is reachable, also from these values, when weak references are settled: what they
    /// still lead to is alive, so they are followed like others, and so is what guardians watch.
    pub(crate) fn settled(heap: &Heap, stopped: &mut Stopped<'_>, kept: &[Value]) -> Survey {
        let mut survey = Survey::new(heap, true);
        kept.iter().for_each(|&v| survey.reach(v));
        survey.visit_roots(heap, stopped);
        survey.visit_weak_table(heap);
        survey
    }

    fn new(heap: &Heap, follows_weak: bool) -> Survey {
        Survey {
            layout: heap.layout,
            words: Vec::new(),
            large: BTreeSet::new(),
            grey: Vec::new(),
            follows_weak,
            objects: 0,
            outcome: Ok(()),
        }
    }

    /// GC-12, GC-16: what was reached is marked, and so are its lines.
    pub(crate) fn all_is_marked(&self) -> Checked {
        self.outcome.clone()
    }

    fn visit_roots(&mut self, heap: &Heap, stopped: &mut Stopped<'_>) {
        heap.roots.visit(self);
        for source in &mut stopped.roots {
            source.visit_roots(self);
        }
        self.walk();
    }

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
        self.objects += 1;
        if self.outcome.is_ok() {
            self.outcome = is_marked(&self.layout, v).and_then(|()| has_lines(&self.layout, v));
        }
        self.grey.push(v);
    }

    fn visit_weak_table(&mut self, heap: &Heap) {
        let weak = heap.weak.lock();
        for guarded in weak.guarded_young.iter().chain(&weak.guarded_old) {
            for part in [guarded.object, guarded.link, guarded.guardian] {
                self.reach(part);
            }
        }
        self.walk();
    }

    fn walk(&mut self) {
        while let Some(v) = self.grey.pop() {
            let (start, words) = if self.follows_weak { followed(v) } else { payload(v) };
            for index in 0..words {
                self.reach(Value::from_bits(slot::load(start + 8 * index)));
            }
        }
    }

    /// Is the word with this number, in the old blocks, part of something alive?
    fn is_taken(&self, word: usize) -> bool {
        self.words_of_map(word / BITS) >> (word % BITS) & 1 == 1
    }

    /// Which words are part of something alive, [`BITS`] of them.
    pub(crate) fn words_of_map(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
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
}

/// GC-12: an object that was reached is marked.
pub(super) fn is_marked(layout: &Layout, v: Value) -> Checked {
    if slot::load_byte(layout.mark_byte(v.address())) & 1 << (v.address() / 8 % 8) != 0 {
        return Ok(());
    }
    broken("GC-12", format!("{v:?} is reachable and not marked"))
}

/// GC-16: the lines of a marked object are marked.
fn has_lines(layout: &Layout, v: Value) -> Checked {
    if v.address() >= layout.large_base {
        return Ok(());
    }
    let (first, last) = (v.address(), v.address() + 8 * words_of(v) - 1);
    if (layout.line_byte(first)..=layout.line_byte(last)).all(|line| slot::load_byte(line) != 0) {
        return Ok(());
    }
    broken("GC-16", format!("a line of {v:?}, which is marked, is not"))
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
