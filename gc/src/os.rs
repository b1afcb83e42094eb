//! Memory from the operating system: one reservation per heap, committed and given back piecewise.
//!
//! A heap reserves all the address space it will ever use in one mapping without access rights, so
//! that "young" and "old" are range tests and nothing is touched before it is needed. Committing
//! makes a part accessible; discarding returns its pages and leaves it accessible and zero.
//!
//! The provenance of the whole mapping is exposed here, once; [`crate::slot`] and
//! [`crate::Value::words`] take it up again from plain addresses.

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};
use std::{ffi::c_void, io, ptr};

/// The unit in which memory is committed and given back.
pub(crate) const PAGE_BYTES: usize = 4096;

/// The size of the huge pages that most processors have.
pub(crate) const HUGE_BYTES: usize = 2 << 20;

/// A reserved range of addresses, unmapped on drop.
pub(crate) struct Reservation {
    /// What was mapped.
    start: usize,
    mapped: usize,
    /// The part in use begins at a multiple of `HUGE_BYTES`.
    base: usize,
    size: usize,
}

fn pointer(address: usize) -> *mut c_void {
    ptr::with_exposed_provenance_mut(address)
}

impl Reservation {
    /// Reserves `size` bytes (a multiple of the page size) without committing any.
    pub(crate) fn new(size: usize) -> io::Result<Reservation> {
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        let rights = ProtFlags::empty();
        let mapped = size + HUGE_BYTES;
        // SAFETY: an anonymous mapping at an address of the kernel's choice touches no memory that
        // anyone else uses.
        let start = unsafe { rustix::mm::mmap_anonymous(ptr::null_mut(), mapped, rights, flags)? };
        let start = start.expose_provenance();
        Ok(Reservation { start, mapped, base: start.next_multiple_of(HUGE_BYTES), size })
    }

    /// The first address.
    pub(crate) fn base(&self) -> usize {
        self.base
    }

    fn check(&self, start: usize, bytes: usize) {
        assert!(start >= self.base && bytes <= self.size && start - self.base <= self.size - bytes);
    }

    /// Makes `start .. start + bytes` (page-aligned) readable and writable.
    pub(crate) fn commit(&self, start: usize, bytes: usize) -> io::Result<()> {
        self.check(start, bytes);
        let rights = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: the range lies in this mapping (checked), and more rights break nobody.
        unsafe { rustix::mm::mprotect(pointer(start), bytes, rights)? };
        Ok(())
    }

    /// Asks for huge pages in a range: a fault costs more than a microsecond, whatever it brings.
    /// A hint, so failure does not matter.
    pub(crate) fn prefer_huge(&self, start: usize, bytes: usize) {
        self.check(start, bytes);
        // SAFETY: the range lies in this mapping (checked); the advice changes no contents.
        let _ = unsafe { rustix::mm::madvise(pointer(start), bytes, Advice::LinuxHugepage) };
    }

    /// Touches every page of a committed range, which keeps what it holds: whoever writes there next
    /// meets no fault. A hint, so failure does not matter.
    pub(crate) fn populate(&self, start: usize, bytes: usize) {
        self.check(start, bytes);
        // SAFETY: the range lies in this mapping (checked); populating changes no contents.
        let _ = unsafe { rustix::mm::madvise(pointer(start), bytes, Advice::LinuxPopulateWrite) };
    }

    /// Takes all rights from a range, so that every access to it faults.
    pub(crate) fn forbid(&self, start: usize, bytes: usize) -> io::Result<()> {
        self.check(start, bytes);
        // SAFETY: the range lies in this mapping (checked). The caller holds it free, so whoever
        // still reads it has a dangling value, which is what the fault is there to show.
        unsafe { rustix::mm::mprotect(pointer(start), bytes, MprotectFlags::empty())? };
        Ok(())
    }

    /// Gives the pages of a committed, free range back; it stays accessible and reads as zero.
    pub(crate) fn discard(&self, start: usize, bytes: usize) {
        self.check(start, bytes);
        // SAFETY: the range lies in this mapping (checked) and the caller holds it free.
        let result = unsafe { rustix::mm::madvise(pointer(start), bytes, Advice::LinuxDontNeed) };
        // Callers rely on discarded memory reading as zero.
        result.expect("discarding committed private memory cannot fail");
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: this mapping belongs to this value, and whoever used it (the heap and its local
        // heaps, which hold the heap) is gone.
        let unmapped = unsafe { rustix::mm::munmap(pointer(self.start), self.mapped) };
        debug_assert!(unmapped.is_ok());
    }
}

/// A range that is committed from its start upwards, in steps. Where the step is that large, all
/// but the first has huge pages: a small heap stays small.
#[derive(Debug)]
pub(crate) struct Growing {
    start: usize,
    limit: usize,
    committed: usize,
    step: usize,
}

impl Growing {
    /// Nothing of `start .. start + bytes` is committed yet; `step` is a multiple of the page size.
    pub(crate) fn new(start: usize, bytes: usize, step: usize) -> Growing {
        Growing { start, limit: start + bytes, committed: start, step }
    }

    /// Commits up to `end` at least. False when the range ends before, or the system refuses.
    pub(crate) fn reach(&mut self, memory: &Reservation, end: usize) -> bool {
        if end <= self.committed {
            return true;
        }
        if end > self.limit {
            return false;
        }
        let target = (self.start + (end - self.start).next_multiple_of(self.step)).min(self.limit);
        if memory.commit(self.committed, target - self.committed).is_err() {
            return false;
        }
        if self.step >= HUGE_BYTES && self.committed > self.start {
            memory.prefer_huge(self.committed, target - self.committed);
        }
        self.committed = target;
        true
    }
}

/// Physical memory of the machine in bytes, where it can be found out.
pub(crate) fn physical_memory() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kibibytes: usize = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{Growing, PAGE_BYTES, Reservation, physical_memory};
    use crate::slot;

    #[test]
    fn discarded_memory_reads_as_zero() {
        let memory = Reservation::new(4 * PAGE_BYTES).expect("a small reservation");
        memory.commit(memory.base(), 2 * PAGE_BYTES).expect("commit");
        slot::store(memory.base() + 8, 42);
        assert_eq!(slot::load(memory.base() + 8), 42);
        memory.discard(memory.base(), PAGE_BYTES);
        assert_eq!(slot::load(memory.base() + 8), 0);
    }

    #[test]
    fn populated_memory_keeps_what_it_holds() {
        let memory = Reservation::new(4 * PAGE_BYTES).expect("a small reservation");
        memory.commit(memory.base(), 2 * PAGE_BYTES).expect("commit");
        slot::store(memory.base() + 8, 42);
        memory.populate(memory.base(), 2 * PAGE_BYTES);
        assert_eq!(slot::load(memory.base() + 8), 42);
        assert_eq!(slot::load(memory.base() + PAGE_BYTES), 0);
    }

    #[test]
    fn growing_stops_at_its_limit() {
        let memory = Reservation::new(4 * PAGE_BYTES).expect("a small reservation");
        let mut range = Growing::new(memory.base(), 3 * PAGE_BYTES, 2 * PAGE_BYTES);
        assert!(range.reach(&memory, memory.base() + 1));
        assert!(range.reach(&memory, memory.base() + 3 * PAGE_BYTES));
        assert!(!range.reach(&memory, memory.base() + 3 * PAGE_BYTES + 1));
        slot::store(memory.base() + 3 * PAGE_BYTES - 8, 1);
    }

    #[test]
    fn physical_memory_is_known_here() {
        assert!(physical_memory().is_some_and(|bytes| bytes > 1 << 20));
    }
}
