//! Work on its way from one worker of a collection to another, and the end of the work.
//!
//! `model.rs` runs this file over loom's types: no packet is lost or taken twice, and nobody is told
//! that all is done before it is.

use super::sync::{AtomicUsize, Lock, Ordering, Signal, spin_while};

/// Turns that a worker without work waits before it sleeps: a few microseconds.
const SPINS: usize = 400;
/// With less than this, a worker keeps what it has.
const SHARE_LEAST: usize = 4;

/// What a worker has to do, in a form that can be given to another one.
pub(crate) trait Packet: Send + Sized {
    /// Parts with about half of it, the half that leads to more; `None` when there is too little.
    fn halve(&mut self) -> Option<Self>;
}

impl<T: Send> Packet for Vec<T> {
    /// The older half: what was found first leads to most.
    fn halve(&mut self) -> Option<Vec<T>> {
        if self.len() < SHARE_LEAST {
            return None;
        }
        let rest = self.split_off(self.len() / 2);
        Some(std::mem::replace(self, rest))
    }
}

/// Work on its way from one worker to another, and the end of the work.
pub(crate) struct Pool<P> {
    packets: Lock<Packets<P>>,
    changed: Signal,
    /// Workers without work, who look at the pool.
    hungry: AtomicUsize,
    /// Counts the packets put in, and the end: what a worker without work watches.
    changes: AtomicUsize,
}

struct Packets<P> {
    packets: Vec<P>,
    /// Workers that have work of their own.
    working: usize,
    /// Nobody has any.
    finished: bool,
}

impl<P: Packet> Pool<P> {
    /// An empty pool; the caller counts as a worker that has work.
    pub(crate) fn new() -> Pool<P> {
        let packets = Packets { packets: Vec::new(), working: 1, finished: false };
        Pool {
            packets: Lock::new(packets),
            changed: Signal::new(),
            hungry: AtomicUsize::new(0),
            changes: AtomicUsize::new(0),
        }
    }

    /// One more worker, without work yet. False when all work is done.
    pub(crate) fn join(&self) -> bool {
        let mut packets = self.packets.lock();
        packets.working += 1;
        !packets.finished
    }

    /// Gives a half of a worker's work to the others if somebody is without.
    #[inline(always)]
    pub(crate) fn offer(&self, own: &mut P) {
        if self.hungry.load(Ordering::Relaxed) > 0 {
            self.offer_cold(own);
        }
    }

    #[cold]
    fn offer_cold(&self, own: &mut P) {
        let Some(packet) = own.halve() else { return };
        let mut packets = self.packets.lock();
        packets.packets.push(packet);
        self.changes.fetch_add(1, Ordering::Relaxed);
        drop(packets);
        self.changed.notify_one();
    }

    /// Work for a worker that has none left. `None`, for everybody, when nobody has any.
    pub(crate) fn take(&self) -> Option<P> {
        let mut packets = self.packets.lock();
        packets.working -= 1;
        self.hungry.fetch_add(1, Ordering::Relaxed);
        let mut spins = SPINS;
        let packet = loop {
            if let Some(packet) = packets.packets.pop() {
                packets.working += 1;
                break Some(packet);
            }
            if packets.working == 0 || packets.finished {
                packets.finished = true;
                self.changes.fetch_add(1, Ordering::Relaxed);
                self.changed.notify_all();
                break None;
            }
            if spins == 0 {
                packets = self.changed.wait(packets);
                continue;
            }
            let changes = self.changes.load(Ordering::Relaxed);
            drop(packets);
            spins = spin_while(spins, || self.changes.load(Ordering::Relaxed) == changes);
            packets = self.packets.lock();
        };
        self.hungry.fetch_sub(1, Ordering::Relaxed);
        packet
    }
}
