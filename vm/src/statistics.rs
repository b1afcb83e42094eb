//! What a virtual machine has done so far: counters that only grow, and two histograms. The pull side
//! of docs/tracing.md; it needs no subscriber.

use crate::vm::VmShared;
use lisle_frames::FrameStats;
use lisle_gc::{HeapStats, Histogram};
use lisle_threads::ThreadStats;

/// Counters of one virtual machine, since it was made.
///
/// ```
/// # let vm = lisle::Vm::new()?;
/// vm.eval::<()>("(make-vector 1000 0) (collect-garbage)")?;
/// let stats = vm.stats();
/// assert_eq!(stats.pauses.count(), stats.stops.count());
/// assert!(stats.wall_ns > 0 && !stats.threads.is_empty());
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct VmStats {
    /// Time since the VM was made, in nanoseconds.
    pub wall_ns: u64,
    /// What the collector did, and sizes now.
    pub heap: HeapStats,
    /// What became of frames, up to the last collection for threads that run. `born` is counted only
    /// with [`crate::VmConfig::count_calls`].
    pub frames: FrameStats,
    /// How long the world took to stop for collections.
    pub stops: Histogram,
    /// How long collections took with the world stopped.
    pub pauses: Histogram,
    /// Each thread's part in stops: those that run, and the first 256 that have ended.
    pub threads: Vec<ThreadStats>,
}

impl VmShared {
    /// What the VM has done so far.
    pub fn stats(&self) -> VmStats {
        let heap = self.heap.stats();
        VmStats {
            wall_ns: self.heap.age_ns(),
            frames: self.world.frame_stats(),
            stops: self.world.stop_times(),
            pauses: heap.pauses.clone(),
            threads: self.world.thread_stats(),
            heap,
        }
    }
}

/// Processor time of the whole process, in nanoseconds.
pub(crate) fn process_cpu_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}
