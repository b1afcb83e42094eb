//! When to collect, and what.

use crate::Heap;
use std::time::Duration;

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
/// Near the limit, full collections are this share of it apart (one in so many), at least.
const LEAST_DISTANCE: usize = 64;
const BUDGET_LEAST: usize = 64 * 1024;
/// The budget is looked at after so many collections.
const WINDOW: u32 = 3;
/// The budget grows when more than this share of the eden survives, in thousandths, and shrinks
/// below the other.
const SURVIVAL_HIGH: usize = 100;
const SURVIVAL_LOW: usize = 10;
/// ... but it stays larger only if so much less survives then, in thousandths of the share before:
/// what survives may be there to stay, and a larger nursery then only makes the pauses longer.
const GROWTH_PAYS: usize = 750;
/// After a growth that did not pay, none is tried for so many windows.
const WINDOWS_OF_REST: u32 = 12;
/// The budget grows only while pauses stay below this, and shrinks when they pass the other.
const PAUSE_LOW: Duration = Duration::from_millis(8);
const PAUSE_HIGH: Duration = Duration::from_millis(16);

/// When this share of what survived once survives again, in thousandths, ...
const PROMOTED_HIGH: usize = 875;
/// ... and it was so many bytes at least, ...
const PROMOTED_LEAST: usize = 256 * 1024;
/// ... then so many collections copy what survives to the old generation at once.
const PROMOTIONS_AT_ONCE: u32 = 15;

/// What the last collections showed about how long objects live.
#[derive(Debug, Default)]
pub(crate) struct Outlook {
    /// Collections of the current window, and what they did.
    collections: u32,
    eden_bytes: usize,
    copied_bytes: usize,
    /// The shortest pause: in a longer one, other programs may have had the processor. (Processor
    /// time would need a system call, at which others get it.)
    pause: Duration,
    /// The share that survived before the budget was raised, while it is tried out.
    trial: Option<usize>,
    rest: u32,
    /// What survived the last collection and stayed young.
    survived_bytes: usize,
    promotions_at_once: u32,
}

/// What a collection of the nursery did, for the outlook.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observed {
    pub(crate) eden_bytes: usize,
    pub(crate) survived_bytes: usize,
    pub(crate) promoted_bytes: usize,
    /// Was everything promoted?
    pub(crate) at_once: bool,
    pub(crate) pause: Duration,
}

impl Observed {
    /// The share of the eden that was copied, in thousandths.
    pub(crate) fn survival_permille(&self) -> usize {
        permille(self.survived_bytes + self.promoted_bytes, self.eden_bytes)
    }
    /// Is the nursery too large for its pauses?
    pub(crate) fn is_too_long(&self) -> bool {
        self.pause > PAUSE_HIGH
    }
}

impl Outlook {
    /// Shall the next collection promote everything that survives?
    pub(crate) fn promotes_at_once(&self) -> bool {
        self.promotions_at_once > 0
    }

    /// Takes note of a collection; the nursery's budget after it.
    pub(crate) fn observe(&mut self, observed: Observed, budget: usize) -> usize {
        self.promotions_at_once = self.promotions_at_once.saturating_sub(1);
        let young = self.survived_bytes;
        if !observed.at_once
            && young >= PROMOTED_LEAST
            && permille(observed.promoted_bytes, young) >= PROMOTED_HIGH
        {
            self.promotions_at_once = PROMOTIONS_AT_ONCE;
        }
        self.survived_bytes = observed.survived_bytes;
        if self.collections == 0 {
            (self.eden_bytes, self.copied_bytes, self.pause) = (0, 0, Duration::MAX);
        }
        self.collections += 1;
        self.eden_bytes += observed.eden_bytes;
        self.copied_bytes += observed.survived_bytes + observed.promoted_bytes;
        self.pause = self.pause.min(observed.pause);
        if self.collections < WINDOW {
            return budget;
        }
        self.collections = 0;
        self.end_window(budget)
    }

    fn end_window(&mut self, budget: usize) -> usize {
        let share = permille(self.copied_bytes, self.eden_bytes);
        if let Some(before) = self.trial.take()
            && share * 1000 > before * GROWTH_PAYS
        {
            self.rest = WINDOWS_OF_REST;
            return budget / 2;
        }
        self.rest = self.rest.saturating_sub(1);
        if share < SURVIVAL_LOW || share > SURVIVAL_HIGH && self.pause > PAUSE_HIGH {
            return budget / 2;
        }
        // Collections for other reasons come early, and say little about the budget.
        let is_used_up = self.eden_bytes >= budget / 2 * WINDOW as usize;
        if share > SURVIVAL_HIGH && is_used_up && self.rest == 0 && self.pause < PAUSE_LOW {
            self.trial = Some(share);
            return budget * 2;
        }
        budget
    }
}

pub(crate) fn permille(part: usize, whole: usize) -> usize {
    part.saturating_mul(1000) / whole.max(1)
}

/// The size of the old generation at which it is collected, when so much of it was live the last
/// time: 80 % more, but not so much that the limit would be reached first. Near the limit that would
/// mean collections after less and less, each of the whole heap: there is a least distance.
pub(crate) fn old_goal(live: usize, limit: usize) -> usize {
    let goal = OLD_GOAL_LEAST.max(live.saturating_add(live / 5 * 4));
    let distance = (limit.saturating_sub(live) / 2).max(limit / LEAST_DISTANCE);
    goal.min(live.saturating_add(distance))
}

/// A budget for the nursery as it can be: enough for the mutators that allocate at the same time,
/// and no more than the limits allow.
pub(crate) fn possible_budget(heap: &Heap, budget: usize) -> usize {
    if heap.config.stress.tiny_nursery {
        return crate::layout::BLOCK_BYTES;
    }
    let most = BUDGET_MOST
        .max(heap.config.nursery_bytes)
        .min(heap.config.nursery_bytes.saturating_mul(BUDGET_GROWTH))
        .clamp(BUDGET_LEAST, heap.nursery.largest_budget());
    let first = heap.config.nursery_bytes.saturating_mul(parallel_mutators(heap));
    let room = heap.limit().saturating_sub(heap.used_bytes()) / 2;
    budget.clamp(first.clamp(BUDGET_LEAST, most), most).min(room.max(BUDGET_LEAST))
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
    use super::{
        OLD_GOAL_LEAST, Observed, Outlook, PROMOTIONS_AT_ONCE, Reason, WINDOW, WINDOWS_OF_REST,
        old_goal,
    };
    use std::time::Duration;

    const MIB: usize = 1 << 20;

    fn observed(eden_bytes: usize, survived_bytes: usize) -> Observed {
        Observed {
            eden_bytes,
            survived_bytes,
            promoted_bytes: 0,
            at_once: false,
            pause: Duration::ZERO,
        }
    }

    /// The budget after windows in which the budget is used up and so much survives.
    fn budgets(outlook: &mut Outlook, windows: u32, survives: impl Fn(usize) -> usize) -> usize {
        (0..windows * WINDOW)
            .fold(4 * MIB, |budget, _| outlook.observe(observed(budget, survives(budget)), budget))
    }

    #[test]
    fn filling_the_heap_to_its_limit_takes_few_full_collections() {
        for limit in [64 * MIB, 1024 * MIB, 1 << 40] {
            let (mut live, mut collections) = (0, 0);
            while live < limit {
                live = old_goal(live, limit);
                collections += 1;
            }
            assert!(collections < 32, "{collections} collections below {limit}");
        }
    }

    #[test]
    fn the_budget_grows_while_that_helps() {
        // As much survives however seldom collections are: what is in use at any moment.
        assert_eq!(budgets(&mut Outlook::default(), 9, |_| 2 * MIB), 32 * MIB);
        // Nothing dies: a larger budget only makes longer pauses.
        let outlook = &mut Outlook::default();
        assert_eq!(budgets(outlook, 2, |budget| budget), 4 * MIB);
        assert_eq!(budgets(outlook, WINDOWS_OF_REST - 1, |budget| budget), 4 * MIB);
        assert_eq!(budgets(outlook, 1, |budget| budget), 8 * MIB);
    }

    #[test]
    fn what_lives_long_is_promoted_at_once_for_some_time() {
        let mut outlook = Outlook::default();
        outlook.observe(observed(4 * MIB, 3 * MIB), 4 * MIB);
        assert!(!outlook.promotes_at_once());
        let mut second = observed(4 * MIB, 3 * MIB);
        second.promoted_bytes = 3 * MIB;
        outlook.observe(second, 4 * MIB);
        for _ in 0..PROMOTIONS_AT_ONCE {
            assert!(outlook.promotes_at_once());
            let mut at_once = observed(4 * MIB, 0);
            (at_once.at_once, at_once.promoted_bytes) = (true, 3 * MIB);
            outlook.observe(at_once, 4 * MIB);
        }
        assert!(!outlook.promotes_at_once());
    }

    #[test]
    fn the_goal_leaves_room_below_the_limit() {
        assert_eq!(old_goal(0, usize::MAX), OLD_GOAL_LEAST);
        assert_eq!(old_goal(100 << 20, usize::MAX), 180 << 20);
        assert_eq!(old_goal(100, 1100), 600);
        assert_eq!(old_goal(2000, 1100), 2000 + 1100 / 64);
    }

    #[test]
    fn reasons_have_numbers() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_number(reason as u8), reason);
        }
    }
}
