//! Starting threads: a guest thread is a thread of the operating system.
//!
//! The starter makes the mutator of the new thread, in native state, with the thread object as one
//! of its roots, before the thread exists: so the thread object is never without a root, and a
//! collection or a deadlock check between here and there sees the new mutator.

use crate::events::{self, LimitKind, Origin};
use crate::mutator::{Mutator, RootSlot};
use crate::sync::Arc;
use crate::thread::{self, ThreadOutcome, ThreadState};
use lisle_gc::Value;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a spawned thread runs: the virtual machine's interpreter on the thunk of the current
/// thread's object.
pub type ThreadBody = Arc<dyn Fn(&mut Mutator) -> ThreadOutcome + Send + Sync>;

/// What came of starting a thread.
#[derive(Debug)]
pub enum StartOutcome {
    /// It runs, or will as soon as a processor is free.
    Started,
    /// It was started before, or terminated.
    NotNew,
    /// The system has no room for another thread. The thread object counts as terminated.
    Failed(io::Error),
}

/// Starts a thread. A safepoint: no `Value` stays valid across it.
pub fn start(m: &mut Mutator, thread: Value) -> StartOutcome {
    if thread::state(thread) != ThreadState::New {
        return StartOutcome::NotNew;
    }
    let name = thread::name_text(thread);
    let origin = m.origin();
    let mut child = match m.world.create(&name) {
        Ok(child) => child,
        Err(error) => return StartOutcome::Failed(error),
    };
    child.roots[RootSlot::Thread] = thread;
    child.context.clone_from(&m.context);
    let shard = m.world.shard(thread::wait_id(thread));
    let is_new = thread::state(thread) == ThreadState::New;
    if is_new {
        thread::set_started(thread, child.id());
    }
    drop(shard);
    if !is_new {
        m.native(move || drop(child)); // it waits while the world is stopped
        return StartOutcome::NotNew;
    }
    let bytes = m.world.config.native_stack_bytes;
    let held = m.hold(&[thread]);
    let started = m.native(move || spawn(child, &name, bytes, origin));
    let thread = m.held(&held, 0);
    m.release(held);
    match started {
        Ok(()) => StartOutcome::Started,
        Err(error) => {
            let count = m.world.mutator_count() as u64;
            m.note_limit(LimitKind::Threads, count);
            thread::end(m, thread, ThreadOutcome::Terminated);
            StartOutcome::Failed(error)
        }
    }
}

/// Makes the system's thread; on failure the mutator is dropped with the closure.
fn spawn(child: Box<Mutator>, name: &str, bytes: usize, origin: Origin) -> io::Result<()> {
    let name: String = name.chars().filter(|&c| c != '\0').take(15).collect();
    let builder = std::thread::Builder::new().stack_size(bytes).name(name);
    builder.spawn(move || run(child, origin)).map(drop)
}

/// The life of a spawned thread.
fn run(mut mutator: Box<Mutator>, origin: Origin) {
    let m = &mut *mutator;
    m.begin();
    let (world, tid, name) = (Arc::clone(&m.world), m.id().0, m.name());
    let vm = world.heap.config().vm;
    m.native(move || events::attached(&world, tid, &name, origin));
    let guest = AssertUnwindSafe(|| {
        let body = m.world.body.lock().clone();
        body.expect("a body is installed before threads start")(m)
    });
    let outcome = catch_unwind(guest).unwrap_or_else(|_| {
        m.native(|| events::panicked(vm, tid));
        ThreadOutcome::Terminated
    });
    m.set_outcome(match outcome {
        ThreadOutcome::Returned(_) => "returned",
        ThreadOutcome::Uncaught(_) => "raised",
        ThreadOutcome::Terminated => "interrupted",
    });
    thread::end_current(m, outcome);
}
