//! The Chrome trace event format, which ui.perfetto.dev and chrome://tracing open.
//!
//! A process for each VM; a lane for each thread and one for each worker of the collector. Times are
//! those of the events, in microseconds since the VM was made. Collections and their parts are slices
//! (`X`) on the lane of the thread that ran them, phases on the lanes of the workers, stopped threads
//! on their own lanes; sizes are counters (`C`); arrows (`s`, `f`) lead from a collection to its
//! workers and from a stop to the threads that stopped.

use super::Format;
use super::event::Event;
use super::json::{quoted, write_fields};
use rustc_hash::{FxHashMap, FxHashSet};
use std::io::{self, Write};

/// Lanes of the collector's workers have numbers from here on.
const WORKER_LANES: u64 = 1_000_000;

#[derive(Default)]
pub(super) struct Chrome {
    begun: bool,
    /// By VM: the lane and the time that arrows to workers start at, of the last collection.
    collections: FxHashMap<u64, (u64, u64)>,
    /// By VM: the lane that arrows to stopped threads start at.
    stops: FxHashMap<u64, u64>,
    /// VM, collection and worker: has an arrow.
    reached: FxHashSet<(u64, u64, u64)>,
    /// VM and lane: has a name.
    named: FxHashSet<(u64, u64)>,
    arrows: u64,
}

/// One entry's fixed members.
struct Entry<'a> {
    phase: char,
    name: &'a str,
    category: &'a str,
    vm: u64,
    lane: u64,
    /// In nanoseconds.
    at: u64,
}

impl Chrome {
    /// Writes an entry without its end; what follows are further members.
    fn entry(&mut self, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
        let open =
            if self.begun { ",\n" } else { "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n" };
        self.begun = true;
        let Entry { phase, name, category, vm, lane, at } = entry;
        let name = quoted(name);
        write!(
            out,
            "{open}{{\"ph\":\"{phase}\",\"name\":{name},\"cat\":\"{category}\",\"pid\":{vm},\
             \"tid\":{lane},\"ts\":{}",
            microseconds(*at)
        )
    }

    fn slice(
        &mut self,
        entry: &Entry<'_>,
        length: u64,
        event: &Event,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.entry(entry, out)?;
        write!(out, ",\"dur\":{},\"args\":{{", microseconds(length))?;
        write_fields(event, out)?;
        out.write_all(b"}}")
    }

    fn counter(
        &mut self,
        (vm, at): (u64, u64),
        name: &str,
        values: &[(&str, u64)],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.entry(&Entry { phase: 'C', name, category: "gc", vm, lane: 0, at }, out)?;
        let values: Vec<String> =
            values.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        write!(out, ",\"args\":{{{}}}}}", values.join(","))
    }

    /// Names a process or a lane.
    fn name(
        &mut self,
        what: &str,
        (vm, lane): (u64, u64),
        name: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.entry(
            &Entry { phase: 'M', name: what, category: "__metadata", vm, lane, at: 0 },
            out,
        )?;
        write!(out, ",\"args\":{{\"name\":{}}}}}", quoted(name))
    }

    fn worker_lane(&mut self, vm: u64, worker: u64, out: &mut dyn Write) -> io::Result<u64> {
        let lane = WORKER_LANES + worker;
        if self.named.insert((vm, lane)) {
            let name = match worker {
                0 => "gc coordinator".to_owned(),
                _ => format!("gc worker {worker}"),
            };
            self.name("thread_name", (vm, lane), &name, out)?;
        }
        Ok(lane)
    }

    /// An arrow from one slice to another, each given by a lane and a time in it.
    fn arrow(
        &mut self,
        (vm, category): (u64, &str),
        (from, leaves): (u64, u64),
        (to, arrives): (u64, u64),
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.arrows += 1;
        let id = self.arrows;
        let start = Entry { phase: 's', name: category, category, vm, lane: from, at: leaves };
        self.entry(&start, out)?;
        write!(out, ",\"id\":{id}}}")?;
        let end = Entry { phase: 'f', name: category, category, vm, lane: to, at: arrives };
        self.entry(&end, out)?;
        write!(out, ",\"id\":{id},\"bp\":\"e\"}}")
    }

    fn collection(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let number = |name| event.number(name);
        let (vm, lane, start) = (number("vm"), number("initiator_tid"), number("start_ns"));
        let (stop, pause, resume) = (number("stop_ns"), number("pause_ns"), number("resume_ns"));
        let name = format!("gc {} {}", event.text("kind"), event.text("reason"));
        let whole = Entry { phase: 'X', name: &name, category: "gc", vm, lane, at: start };
        self.slice(&whole, stop + pause + resume, event, out)?;
        let bare = Event { fields: vec![], ..event.clone() };
        let mut at = start;
        for (name, length) in [("stop", stop), ("pause", pause), ("resume", resume)] {
            let part = Entry { phase: 'X', name, category: "gc", vm, lane, at };
            self.slice(&part, length, &bare, out)?;
            at += length;
        }
        self.collections.insert(vm, (lane, start + stop));
        self.reached.retain(|(of, seq, _)| *of != vm || *seq == number("seq"));
        let (old, large) = (number("old_bytes"), number("large_bytes"));
        for (time, nursery, external) in [
            (start, "nursery_before_bytes", "external_before_bytes"),
            (at, "survived_bytes", "external_bytes"),
        ] {
            let sizes = [("nursery", number(nursery)), ("old", old), ("large", large)];
            self.counter((vm, time), "heap bytes", &sizes, out)?;
            let outside = [("bytes", number(external))];
            self.counter((vm, time), "external bytes", &outside, out)?;
        }
        let promoted = [("bytes", number("promoted_bytes"))];
        self.counter((vm, at), "promoted bytes", &promoted, out)?;
        let remembered = [("entries", number("remset_entries"))];
        self.counter((vm, at), "remembered set", &remembered, out)?;
        self.counter((vm, at), "time in gc", &[("permille", number("gc_permille"))], out)
    }

    fn phase(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let (vm, worker) = (event.number("vm"), event.number("worker"));
        let (at, length) = (event.number("start_ns"), event.number("dur_ns"));
        let lane = self.worker_lane(vm, worker, out)?;
        let name = event.text("phase");
        let entry = Entry { phase: 'X', name, category: "gc.phase", vm, lane, at };
        self.slice(&entry, length, event, out)?;
        let from = self.collections.get(&vm).copied();
        if let Some(from) = from
            && self.reached.insert((vm, event.number("seq"), worker))
        {
            self.arrow((vm, "gc.work"), from, (lane, at), out)?;
        }
        Ok(())
    }

    /// Collections have slices of their own; other stops get one here.
    fn stop(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let (vm, lane, at) =
            (event.number("vm"), event.number("requester_tid"), event.number("start_ns"));
        self.stops.insert(vm, lane);
        if event.text("reason") == "gc" {
            return Ok(());
        }
        let name = format!("stop {}", event.text("reason"));
        let entry = Entry { phase: 'X', name: &name, category: "safepoint", vm, lane, at };
        let length = event.number("stop_ns") + event.number("held_ns");
        self.slice(&entry, length, event, out)
    }

    fn stopped(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let (vm, lane) = (event.number("vm"), event.number("tid"));
        if event.text("state") != "running" {
            return Ok(());
        }
        let (start, reach) = (event.number("start_ns"), event.number("reach_ns"));
        let at = start + reach;
        let entry = Entry { phase: 'X', name: "stopped", category: "safepoint", vm, lane, at };
        self.slice(&entry, event.number("held_ns"), event, out)?;
        match self.stops.get(&vm).copied() {
            Some(from) => self.arrow((vm, "safepoint.stop"), (from, start), (lane, at), out),
            None => Ok(()),
        }
    }

    fn instant(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let (vm, lane, at) = (event.number("vm"), event.number("tid"), event.number("start_ns"));
        let (name, category) = (event.name, event.target);
        self.entry(&Entry { phase: 'i', name, category, vm, lane, at }, out)?;
        out.write_all(b",\"s\":\"t\",\"args\":{")?;
        write_fields(event, out)?;
        out.write_all(b"}}")
    }

    fn thread(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let (vm, tid) = (event.number("vm"), event.number("tid"));
        if event.text("kind") == "gc_worker" {
            return self.worker_lane(vm, event.number("worker"), out).map(drop);
        }
        let name = match event.text("thread") {
            "" => format!("thread-{tid}"),
            name => name.to_owned(),
        };
        self.name("thread_name", (vm, tid), &name, out)
    }
}

impl Format for Chrome {
    fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        match event.name {
            "vm.start" => {
                let vm = event.number("vm");
                self.name("process_name", (vm, 0), &format!("lisle {vm}"), out)
            }
            "gc.end" => self.collection(event, out),
            "gc.phase" => self.phase(event, out),
            "safepoint.stop" => self.stop(event, out),
            "safepoint.wait" => self.stopped(event, out),
            "thread.attach" => self.thread(event, out),
            "frame.promote" | "alloc.sample" | "limit.hit" | "safepoint.late" => {
                self.instant(event, out)
            }
            _ => Ok(()),
        }
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b"\n]}\n" } else { b"{\"traceEvents\":[]}\n" })
    }
}

/// Nanoseconds as microseconds with three decimals.
fn microseconds(nanoseconds: u64) -> String {
    format!("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000)
}
