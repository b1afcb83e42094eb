//! Memory outside the heap that its objects keep alive: buffers of ports, names of symbols, code.
//!
//! It counts as used: towards the heap limit, and towards when the old generation is collected. Each
//! part has an [`External`], which its owner keeps as long as the memory.

use crate::{Heap, HeapExhausted, LocalHeap};
use std::sync::{
    Arc, Weak,
    atomic::{AtomicUsize, Ordering},
};

/// What a heap knows of memory outside.
#[derive(Debug, Default)]
pub(crate) struct Account {
    bytes: AtomicUsize,
    /// What of it the last full collection left.
    live: AtomicUsize,
    /// Collections that found host values dead which are not dropped yet.
    settling: AtomicUsize,
    /// What was dropped meanwhile, and nobody was told of.
    settled: AtomicUsize,
}

impl Account {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// What of it the last full collection left.
    pub(crate) fn live_bytes(&self) -> usize {
        self.live.load(Ordering::Relaxed)
    }

    /// A full collection is over, but for dropping the host values that it found dead.
    pub(crate) fn end_full_collection(&self) {
        self.live.store(self.bytes(), Ordering::Relaxed);
    }

    /// Is some of the memory counted as good as free?
    pub(crate) fn is_settling(&self) -> bool {
        self.settling.load(Ordering::Acquire) > 0
    }
}

/// Held from a collection until the host values that it found dead are dropped.
#[derive(Debug)]
pub(crate) struct Settling(Arc<Account>, Weak<Heap>);

impl Settling {
    pub(crate) fn new(account: &Arc<Account>, heap: &Weak<Heap>) -> Settling {
        account.settling.fetch_add(1, Ordering::AcqRel);
        Settling(Arc::clone(account), Weak::clone(heap))
    }

    /// The host values are dropped: the bytes outside the heap that they counted.
    pub(crate) fn end(self) -> usize {
        self.0.settled.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        let before = self.0.settling.fetch_sub(1, Ordering::AcqRel);
        if let (1, Some(heap)) = (before, self.1.upgrade()) {
            heap.lower_old_goal();
        }
    }
}

/// A part of the memory outside the heap; not counted any longer when dropped.
#[derive(Debug)]
pub struct External {
    account: Arc<Account>,
    bytes: AtomicUsize,
}

impl External {
    /// Bytes counted.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Counts this many bytes from now on. To be asked before the memory is taken.
    ///
    /// # Errors
    /// When they are more than before, and that would pass the heap limit; nothing has changed then.
    pub fn set(&self, local: &mut LocalHeap, bytes: usize) -> Result<(), HeapExhausted> {
        let growth = bytes.saturating_sub(self.bytes());
        if growth > 0 {
            local.admit_external(growth)?;
        }
        // Of two threads that do this at once, each replaces what it finds.
        let before = self.bytes.swap(bytes, Ordering::Relaxed);
        self.account.bytes.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
        if growth > 0 {
            local.heap().request_when_old_is_full();
        }
        Ok(())
    }

    /// Counts more bytes.
    ///
    /// # Errors
    /// As [`External::set`].
    pub fn grow(&self, local: &mut LocalHeap, bytes: usize) -> Result<(), HeapExhausted> {
        local.admit_external(bytes)?;
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.account.bytes.fetch_add(bytes, Ordering::Relaxed);
        local.heap().request_when_old_is_full();
        Ok(())
    }

    /// Counts this many bytes from now on: memory that is taken already, or that goes with an object
    /// whose own memory is asked for.
    pub fn note(&self, heap: &Heap, bytes: usize) {
        let before = self.bytes.swap(bytes, Ordering::Relaxed);
        self.account.bytes.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
        if bytes > before {
            heap.request_when_old_is_full();
        }
    }

    /// Counts fewer bytes.
    pub fn shrink(&self, bytes: usize) {
        let bytes = bytes.min(self.bytes());
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.account.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for External {
    fn drop(&mut self) {
        let bytes = self.bytes();
        self.account.bytes.fetch_sub(bytes, Ordering::Relaxed);
        if self.account.is_settling() {
            // (It may also be dropped for another reason just now: then too much hope is left.)
            self.account.settled.fetch_add(bytes, Ordering::Relaxed);
            let less = |live: usize| Some(live.saturating_sub(bytes));
            let _ = self.account.live.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }
}

impl Heap {
    /// A part of the memory outside the heap, of no size yet.
    pub fn external(&self) -> External {
        External { account: Arc::clone(&self.account), bytes: AtomicUsize::new(0) }
    }

    /// Bytes outside the heap that its objects keep alive.
    pub fn external_bytes(&self) -> usize {
        self.account.bytes()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Heap, HeapConfig, Reason, Stopped};

    #[test]
    fn memory_outside_counts_towards_limit_and_collections() {
        let config = HeapConfig { heap_limit: 32 << 20, ..HeapConfig::default() };
        let heap = Heap::new(config).expect("address space");
        let mut local = heap.local();
        let outside = heap.external();
        outside.set(&mut local, 1 << 20).expect("room");
        assert_eq!((heap.external_bytes(), heap.used_bytes()), (1 << 20, 1 << 20));
        assert!(!heap.collection_wanted());
        outside.set(&mut local, 30 << 20).expect("room");
        assert_eq!(heap.wanted_reason(), Reason::ExternalBytes);
        let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
        heap.collect(&mut stopped, Reason::ExternalBytes).emit();
        assert!(outside.set(&mut local, 40 << 20).is_err());
        assert_eq!(heap.external_bytes(), 30 << 20);
        outside.shrink(10 << 20);
        assert_eq!(outside.bytes(), 20 << 20);
        drop(outside);
        assert_eq!(heap.external_bytes(), 0);
    }

    #[test]
    fn what_a_dead_host_value_counted_is_free_when_the_collection_is_over() {
        let config = HeapConfig { heap_limit: 16 << 20, ..HeapConfig::default() };
        let heap = Heap::new(config).expect("address space");
        let mut local = heap.local();
        for _ in 0..100 {
            let outside = heap.external();
            // Past the limit a collection is asked for, and the next one fits.
            outside.set(&mut local, 10 << 20).expect("room");
            heap.new_native(&mut local, Box::new(outside), 0).expect("room");
            if heap.collection_wanted() {
                let reason = heap.wanted_reason();
                let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
                heap.collect(&mut stopped, reason).emit();
            }
        }
        assert!(heap.external_bytes() <= 20 << 20);
    }

    #[test]
    fn a_collection_tells_what_is_outside() {
        let heap = Heap::new(HeapConfig::default()).expect("address space");
        let mut local = heap.local();
        let mut native = |bytes| {
            let outside = heap.external();
            outside.set(&mut local, bytes).expect("room");
            heap.add_root(heap.new_native(&mut local, Box::new(outside), 0).expect("room"))
        };
        drop(native(3 << 10));
        let _kept = native(4 << 10);
        let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
        let record = heap.collect(&mut stopped, Reason::Explicit);
        // The one that died is dropped when the world runs again.
        assert_eq!((record.external_before_bytes, record.external_bytes), (7 << 10, 7 << 10));
        record.finish();
        assert_eq!((heap.external_bytes(), heap.stats().external_bytes), (4 << 10, 4 << 10));
        let record = heap.collect(&mut stopped, Reason::Explicit);
        assert_eq!((record.external_before_bytes, record.external_bytes), (4 << 10, 4 << 10));
    }
}
