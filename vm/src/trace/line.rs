//! Lines for people: one for each collection, one for each warning.

use super::Format;
use super::event::Event;
use rustc_hash::FxHashMap;
use std::io::{self, Write};

#[derive(Default)]
pub(super) struct Lines {
    /// By VM and thread.
    names: FxHashMap<(u64, u64), String>,
}

impl Lines {
    fn name(&self, vm: u64, tid: u64) -> String {
        let known = self.names.get(&(vm, tid)).filter(|name| !name.is_empty());
        known.cloned().unwrap_or_else(|| format!("thread-{tid}"))
    }

    fn collection(&self, event: &Event) -> String {
        let number = |name| event.number(name);
        let vm = number("vm");
        let late = match number("late_tid") {
            0 => String::new(),
            tid => format!(", late {} {} ms", self.name(vm, tid), ms(number("stop_ns"))),
        };
        format!(
            "gc {} {} {} @{:.3}s {:.1}%: {}+{}+{} ms stop+pause+resume, {} thr ({} blocked) by {}, \
             nursery {}->{} MB, promoted {} MB/{}, old {}/{} MB, external {} MB, remset {}{late}",
            number("seq"),
            event.text("kind"),
            event.text("reason"),
            number("start_ns") as f64 / 1e9,
            number("gc_permille") as f64 / 10.0,
            ms(number("stop_ns")),
            ms(number("pause_ns")),
            ms(number("resume_ns")),
            number("threads"),
            number("blocked_threads"),
            self.name(vm, number("initiator_tid")),
            mb(number("nursery_before_bytes")),
            mb(number("survived_bytes")),
            mb(number("promoted_bytes")),
            thousands(number("promoted_objects")),
            mb(number("old_bytes") + number("large_bytes")),
            mb(number("old_goal_bytes")),
            mb(number("external_bytes")),
            number("remset_entries"),
        )
    }

    fn warning(&self, event: &Event) -> Option<String> {
        let (vm, tid) = (event.number("vm"), event.number("tid"));
        let place = match (event.text("at"), event.text("native")) {
            ("", "") => String::new(),
            (at, "") => format!(" at {at}"),
            (at, native) => format!(" in {native} at {at}"),
        };
        Some(match event.name {
            "safepoint.late" => {
                format!("late {} {} ms{place}", self.name(vm, tid), ms(event.number("reach_ns")))
            }
            "limit.hit" => {
                let (limit, value) = (event.text("limit"), event.number("value"));
                format!("limit {limit} hit by {} ({value}){place}", self.name(vm, tid))
            }
            "trace.lost" => format!(
                "lost {} records of {}",
                event.number("count"),
                match event.number("ring_tid") {
                    0 => "the collector".to_owned(),
                    ring => self.name(vm, ring),
                }
            ),
            "thread.panic" => format!("thread {} ended by an error in lisle", self.name(vm, tid)),
            _ => return None,
        })
    }
}

impl Format for Lines {
    fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let line = match event.name {
            "thread.attach" => {
                let key = (event.number("vm"), event.number("tid"));
                self.names.insert(key, event.text("thread").to_owned());
                return Ok(());
            }
            "gc.end" => Some(self.collection(event)),
            _ => self.warning(event),
        };
        match line {
            // In one piece: standard error is not buffered.
            Some(line) => out.write_all(format!("{line}\n").as_bytes()),
            None => Ok(()),
        }
    }
}

fn ms(nanoseconds: u64) -> String {
    format!("{:.2}", nanoseconds as f64 / 1e6)
}

fn mb(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

fn thousands(count: u64) -> String {
    if count < 1000 { count.to_string() } else { format!("{:.1}k", count as f64 / 1e3) }
}

#[cfg(test)]
mod tests {
    use super::super::event::{Event, Field};
    use super::{Format, Lines};

    fn event(
        name: &'static str,
        numbers: &[(&'static str, u64)],
        text: &[(&'static str, &str)],
    ) -> Event {
        let mut fields: Vec<_> =
            numbers.iter().map(|(name, number)| (*name, Field::Number(*number))).collect();
        fields.extend(text.iter().map(|(name, text)| (*name, Field::Text((*text).to_owned()))));
        Event { name, target: "lisle::gc", level: "INFO", fields }
    }

    #[test]
    fn a_collection_is_one_line() {
        let mut lines = Lines::default();
        let mut out = Vec::new();
        for (tid, name) in [(1, "main"), (5, "worker-2")] {
            let attach = event("thread.attach", &[("vm", 1), ("tid", tid)], &[("thread", name)]);
            lines.event(&attach, &mut out).expect("memory can be written");
        }
        let numbers = [
            ("vm", 1),
            ("seq", 12),
            ("start_ns", 842_000_000),
            ("gc_permille", 13),
            ("stop_ns", 40_000),
            ("pause_ns", 610_000),
            ("resume_ns", 20_000),
            ("threads", 4),
            ("blocked_threads", 1),
            ("initiator_tid", 1),
            ("nursery_before_bytes", 8_000_000),
            ("survived_bytes", 900_000),
            ("promoted_bytes", 400_000),
            ("promoted_objects", 3_100),
            ("old_bytes", 40_000_000),
            ("large_bytes", 1_600_000),
            ("old_goal_bytes", 64_000_000),
            ("external_bytes", 2_300_000),
            ("remset_entries", 812),
            ("late_tid", 5),
        ];
        let gc = event("gc.end", &numbers, &[("kind", "minor"), ("reason", "nursery_full")]);
        lines.event(&gc, &mut out).expect("memory can be written");
        assert_eq!(
            String::from_utf8(out).expect("lines are text"),
            "gc 12 minor nursery_full @0.842s 1.3%: 0.04+0.61+0.02 ms stop+pause+resume, \
             4 thr (1 blocked) by main, nursery 8.0->0.9 MB, promoted 0.4 MB/3.1k, \
             old 41.6/64.0 MB, external 2.3 MB, remset 812, late worker-2 0.04 ms\n"
        );
    }
}
