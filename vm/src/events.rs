//! What this crate tells by itself: the target `lisle::vm`. docs/tracing.md has the fields.

use crate::vm::VmShared;
use lisle_gc::event;

/// Names of the features of this build.
const FEATURES: &str = if cfg!(feature = "tracing") { "tracing" } else { "" };

/// The program has ended.
pub(crate) fn ended(vm: &VmShared) {
    event!(
        vm.heap.config().vm,
        INFO,
        "lisle::vm",
        "vm.end",
        wall_ns = vm.heap.age_ns(),
        cpu_ns = crate::statistics::process_cpu_ns(),
    );
}

/// A virtual machine was made.
pub(crate) fn started(vm: &VmShared) {
    let stats = vm.heap.stats();
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    event!(
        vm.heap.config().vm,
        INFO,
        "lisle::vm",
        "vm.start",
        version = env!("CARGO_PKG_VERSION"),
        cpus = cpus,
        nursery_bytes = stats.nursery_budget_bytes,
        old_goal_bytes = stats.old_goal_bytes,
        max_heap_bytes = stats.limit_bytes,
        gc_workers = vm.heap.workers_most(),
        features = FEATURES,
    );
}
