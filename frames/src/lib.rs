//! The thread's stack, Lisle's youngest generation: frames, their promotion to the heap and their
//! reinstatement.
//!
//! A frame is born by moving a pointer up in its thread's *region* and dies by moving it back. When
//! something that outlives the call needs frames (a continuation, a full region, a deep stack during
//! a collection), the run of frames is *promoted*: copied once into an immutable heap *chunk*.
//! Returning past the bottom frame of the region *reinstates* the top frames of the chunk.
//!
//! # Invariants
//!
//! **FR-1** No heap word holds an address in a region.
//! *Holds* always; *established by* [`environment`] (an environment is moved to the heap before a
//! closure or a chunk may refer to it) and [`promote`]; *relied on by* every move of a frame, and by
//! threads that reach another thread's objects; *checked by* the heap verifier (no heap word has the
//! tag of a stack environment) and `tests::a_chunk_holds_no_stack_address`.
//!
//! **FR-2** Every live register of a frame holds an initialised value.
//! *Holds* at safepoints; *established by* the compiler, whose liveness analysis is what "live"
//! means; *relied on by* [`roots`], [`promote`]; *checked by* `verify::live_registers_hold_values` and the
//! heap verifier, run over every root.
//!
//! **FR-3** The frames of a chunk never change after [`promote`] has returned it, as long as anything
//! may return to them.
//! *Holds* always; *established by* reinstatement copying instead of moving, and by FR-6; *relied on
//! by* re-entry of continuations any number of times; *checked by* `verify::chunks_are_whole`,
//! `verify::shared_chunks_have_not_changed`, and `tests::a_chunk_can_be_re_entered`.
//!
//! **FR-4** The bottom frame of the region returns to the underflow code, and `under` says what is
//! below it.
//! *Holds* whenever guest code runs; *established by* [`promote`], [`reinstate`]; *relied on by* the
//! walk, which stops there; *checked by* `verify::bottom_returns_to_the_underflow_code`,
//! `verify::frame_is_inside`, and debug assertions in [`mod@walk`].
//!
//! **FR-5** Promotion has no half-way state a collection could see: allocation never collects, and
//! whatever can fail comes before anything refers to the chunk.
//! *Holds* always; *established by* the heap's rule that collections happen at safepoints only;
//! *relied on by* [`promote`]; *checked by* `verify::chunks_are_whole` in the stress modes, and with
//! allocations made to fail.
//!
//! **FR-6** A chunk whose frames begin at `shared_depth` or above is referred to by `under`, or by
//! such a chunk above it, and by nothing else.
//! *Holds* always; *established by* every promotion whose position is given away, and by
//! [`Stack::continue_at`], both of which raise `shared_depth` to the depth of `under` (or higher, in
//! [`Stack::throw`]); underflow lowers it with `under`; *relied on by* underflow, which keeps the
//! memory of such a chunk for the next one; *checked by* `verify::spares_are_unknown` and
//! `tests::a_captured_chunk_is_never_used_again`.

#![deny(unsafe_code)]

pub mod continuation;
#[expect(unsafe_code, reason = "reads and swings environment pointers of frames")]
pub mod environment;
pub mod layout;
#[expect(unsafe_code, reason = "copies frames into chunks")]
pub mod promote;
pub mod reasons;
#[expect(unsafe_code, reason = "owns the mapping of a region")]
pub mod region;
#[expect(unsafe_code, reason = "copies frames back onto the region")]
pub mod reinstate;
pub mod roots;
pub mod shape;
pub mod stack;
pub mod verify;
pub mod walk;

pub use layout::{HEADER_WORDS, ReturnWord};
pub use reasons::{CLOSURE_CAPTURE, FrameStats, PromotionReason};
pub use region::LimitWord;
pub use reinstate::Resumption;
pub use shape::{FrameShape, Live, Place, Site};
pub use stack::{Position, Stack, StackConfig};

#[cfg(test)]
#[expect(unsafe_code, reason = "writes frames as the interpreter does")]
mod tests;
