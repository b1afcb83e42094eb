//! Cumulative counters of a heap, and a histogram of its pauses.

use crate::events::CollectionRecord;

/// What a heap has done since it was made, and how large it is now.
#[derive(Clone, Debug, Default)]
pub struct HeapStats {
    /// Collections of the nursery alone.
    pub minor_collections: u64,
    /// Collections of everything.
    pub major_collections: u64,
    /// Time spent collecting with the world stopped, in nanoseconds.
    pub pause_ns_total: u64,
    /// The longest of these pauses.
    pub pause_ns_max: u64,
    /// Bytes handed to mutators in the nursery, up to the last collection.
    pub nursery_allocated_bytes: u64,
    /// Bytes that stayed in the nursery, summed over all collections.
    pub survived_bytes: u64,
    /// Bytes that moved to the old generation.
    pub promoted_bytes: u64,
    /// Objects that moved to the old generation.
    pub promoted_objects: u64,
    /// Remembered slots looked at.
    pub remembered_slots: u64,
    /// Bytes in use when these counters were read.
    pub used_bytes: usize,
    /// ... in the nursery.
    pub nursery_bytes: usize,
    /// ... in the old generation's blocks.
    pub old_bytes: usize,
    /// ... in large objects.
    pub large_bytes: usize,
    /// ... outside the heap, kept alive by its objects.
    pub external_bytes: usize,
    /// What the last full collection left.
    pub live_bytes: usize,
    /// The old generation is collected when it reaches this.
    pub old_goal_bytes: usize,
    /// The most the heap may use.
    pub limit_bytes: usize,
    /// The nursery's budget.
    pub nursery_budget_bytes: usize,
    /// Host roots in use.
    pub roots: usize,
    /// Host values that objects own.
    pub natives: usize,
    /// Code that no collection has found dead.
    pub codes: usize,
    /// Weak boxes, weak pairs and ephemerons that no collection has found dead.
    pub weak_containers: usize,
    /// All pauses.
    pub pauses: Histogram,
    /// The pauses of minor collections.
    pub minor_pauses: Histogram,
    /// The pauses of full collections.
    pub major_pauses: Histogram,
}

impl HeapStats {
    pub(crate) fn add(&mut self, record: &CollectionRecord) {
        if record.full {
            self.major_collections += 1;
            self.major_pauses.add(record.pause_ns);
        } else {
            self.minor_collections += 1;
            self.minor_pauses.add(record.pause_ns);
        }
        self.pauses.add(record.pause_ns);
        self.pause_ns_total += record.pause_ns;
        self.pause_ns_max = self.pause_ns_max.max(record.pause_ns);
        self.nursery_allocated_bytes += record.eden_bytes as u64;
        self.survived_bytes += record.survived_bytes as u64;
        self.promoted_bytes += record.promoted_bytes as u64;
        self.promoted_objects += record.promoted_objects as u64;
        self.remembered_slots += record.remembered_slots as u64;
    }
}

const SUB_BITS: u32 = 3;
const SUBS: usize = 1 << SUB_BITS;

/// A log-linear histogram of times in nanoseconds: eight buckets for each power of two, so a
/// percentile is off by an eighth at most.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    sum: u64,
    max: u64,
}

impl Histogram {
    /// Counts one time.
    pub fn add(&mut self, ns: u64) {
        let index = Histogram::bucket(ns);
        if self.counts.len() <= index {
            self.counts.resize(index + 1, 0);
        }
        self.counts[index] += 1;
        self.total += 1;
        self.sum = self.sum.saturating_add(ns);
        self.max = self.max.max(ns);
    }

    /// How many times were counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// All times together.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The longest time; 0 when empty.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// A time that this share of all times (in thousandths) does not exceed; 0 when empty.
    pub fn permille(&self, permille: u64) -> u64 {
        let rank = (self.total * permille).div_ceil(1000).max(1);
        let mut seen = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Histogram::upper_bound(index).min(self.max);
            }
        }
        0
    }

    fn bucket(ns: u64) -> usize {
        if ns < SUBS as u64 {
            return ns as usize;
        }
        let exponent = ns.ilog2() - SUB_BITS;
        let sub = (ns >> exponent) as usize - SUBS;
        (exponent as usize + 1) * SUBS + sub
    }

    fn upper_bound(bucket: usize) -> u64 {
        if bucket < SUBS {
            return bucket as u64;
        }
        let exponent = bucket / SUBS - 1;
        let base = (SUBS + bucket % SUBS) as u64;
        (base << exponent) + ((1u64 << exponent) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;
    use proptest::prelude::{any, prop_assert, proptest};

    proptest! {
        #[test]
        fn a_bucket_holds_its_times(ns in any::<u64>()) {
            let bucket = Histogram::bucket(ns);
            prop_assert!(ns <= Histogram::upper_bound(bucket));
            prop_assert!(bucket == 0 || ns > Histogram::upper_bound(bucket - 1));
        }
    }

    #[test]
    fn percentiles_are_close() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.permille(500), 0);
        for ns in 1..=1000 {
            histogram.add(ns);
        }
        assert!((500..570).contains(&histogram.permille(500)));
        assert!((990..1130).contains(&histogram.permille(990)));
    }
}
