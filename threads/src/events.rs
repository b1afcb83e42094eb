//! What this crate tells `tracing`. Never called while the world is stopped or a lock is held.

use crate::reason::MutatorId;
use crate::rendezvous::StopTimes;
use crate::world::World;

/// A mutator came into being.
pub(crate) fn attached(vm: u64, tid: u64, name: &str) {
    tracing::event!(
        name: "thread.attach",
        target: "lisle::threads",
        tracing::Level::DEBUG,
        vm, schema = 1, tid, thread = name,
        "thread attached"
    );
}

/// A mutator is gone.
pub(crate) fn detached(vm: u64, tid: u64) {
    tracing::event!(
        name: "thread.detach",
        target: "lisle::threads",
        tracing::Level::DEBUG,
        vm, schema = 1, tid,
        "thread detached"
    );
}

/// The body of a spawned thread panicked: an error in the virtual machine.
pub(crate) fn panicked(vm: u64, tid: u64) {
    tracing::event!(
        name: "thread.panic",
        target: "lisle::threads",
        tracing::Level::ERROR,
        vm, schema = 1, tid,
        "thread ended by an error in the virtual machine"
    );
}

/// The world was stopped and runs again.
pub(crate) fn stopped(world: &World, times: &StopTimes) {
    let vm = world.config.vm;
    tracing::event!(
        name: "safepoint.stop",
        target: "lisle::threads",
        tracing::Level::DEBUG,
        vm,
        schema = 1,
        epoch = times.epoch,
        running = times.running,
        blocked = times.stopped_already,
        stop_ns = times.nanoseconds,
        late_tid = times.latest.unwrap_or(0),
        "world stopped"
    );
    let limit = u64::try_from(world.config.late_stop.as_nanos()).unwrap_or(u64::MAX);
    if let Some(tid) = times.latest
        && times.nanoseconds > limit
    {
        let thread = world.name_of(MutatorId(tid));
        tracing::event!(
            name: "safepoint.late",
            target: "lisle::threads",
            tracing::Level::WARN,
            vm,
            schema = 1,
            epoch = times.epoch,
            tid,
            thread = &*thread,
            reach_ns = times.nanoseconds,
            limit_ns = limit,
            "a thread was late to stop"
        );
    }
}
