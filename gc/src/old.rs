//! The old generation: blocks of lines for small objects, and large objects apart.
//!
//! Nothing here moves. Memory comes back only through a full collection: [`crate::major`] marks
//! objects and lines in the side tables, and the sweep hands unmarked lines, blocks and large
//! objects back.

pub(crate) mod blocks;
pub(crate) mod large;

use crate::{layout::Layout, os::Reservation};
use blocks::Blocks;
use large::{Large, Place};
use parking_lot::{Mutex, MutexGuard};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The old generation of one heap.
pub(crate) struct Old {
    blocks: Mutex<Blocks>,
    large: Mutex<Large>,
    block_bytes: AtomicUsize,
    large_bytes: AtomicUsize,
}

impl Old {
    pub(crate) fn new(layout: Layout) -> Old {
        Old {
            blocks: Mutex::new(Blocks::new(layout)),
            large: Mutex::new(Large::new(layout)),
            block_bytes: AtomicUsize::new(0),
            large_bytes: AtomicUsize::new(0),
        }
    }

    /// Bytes of the lines in use.
    pub(crate) fn block_bytes(&self) -> usize {
        self.block_bytes.load(Ordering::Relaxed)
    }

    /// Bytes of the large objects.
    pub(crate) fn large_bytes(&self) -> usize {
        self.large_bytes.load(Ordering::Relaxed)
    }

    /// Bytes of both.
    pub(crate) fn used_bytes(&self) -> usize {
        self.block_bytes() + self.large_bytes()
    }

    /// Memory for a small object (a multiple of eight bytes). `None` when the range is exhausted.
    pub(crate) fn allocate_small(&self, memory: &Reservation, bytes: usize) -> Option<usize> {
        let mut blocks = self.blocks.lock();
        let address = blocks.allocate(memory, bytes);
        self.publish_blocks(&blocks);
        address
    }

    /// Memory for a large object. `None` when the range is exhausted.
    pub(crate) fn allocate_large(&self, memory: &Reservation, bytes: usize) -> Option<Place> {
        let mut large = self.large.lock();
        let place = large.allocate(memory, bytes);
        self.publish_large(&large);
        place
    }

    /// The blocks, for a whole phase of a collection; end it with [`Old::publish_blocks`].
    pub(crate) fn lock_blocks(&self) -> MutexGuard<'_, Blocks> {
        self.blocks.lock()
    }

    /// The large objects, for a whole phase; end it with [`Old::publish_large`].
    pub(crate) fn lock_large(&self) -> MutexGuard<'_, Large> {
        self.large.lock()
    }

    /// Makes the size of the blocks known to whoever reads it without the lock.
    pub(crate) fn publish_blocks(&self, blocks: &Blocks) {
        self.block_bytes.store(blocks.used_bytes(), Ordering::Relaxed);
    }

    /// Makes the size of the large objects known to whoever reads it without the lock.
    pub(crate) fn publish_large(&self, large: &Large) {
        self.large_bytes.store(large.used_bytes(), Ordering::Relaxed);
    }
}
