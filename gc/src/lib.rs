//! The heap of the Lisle virtual machine: values, objects, and the collector.
//!
//! Objects are born in the nursery, one reserved range of addresses from which every mutator's
//! [`LocalHeap`] takes small buffers. Those that survive two collections move to the old
//! generation and stay where they are; its memory comes back through full collections. All
//! collections are exact and run with the world [`Stopped`], which the caller sees to: this crate
//! knows neither threads nor stacks, and sees their roots through [`RootSource`].
//!
//! Allocation never collects. It may ask for a collection, which happens when the mutators have
//! come to a safepoint, so values in Rust variables are good until then.
//!
//! ```
//! use lisle_gc::{Heap, HeapConfig, Reason, Stopped, Value, object};
//! let heap = Heap::new(HeapConfig::default())?;
//! let mut local = heap.local();
//! let root = heap.add_root(local.pair(Value::fixnum(1), Value::NIL)?);
//! let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
//! heap.collect(&mut stopped, Reason::NurseryFull).emit();
//! assert_eq!(object::car(root.get()), Value::fixnum(1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! While the world is stopped, outside the phases of a collection:
//!
//! - **GC-1** *holds:* the first word of an object has a kind, that kind's raw bit, a size, and
//!   zeroes elsewhere; exceptions: none. *Established by:* `alloc`. *Relied on by:* `minor::copy`,
//!   `major::mark`, `object`. *Checked by:* `verify::header_is_sane`.
//! - **GC-2** *holds:* a pointer reachable from a root leads to an object inside a nursery block in
//!   use, an old block in use, or to the start of a large object. *Established by:* `minor` (updates
//!   every pointer to what it moves), `major` and `old::blocks` (free only what is unmarked, and sweep
//!   nothing while marking), and the rule that no value is kept across a safepoint outside a root.
//!   *Relied on by:* `slot`, `object`. *Checked by:* `verify::points_into_live_memory`,
//!   `verify::fits`.
//! - **GC-3** *holds:* a pointer's tag is that of its object's kind. *Established by:* `alloc`.
//!   *Relied on by:* `minor::copy` (the tag says whether there is a header), `object`. *Checked by:*
//!   `verify::tag_agrees`.
//! - **GC-4** *holds:* a word of an old object that holds a young pointer is in some remembered
//!   buffer, or its object is on a fresh list. *Established by:* `barrier`, `alloc` (fresh lists),
//!   `minor::copy` (records again what stays young). *Relied on by:* `minor`. *Checked by:*
//!   `verify::old_to_young_is_recorded`.
//! - **GC-5** *holds:* no heap word has the tag of a stack address. *Established by:* whoever
//!   promotes environments before storing them. *Relied on by:* the stack's owner, who frees it
//!   without asking. *Checked by:* `verify::no_stack_address`.
//! - **GC-6** *holds:* every local heap that was used and not detached is among the stopped ones.
//!   *Established by:* whoever stops the world. *Relied on by:* `minor` (empties blocks that buffers
//!   lie in, and needs all records). *Checked by:* `verify::every_user_is_stopped`, always.
//! - **GC-7** *holds:* no reachable word is one of the collector's own marks. *Established by:*
//!   `minor::copy` (marks only what it leaves behind). *Relied on by:* `minor::copy`. *Checked by:*
//!   `verify::no_forwarding_mark`.
//! - **GC-8** *holds:* when marking begins, nothing is young. *Established by:* `minor`, which
//!   promotes everything in a full collection. *Relied on by:* `major::mark` (the mark table covers
//!   the old range), the sweep (no record points into what it frees). *Checked by:*
//!   `verify::nothing_is_young`, always.
//! - **GC-9** *holds:* the bytes counted as used are no less than those reachable. *Established by:*
//!   `nursery`, `old`. *Relied on by:* `limit`. *Checked by:* `verify::sizes_add_up`.
//! - **GC-10** *holds:* every reachable container of weak references is on one list of the weak
//!   table, on the young one if it is young or new, or a box or an ephemeron that refers to something
//!   young; no other list has a young one, and what its weak fields lead to is as GC-2 says.
//!   *Established by:* `weak` (lists what is made), `weak::settle`. *Relied on by:* `minor` (looks at
//!   no other containers). *Checked by:* `verify::listed_containers`,
//!   `verify::weak_reference_is_listed`.
//! - **GC-11** *holds:* object, link and guardian of a registration that is listed as old are old.
//!   *Established by:* `guardian`, `weak::settle`. *Relied on by:* `minor`. *Checked by:*
//!   `verify::listed_containers`.
//! - **GC-13** *holds:* a reachable `Code` object is old, and the value that it owns has not been
//!   dropped; closures and frames, on stacks and promoted, lead to theirs by pointers like others.
//!   *Established by:* `native`. *Relied on by:* whoever follows the addresses that code holds, which
//!   is done at every call. *Checked by:* `verify::code_is_owned`.
//! - **GC-14** *holds:* what is reachable lies in no memory that is to be handed out: rests of buffers
//!   and runs, unmarked lines of blocks that are used again or not swept yet. *Established by:* `alloc`,
//!   `nursery`, `old::blocks`. *Relied on by:* whoever allocates next. *Checked by:*
//!   `verify::is_not_in_free_memory`.
//!
//! Between the phases of a collection:
//!
//! - **GC-12** *holds:* when marking ends, what is reachable is marked, and what was overwritten since it
//!   began; nothing else is, if the world was stopped meanwhile; once weak references are settled, what
//!   they lead to is marked. *Established by:* `major::mark`, `weak::settle`. *Relied on by:* the sweep,
//!   and what poisons the dead. *Checked by:* `verify::phases::verify_marked`,
//!   `verify::phases::verify_settled`.
//! - **GC-15** *holds:* when all roots were copied, what is reachable other than weakly is a copy, or old.
//!   *Established by:* `minor::copy`. *Relied on by:* whoever gets the memory of the from-space next.
//!   *Checked by:* `verify::phases::verify_copied`.
//! - **GC-16** *holds:* when marking ends, all lines of a marked object are marked. *Established by:*
//!   `major::mark`. *Relied on by:* the sweep, which looks at lines only. *Checked by:*
//!   `verify::survey::has_lines`.
//! - **GC-17** *holds:* when marking begins, nothing is marked. *Established by:* `old::blocks`,
//!   `old::large`. *Relied on by:* `major::mark`, which passes over what is marked. *Checked by:*
//!   `verify::phases::verify_cleared`.
//! - **GC-18** *holds:* when weak references are settled, the tables beside the heap (code, host values,
//!   containers of weak references and what they refer to, registrations) list nothing that is not
//!   marked. *Established by:* `native`, `weak::settle`. *Relied on by:* whoever follows an entry.
//!   *Checked by:* `verify::phases::tables_list_what_is_marked`.
#![deny(unsafe_code)]

mod ahead;
mod alloc;
mod allowance;
mod barrier;
mod events;
mod external;
pub mod flonum;
mod grey;
mod guardian;
mod halfway;
mod handle;
mod heap;
mod layout;
mod limit;
mod major;
mod minor;
#[cfg(test)]
#[expect(clippy::duplicate_mod, reason = "the models are made of the same files over loom's types")]
mod model;
#[expect(unsafe_code, reason = "host values by address")]
mod native;
mod notes;
mod nursery;
#[expect(unsafe_code, reason = "follows tagged pointers into the heap")]
pub mod object;
mod old;
#[expect(unsafe_code, reason = "maps and unmaps memory")]
mod os;
mod phases;
mod poison;
mod policy;
mod pool;
mod record;
mod recorded;
mod roots;
#[expect(unsafe_code, reason = "reads and writes heap words by address")]
mod slot;
mod stats;
mod stress;
mod sync;
mod team;
pub mod value;
mod verify;
pub mod watch;
mod weak;
mod world;

pub use alloc::LocalHeap;
pub use allowance::Lender;
pub use events::{CollectionRecord, CollectionSpan, lost_records};
pub use external::External;
pub use handle::Root;
pub use heap::{Heap, HeapConfig, os_thread};
pub use limit::HeapExhausted;
#[cfg(any(test, feature = "stepped-marking"))]
pub use major::stepped::SteppedMarking;
pub use object::{Header, Kind};
pub use policy::Reason;
pub use record::{Phase, Record, RecordKind, Ring};
pub use roots::{RootSource, RootVisitor};
pub use stats::{HeapStats, Histogram};
pub use stress::Stress;
pub use value::Value;
pub use verify::Violation;
pub use watch::{Watch, Watched};
pub use world::Stopped;
