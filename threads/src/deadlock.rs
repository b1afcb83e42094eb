//! Deadlocks: every mutator waits, without a timeout, for something only another mutator can do.
//!
//! The counts are kept in [`crate::census`]. The thread that finds itself the last one writes a
//! report of who waits for what, and leaves it as an interrupt for the primordial thread. Threads
//! that sleep, wait with a timeout, read input or run host code are not counted as waiting, so what
//! is reported cannot be resolved but by an interrupt from outside.

use crate::census::Prospect;
use crate::reason::{Interrupt, MutatorId, WaitingFor};
use crate::rendezvous::Seat;
use crate::sync::Arc;
use crate::world::{Occupant, World};
use std::fmt::Write;

impl World {
    /// Reports the deadlock that the census shows, if it is still there.
    pub(crate) fn report_deadlock(&self) {
        if !self.config.deadlock_detection || self.census.prospect() != Prospect::EverybodyWaits {
            return;
        }
        let Some(waits) = self.who_waits() else { return };
        let Some((first, ..)) = waits.first() else { return };
        let primordial = self.primordial();
        let listener =
            if waits.iter().any(|(id, ..)| *id == primordial) { primordial } else { *first };
        self.interrupt(listener, Interrupt::Deadlock(Arc::from(self.report(&waits))));
    }

    /// Every mutator with its name and its wait, or `None` if one does not wait.
    fn who_waits(&self) -> Option<Vec<(MutatorId, Arc<str>, WaitingFor)>> {
        let directory = self.directory.lock();
        let mut waits = Vec::with_capacity(directory.len());
        for seat in directory.values() {
            let waiting_for = seat.member.parker.waiting_for()?;
            waits.push((seat.member.id, seat.member.name.lock().clone(), waiting_for));
        }
        waits.sort_by_key(|(id, ..)| *id);
        Some(waits)
    }

    /// A line for each thread: its number and name, and what it waits for if it waits for another.
    pub fn describe_threads(&self) -> String {
        let mut threads: Vec<_> = {
            let directory = self.directory.lock();
            let describe = |seat: &Arc<Seat<Occupant>>| {
                let member = &seat.member;
                (member.id, member.name.lock().clone(), member.parker.waiting_for())
            };
            directory.values().map(describe).collect()
        };
        threads.sort_by_key(|(id, ..)| *id);
        let mut text = String::new();
        for (id, name, waiting_for) in threads {
            let _ = write!(text, "thread {}", label(id, &name));
            if let Some(waiting_for) = waiting_for {
                let _ = write!(text, " waits for {waiting_for}");
            }
            text.push('\n');
        }
        text
    }

    fn report(&self, waits: &[(MutatorId, Arc<str>, WaitingFor)]) -> String {
        let mut text = String::from("every thread waits for another one");
        for (id, name, waiting_for) in waits {
            let _ = write!(text, "\n  thread {} waits for ", label(*id, name));
            let _ = match waiting_for {
                WaitingFor::Join(MutatorId(0)) => write!(text, "a thread that was never started"),
                WaitingFor::Join(other) => {
                    write!(text, "the end of thread {}", label(*other, &self.name_of(*other)))
                }
                WaitingFor::Mutex { owner: Some(owner), .. } => {
                    let owner = label(*owner, &self.name_of(*owner));
                    write!(text, "{waiting_for}, owned by thread {owner}")
                }
                _ => write!(text, "{waiting_for}"),
            };
        }
        text
    }

    /// The name of a mutator; empty when it is gone or has none.
    pub fn name_of(&self, id: MutatorId) -> Arc<str> {
        let seat = self.directory.lock().get(&id).cloned();
        seat.map_or_else(|| Arc::from(""), |seat| seat.member.name.lock().clone())
    }
}

fn label(id: MutatorId, name: &str) -> String {
    if name.is_empty() { format!("#{}", id.0) } else { format!("`{name}`") }
}
