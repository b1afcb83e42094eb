//! The stand-in for `crate::mutator`: what channels need of a mutator. Where a thread parks it would
//! also enter native state, which the other models try; no collection takes place here, so the heap
//! is the real one, and is no part of the models.

use super::census::Census;
use super::park::{Parker, Ticket, Until, Wake};
use super::reason::WaitId;
use super::sync::Arc;
use super::wait::{LockedShard, Queue, WaitQueues};
use lisle_gc::{Heap, HeapConfig, LocalHeap, Value};
use std::sync::{Mutex, OnceLock};

/// Local heaps that no mutator uses now: a model makes mutators by the ten thousand.
static LOCALS: Mutex<Vec<LocalHeap>> = Mutex::new(Vec::new());

fn local_heap() -> LocalHeap {
    static HEAP: OnceLock<std::sync::Arc<Heap>> = OnceLock::new();
    let unused = LOCALS.lock().expect("nobody panics with it").pop();
    unused.unwrap_or_else(|| {
        HEAP.get_or_init(|| Heap::new(HeapConfig::default()).expect("address space")).local()
    })
}

pub struct World {
    pub(crate) queues: WaitQueues,
    census: Arc<Census>,
}

impl World {
    pub(super) fn new() -> Arc<World> {
        let census = Arc::new(Census::new());
        Arc::new(World { queues: WaitQueues::with_shards(1), census })
    }
    pub(crate) fn shard(&self, id: WaitId) -> LockedShard<'_> {
        self.queues.lock(id)
    }
}

pub struct Held(usize);

pub struct Mutator {
    pub heap: LocalHeap,
    pub(crate) world: Arc<World>,
    pub(crate) parker: Arc<Parker>,
    held: Vec<Value>,
    turn: usize,
}

impl Mutator {
    pub(super) fn new(world: &Arc<World>) -> Mutator {
        let parker = Arc::new(Parker::new(Arc::clone(&world.census)));
        let world = Arc::clone(world);
        Mutator { heap: local_heap(), world, parker, held: Vec::new(), turn: 0 }
    }
    pub(crate) fn next_turn(&mut self, count: usize) -> usize {
        self.turn = self.turn.wrapping_add(1);
        self.turn % count.max(1)
    }
    pub fn hold(&mut self, values: &[Value]) -> Held {
        let held = Held(self.held.len());
        self.held.extend_from_slice(values);
        held
    }
    pub fn held(&self, held: &Held, index: usize) -> Value {
        self.held[held.0 + index]
    }
    pub fn release(&mut self, held: Held) {
        self.held.truncate(held.0);
    }
    /// Loom tells when all threads wait, so nobody has to be counted as waiting.
    pub(crate) fn park(&mut self, ticket: Ticket, until: Until) -> Wake {
        let until = if let Until::Forever(_) = until { Until::Outside } else { until };
        self.parker.park(ticket, until, || ())
    }
    pub(crate) fn park_in(&mut self, key: (WaitId, Queue), ticket: Ticket, until: Until) -> Wake {
        let wake = self.park(ticket, until);
        if !matches!(wake, Wake::Notified(_)) {
            self.world.shard(key.0).leave(key, &self.parker, ticket);
        }
        wake
    }
}

/// The end of a mutator: its local heap can be used again.
pub(super) fn end(mutator: Mutator) {
    LOCALS.lock().expect("nobody panics with it").push(mutator.heap);
}
