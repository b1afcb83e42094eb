//! Marking: a bit an object in the mark table, a byte a line in the line table.
//!
//! An object is marked when it is found and waits on an explicit stack until it is scanned. Objects
//! with many fields are scanned in slices, so that the stack grows by a slice at a time.

use crate::{
    Header, Value, layout::Layout, minor::payload, roots::RootVisitor, slot, value::TAG_PAIR,
    weak::settle::Tracer,
};

/// Fields of one object that are scanned at once.
const SLICE: usize = 512;

/// The state of one marking.
pub(crate) struct Marker {
    layout: Layout,
    /// Marked, but not scanned yet.
    grey: Vec<Value>,
    /// Fields of large objects that were not scanned yet: address and end.
    slices: Vec<(usize, usize)>,
    marked: usize,
}

impl Marker {
    pub(crate) fn new(layout: Layout) -> Marker {
        Marker { layout, grey: Vec::new(), slices: Vec::new(), marked: 0 }
    }

    /// How many objects were marked.
    pub(crate) fn marked(&self) -> usize {
        self.marked
    }

    #[inline(always)]
    fn mark_place(&self, address: usize) -> (usize, u8) {
        (self.layout.mark_byte(address), 1 << (address / 8 % 8))
    }

    /// Is this old object marked?
    pub(crate) fn is_marked(&self, object: Value) -> bool {
        let (byte, bit) = self.mark_place(object.address());
        slot::load_byte(byte) & bit != 0
    }

    /// Marks what a word points to, unless it was marked before.
    #[inline(always)]
    pub(crate) fn mark(&mut self, bits: u64) {
        let v = Value::from_bits(bits);
        if bits & 1 == 0 || !self.layout.is_old_address(v.address()) {
            debug_assert!(!self.layout.is_young(bits), "nothing is young while marking");
            return;
        }
        let (byte, bit) = self.mark_place(v.address());
        let marks = slot::load_byte(byte);
        if marks & bit == 0 {
            slot::store_byte(byte, marks | bit);
            slot::prefetch(v.address());
            self.grey.push(v);
        }
    }

    /// Scans what was marked, and what is marked meanwhile, until nothing is left.
    pub(crate) fn drain(&mut self) {
        loop {
            while let Some(object) = self.grey.pop() {
                self.scan(object);
            }
            let Some((start, end)) = self.slices.pop() else { return };
            let stop = end.min(start + 8 * SLICE);
            if stop < end {
                self.slices.push((stop, end));
            }
            self.scan_words(start, stop);
        }
    }

    #[inline(always)]
    fn scan(&mut self, object: Value) {
        self.marked += 1;
        let address = object.address();
        let words = if object.tag() == TAG_PAIR {
            2
        } else {
            Header::from_bits(slot::load(address)).total_words()
        };
        if address < self.layout.large_base {
            let last = self.layout.line_byte(address + 8 * words - 1);
            for line in self.layout.line_byte(address)..=last {
                slot::store_byte(line, 1);
            }
        }
        let (start, count) = payload(object);
        let end = start + 8 * count;
        if count > SLICE {
            self.slices.push((start, end));
        } else {
            self.scan_words(start, end);
        }
    }

    #[inline(always)]
    fn scan_words(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            self.mark(slot::load(at));
            at += 8;
        }
    }
}

impl RootVisitor for Marker {
    fn visit(&mut self, slot: &mut Value) {
        self.mark(slot.bits());
    }

    fn visit_range(&mut self, first: *mut u64, count: usize) {
        let start = first.expose_provenance();
        self.scan_words(start, start + 8 * count);
    }

    fn is_minor(&self) -> bool {
        false
    }

    fn is_alive(&self, value: Value) -> bool {
        self.now(value).is_some()
    }
}

impl Tracer for Marker {
    fn now(&self, word: Value) -> Option<Value> {
        let is_old = word.is_pointer() && self.layout.is_old_address(word.address());
        (!is_old || self.is_marked(word)).then_some(word)
    }

    fn keep(&mut self, word: Value) -> Value {
        self.mark(word.bits());
        word
    }

    fn drain(&mut self) {
        Marker::drain(self);
    }

    fn store(&mut self, slot: usize, word: Value) {
        slot::store(slot, word.bits());
    }

    fn visitor(&mut self) -> Option<&mut dyn RootVisitor> {
        Some(self)
    }
}
