//! When to collect, and what.

use crate::Heap;

/// Why a collection runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reason {
    /// The nursery's budget is used up.
    NurseryFull = 0,
    /// The old generation has reached its goal. Full.
    OldGoal,
    /// Memory outside the heap that objects keep alive has grown. Full.
    ExternalBytes,
    /// The heap limit is near. Full.
    HeapLimit,
    /// The program asked for it. Full.
    Explicit,
    /// The embedder asked for it. Full.
    Host,
    /// A stress mode asked for it.
    Stress,
}

impl Reason {
    const ALL: [Reason; 7] = [
        Reason::NurseryFull,
        Reason::OldGoal,
        Reason::ExternalBytes,
        Reason::HeapLimit,
        Reason::Explicit,
        Reason::Host,
        Reason::Stress,
    ];

    /// Its name in events.
    pub fn name(self) -> &'static str {
        match self {
            Reason::NurseryFull => "nursery_full",
            Reason::OldGoal => "old_goal",
            Reason::ExternalBytes => "external_bytes",
            Reason::HeapLimit => "heap_limit",
            Reason::Explicit => "explicit",
            Reason::Host => "host",
            Reason::Stress => "stress",
        }
    }

    /// Is the old generation collected too, whatever its size?
    pub fn is_full(self) -> bool {
        match self {
            Reason::NurseryFull | Reason::Stress => false,
            Reason::OldGoal
            | Reason::ExternalBytes
            | Reason::HeapLimit
            | Reason::Explicit
            | Reason::Host => true,
        }
    }

    pub(crate) fn from_number(number: u8) -> Reason {
        Reason::ALL.get(usize::from(number)).copied().unwrap_or(Reason::NurseryFull)
    }
}

/// The old generation is left alone until it has this many bytes.
const OLD_GOAL_LEAST: usize = 32 << 20;
/// The budget grows to this, if many objects survive.
const BUDGET_MOST: usize = 64 << 20;
/// ... but to no more than this many times what was configured.
const BUDGET_GROWTH: usize = 16;
const BUDGET_LEAST: usize = 64 * 1024;
/// The budget grows when more than this share of the eden survives, in thousandths, and shrinks
/// below the other.
const SURVIVAL_HIGH: usize = 100;
const SURVIVAL_LOW: usize = 10;
/// ... but it grows only while pauses stay below this, and shrinks when they pass the other: what
/// survives may be there to stay, and a larger nursery then only makes the pauses longer.
const PAUSE_LOW_NS: u64 = 1_000_000;
const PAUSE_HIGH_NS: u64 = 4_000_000;

/// The size of the old generation at which it is collected, when so much of it was live the last
/// time: 80 % more, but not so much that the limit would be reached first.
pub(crate) fn old_goal(live: usize, limit: usize) -> usize {
    let goal = OLD_GOAL_LEAST.max(live.saturating_add(live / 5 * 4));
    goal.min(live + limit.saturating_sub(live) / 2)
}

/// The nursery's next budget, after a collection of `eden` bytes of which `survived` were copied.
pub(crate) fn next_budget(heap: &Heap, eden: usize, survived: usize, pause_ns: u64) -> usize {
    let most = BUDGET_MOST
        .max(heap.config.nursery_bytes)
        .min(heap.config.nursery_bytes.saturating_mul(BUDGET_GROWTH))
        .clamp(BUDGET_LEAST, heap.nursery.largest_budget());
    let first = heap.config.nursery_bytes.saturating_mul(parallel_mutators(heap));
    let budget = heap.nursery.budget();
    let permille = survived.saturating_mul(1000) / eden.max(1);
    let next = if permille < SURVIVAL_LOW || pause_ns > PAUSE_HIGH_NS {
        budget / 2
    } else if permille > SURVIVAL_HIGH && eden >= budget / 2 && pause_ns < PAUSE_LOW_NS {
        budget * 2
    } else {
        budget
    };
    let room = heap.limit().saturating_sub(heap.used_bytes()) / 2;
    next.clamp(first.clamp(BUDGET_LEAST, most), most).min(room.max(BUDGET_LEAST))
}

/// How many mutators can allocate at the same time.
fn parallel_mutators(heap: &Heap) -> usize {
    match heap.users() {
        0 | 1 => 1,
        users => users.min(heap.cores()),
    }
}

#[cfg(test)]
mod tests {
    use super::{OLD_GOAL_LEAST, Reason, old_goal};

    #[test]
    fn the_goal_leaves_room_below_the_limit() {
        assert_eq!(old_goal(0, usize::MAX), OLD_GOAL_LEAST);
        assert_eq!(old_goal(100 << 20, usize::MAX), 180 << 20);
        assert_eq!(old_goal(100, 1100), 600);
        assert_eq!(old_goal(2000, 1100), 2000);
    }

    #[test]
    fn reasons_have_numbers() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_number(reason as u8), reason);
        }
    }
}
