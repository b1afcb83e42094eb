//! Counts of frames: born, promoted by reason, reinstated.

/// Why frames were promoted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum PromotionReason {
    /// A full continuation was captured.
    Continuation,
    /// A delimited continuation was captured.
    Prompt,
    /// The region was full.
    Overflow,
    /// The stack was deep during a collection.
    Aging,
    /// Every frame is promoted, for testing.
    Stress,
}

/// The name of what moves an environment, and no frame, when a closure shares it.
pub const CLOSURE_CAPTURE: &str = "closure_capture";

/// How many reasons there are.
pub const REASONS: usize = 5;

impl PromotionReason {
    /// All of them, in the order of [`FrameStats::promoted`].
    pub const ALL: [PromotionReason; REASONS] = [
        PromotionReason::Continuation,
        PromotionReason::Prompt,
        PromotionReason::Overflow,
        PromotionReason::Aging,
        PromotionReason::Stress,
    ];
    /// Is the chunk given to somebody else? Otherwise only its stack knows it.
    pub const fn is_shared(self) -> bool {
        match self {
            PromotionReason::Continuation | PromotionReason::Prompt => true,
            PromotionReason::Overflow | PromotionReason::Aging | PromotionReason::Stress => false,
        }
    }
    /// A name for tables and events.
    pub const fn name(self) -> &'static str {
        match self {
            PromotionReason::Continuation => "callcc",
            PromotionReason::Prompt => "prompt",
            PromotionReason::Overflow => "stack_segment_full",
            PromotionReason::Aging => "aging",
            PromotionReason::Stress => "stress",
        }
    }
}

/// What happened to the frames of a thread, or of several.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct FrameStats {
    /// Frames born; counted only while the machine counts calls.
    pub born: u64,
    /// Frames promoted, by [`PromotionReason`].
    pub promoted: [u64; REASONS],
    /// Words promoted in chunks.
    pub promoted_words: u64,
    /// Frames copied back onto a region.
    pub reinstated: u64,
    /// Environments moved to the heap because a closure shares them.
    pub environments_for_closures: u64,
    /// Environments moved to the heap because their frame was promoted.
    pub environments_with_frames: u64,
}

impl FrameStats {
    /// Frames promoted for any reason.
    pub fn promoted_total(&self) -> u64 {
        self.promoted.iter().sum()
    }
    /// What was counted since `before`, which are older counts of the same thread.
    pub fn since(&self, before: &FrameStats) -> FrameStats {
        let mut promoted = self.promoted;
        for (mine, theirs) in promoted.iter_mut().zip(before.promoted) {
            *mine -= theirs;
        }
        FrameStats {
            born: self.born - before.born,
            promoted,
            promoted_words: self.promoted_words - before.promoted_words,
            reinstated: self.reinstated - before.reinstated,
            environments_for_closures: self.environments_for_closures
                - before.environments_for_closures,
            environments_with_frames: self.environments_with_frames
                - before.environments_with_frames,
        }
    }
    /// Adds the counts of another thread.
    pub fn add(&mut self, other: &FrameStats) {
        self.born += other.born;
        for (mine, theirs) in self.promoted.iter_mut().zip(other.promoted) {
            *mine += theirs;
        }
        self.promoted_words += other.promoted_words;
        self.reinstated += other.reinstated;
        self.environments_for_closures += other.environments_for_closures;
        self.environments_with_frames += other.environments_with_frames;
    }
}
