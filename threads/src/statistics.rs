//! What is known of each thread's part in stops, and of places in the program.

use crate::rendezvous::Seat;
use crate::sync::Arc;
use crate::world::{Occupant, World};
use lisle_frames::{FrameStats, Site};
use lisle_gc::Histogram;

/// Where a thread polls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum PollSite {
    /// In host code.
    Host,
    /// At the entry of a procedure.
    Call,
    /// At a loop's back edge.
    BackEdge,
    /// After an allocation that failed.
    Alloc,
}

impl PollSite {
    pub(crate) fn name_of(number: u32) -> &'static str {
        ["host", "call", "back_edge", "alloc"].get(number as usize).copied().unwrap_or("host")
    }
}

/// Reads the numbers of a [`Site`]. Implemented by the virtual machine.
pub trait Places: Send + Sync {
    /// Is the place in the program, and not in the library?
    fn is_user(&self, place: u64) -> bool;
    /// `file:line`; empty when it is not known.
    fn at(&self, place: u64) -> String;
    /// A procedure's name; empty when it has none.
    fn name(&self, name: u64) -> String;
}

/// A thread's part in the stops of the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThreadStats {
    /// Its number.
    pub tid: u64,
    /// Its name.
    pub name: Arc<str>,
    /// How often it was stopped, or stopped the others.
    pub stops: u64,
    /// How long it did not run for that, in nanoseconds.
    pub wait_ns: u64,
    /// The longest time it took to stop.
    pub longest_stop_ns: u64,
}

impl ThreadStats {
    pub(crate) fn of(seat: &Seat<Occupant>) -> ThreadStats {
        let (stops, wait_ns) = seat.waited_ns();
        ThreadStats {
            tid: seat.member.id.0,
            name: seat.member.name.lock().clone(),
            stops,
            wait_ns,
            longest_stop_ns: seat.longest_stop_ns(),
        }
    }
}

impl World {
    /// Every thread, those that have ended first (the first 256 of them).
    pub fn thread_stats(&self) -> Vec<ThreadStats> {
        let mut all = self.ended.lock().clone();
        let directory = self.directory.lock();
        all.extend(directory.values().map(|seat| ThreadStats::of(seat)));
        drop(directory);
        all.sort_by_key(|stats| stats.tid);
        all
    }

    /// How long stopping the world took, for collections.
    pub fn stop_times(&self) -> Histogram {
        self.stops.lock().clone()
    }

    /// What the frames of all threads did, up to the last collection for those that run.
    pub fn frame_stats(&self) -> FrameStats {
        *self.frames.lock()
    }

    /// The first of these places that is in the program, or else the first one.
    pub(crate) fn choose(&self, sites: &[Site]) -> Site {
        let is_user = |site: &&Site| {
            site.place != 0 && self.places.get().is_none_or(|places| places.is_user(site.place))
        };
        sites.iter().find(is_user).or(sites.first()).copied().unwrap_or_default()
    }

    pub(crate) fn late_limit_ns(&self) -> u64 {
        u64::try_from(self.config.late_stop.as_nanos()).unwrap_or(u64::MAX)
    }

    pub(crate) fn at(&self, place: u64) -> String {
        self.places.get().map_or_else(String::new, |places| places.at(place))
    }

    pub(crate) fn name_at(&self, name: u64) -> String {
        self.places.get().map_or_else(String::new, |places| places.name(name))
    }
}
