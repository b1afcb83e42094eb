//! Threads of the Lisle virtual machine: mutators, safepoints and stopping the world, waiting, and
//! the objects that guest threads meet at.
//!
//! A *mutator* is a thread that runs guest code. It is running, or in native state (it blocks, and
//! touches no heap), or stopped. Collections happen while no mutator is running. Everything that
//! may block is done in native state.
//!
//! | part | files |
//! |---|---|
//! | stopping the world | [`state`], [`rendezvous`], [`world`], [`mutator`], `collection`, `native`, [`rest`] |
//! | sleeping and waking | [`park`], [`wait`], [`reason`], [`census`], `deadlock` |
//! | guest objects | [`thread`], [`spawn`], [`mod@mutex`], [`condvar`], [`channel`], [`mod@select`], [`time`] |
//! | the ground | [`sync`], `events`, `statistics`, [`label`], and `model` (the model checks) |
//!
//! A `Value` handed to an operation of a guest object is good until that operation returns; an
//! operation that may wait keeps its operands up to date itself ([`Mutator::hold`]). To the caller
//! such an operation is a safepoint: its other values must be in roots, or on the published stack.
//!
//! # Invariants
//!
//! **TH-1** While a coordinator holds a [`rendezvous::Stop`], no thread but its own touches the heap
//! or the `heap`, `stack` and `roots` of any mutator.
//! *Holds* always; *established by* [`rendezvous`]: the coordinator waits for every running thread,
//! and none gets back to running before the resumption; *relied on by* [`world`] and every
//! collection; *checked by* `verify::nobody_else_runs`, `model` (all scenarios) and `tests::world`.
//!
//! **TH-2** No lock is held by anybody who waits for a running thread to stop.
//! *Holds* always; exception: the list of root sources, which mutators only touch to add one;
//! *established by* [`rendezvous`] (the gate is free while the coordinator waits); *relied on by*
//! every lock a running thread takes; *checked by* `verify::locks_come_free` and
//! `tests::world::threads_come_and_go_during_stops`.
//!
//! **TH-3** A local heap that was used belongs to a seated mutator until it is dropped.
//! *Holds* always; *established by* the order of the fields of [`Mutator`] and its `Drop`; *relied
//! on by* the collector (GC-6); *checked by* the collector, which counts them, and `tests::world`.
//!
//! **TH-4** A shard of the wait queues is locked only inside a primitive: never across a safepoint
//! or a wait, and never two at once.
//! *Holds* always; *established by* [`mod@mutex`], [`condvar`], [`channel`], [`mod@select`],
//! [`thread`]; *relied on by* TH-2; *checked by* `verify::shards_come_free`, and `tests::objects` under
//! constant collections.
//!
//! **TH-5** A wait is decided exactly once, between `prepare` and the return of `park` or `cancel`.
//! *Holds* always; *established by* [`park`]; *relied on by* [`wait`] (a wake-up is never lost) and
//! [`mod@select`]; *checked by* `model::a_wake_up_is_not_spent_on_a_thread_that_gives_up` and
//! `tests::park`.
//!
//! **TH-6** A thread is counted as waiting only while nobody has decided its wait.
//! *Holds* always; *established by* [`census`] and [`park`]; *relied on by* `deadlock`, which would
//! otherwise report threads that are about to run; *checked by* `verify::waiting_threads_are_counted` and
//! `tests::deadlock`.
#![deny(unsafe_code)]

pub mod census;
pub mod channel;
mod collection;
pub mod condvar;
mod deadlock;
mod events;
pub mod label;
#[cfg(test)]
#[expect(clippy::duplicate_mod, reason = "the models are made of the same files over loom's types")]
mod model;
pub mod mutator;
pub mod mutex;
mod native;
pub mod park;
pub mod reason;
pub mod rendezvous;
pub mod rest;
pub mod schedule;
pub mod select;
pub mod spawn;
pub mod state;
mod statistics;
pub mod sync;
#[cfg(test)]
mod tests;
pub mod thread;
pub mod time;
mod verify;
pub mod wait;
#[expect(unsafe_code, reason = "shows stopped mutators to the collector")]
pub mod world;

pub use events::LimitKind;
pub use mutator::{Held, HostState, Mutator, Nested, RootSlot, Roots};
pub use reason::{Interrupt, Label, MutatorId, WaitId, WaitingFor};
pub use rest::Resting;
pub use spawn::{StartOutcome, ThreadBody};
pub use statistics::{Places, PollSite, ThreadStats};
pub use thread::{JoinOutcome, SleepOutcome, TerminateOutcome, ThreadOutcome, ThreadState};
pub use time::Timeout;
pub use world::{World, WorldConfig};
