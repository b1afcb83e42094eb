//! What `--stats` and `lisle gc-report` print: the same tables, from a VM or from a file.

use crate::statistics::{VmStats, process_cpu_ns};
use lisle_frames::{CLOSURE_CAPTURE, PromotionReason};
use lisle_gc::Histogram;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One thread's part in collections.
#[derive(Clone, Debug, Default)]
pub struct ThreadLine {
    /// Its name.
    pub name: String,
    /// How often it stopped, or stopped the others.
    pub stops: u64,
    /// How long it stood still, in nanoseconds.
    pub wait_ns: u64,
}

/// The figures of the tables.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Time that the program ran, in nanoseconds.
    pub wall_ns: u64,
    /// Processor time of the process; `None` when it is not known.
    pub cpu_ns: Option<u64>,
    /// Collections of the nursery alone.
    pub minor: u64,
    /// Full collections.
    pub major: u64,
    /// Time with the world stopped by the collector.
    pub pause_ns: u64,
    /// Time of stopping the world.
    pub stop_ns: u64,
    /// Times of stopping.
    pub stops: Histogram,
    /// Pauses of all collections.
    pub pauses: Histogram,
    /// ... of minor ones.
    pub minor_pauses: Histogram,
    /// ... of full ones.
    pub major_pauses: Histogram,
    /// Bytes allocated in the nursery.
    pub allocated_bytes: u64,
    /// Bytes that stayed young.
    pub survived_bytes: u64,
    /// Bytes that moved to the old generation.
    pub promoted_bytes: u64,
    /// Remembered slots looked at.
    pub remembered: u64,
    /// Bytes in use at the end.
    pub used_bytes: u64,
    /// ... of which outside the heap, kept alive by its objects.
    pub external_bytes: u64,
    /// Frames born; 0 when they were not counted.
    pub born: u64,
    /// Frames promoted, by reason.
    pub promoted: BTreeMap<String, u64>,
    /// Bytes of promoted frames.
    pub promoted_frame_bytes: u64,
    /// Frames copied back.
    pub reinstated: u64,
    /// Environments moved because a closure shares them, and with their frames.
    pub environments: (u64, u64),
    /// By number.
    pub threads: BTreeMap<u64, ThreadLine>,
    /// Events that were lost.
    pub lost: u64,
}

impl Summary {
    /// The figures of a VM up to now.
    pub fn of(stats: &VmStats) -> Summary {
        let (heap, frames) = (&stats.heap, &stats.frames);
        let promoted = PromotionReason::ALL
            .map(|reason| (reason.name().to_owned(), frames.promoted[reason as usize]));
        let threads = stats.threads.iter().map(|thread| {
            let (name, stops, wait_ns) = (thread.name.to_string(), thread.stops, thread.wait_ns);
            (thread.tid, ThreadLine { name, stops, wait_ns })
        });
        Summary {
            wall_ns: stats.wall_ns,
            cpu_ns: Some(process_cpu_ns()),
            minor: heap.minor_collections,
            major: heap.major_collections,
            pause_ns: heap.pause_ns_total,
            stop_ns: stats.stops.sum(),
            stops: stats.stops.clone(),
            pauses: stats.pauses.clone(),
            minor_pauses: heap.minor_pauses.clone(),
            major_pauses: heap.major_pauses.clone(),
            allocated_bytes: heap.nursery_allocated_bytes,
            survived_bytes: heap.survived_bytes,
            promoted_bytes: heap.promoted_bytes,
            remembered: heap.remembered_slots,
            used_bytes: heap.used_bytes as u64,
            external_bytes: heap.external_bytes as u64,
            born: frames.born,
            promoted: promoted.into_iter().collect(),
            promoted_frame_bytes: 8 * frames.promoted_words,
            reinstated: frames.reinstated,
            environments: (frames.environments_for_closures, frames.environments_with_frames),
            threads: threads.collect(),
            lost: 0,
        }
    }

    /// The tables.
    pub fn tables(&self) -> String {
        let mut text = self.frames();
        text.push_str(&self.collections());
        text.push_str(&self.times());
        text.push_str(&self.waits());
        if self.lost > 0 {
            let _ = writeln!(text, "{} events were lost: the figures are too small", self.lost);
        }
        text
    }

    /// The share of frames that were promoted, by reason: the table of the MoarVM post.
    fn frames(&self) -> String {
        let promoted: u64 = self.promoted.values().sum();
        let counted = self.born > 0;
        let share = |count: u64| match counted {
            true => format!("{:>9.3} %", count as f64 * 100.0 / self.born as f64),
            false => String::new(),
        };
        let mut table = Table::new("frames");
        let mut row = |name: &str, count: u64| {
            table.row(name, &format!("{count:>16}{}", share(count)));
        };
        if counted {
            row("born", self.born);
            row("died on the stack", self.born.saturating_sub(promoted));
        }
        row("promoted", promoted);
        for (reason, count) in &self.promoted {
            row(&format!("promoted: {reason}"), *count);
        }
        row("reinstated", self.reinstated);
        table.number("promoted bytes", self.promoted_frame_bytes);
        let (closures, frames) = self.environments;
        table.number(&format!("environments: {CLOSURE_CAPTURE}"), closures);
        table.number("environments: with a frame", frames);
        table.text
    }

    fn collections(&self) -> String {
        let copied = self.survived_bytes + self.promoted_bytes;
        let permille = |part: u64, whole: u64| part as f64 * 100.0 / whole.max(1) as f64;
        let mut table = Table::new("collections");
        table.number("minor", self.minor);
        table.number("major", self.major);
        table.cell("wall time", &milliseconds(self.wall_ns));
        if let Some(cpu) = self.cpu_ns {
            table.cell("processor time", &milliseconds(cpu));
        }
        table.cell("time in collections", &milliseconds(self.pause_ns));
        table.cell("time stopping the world", &milliseconds(self.stop_ns));
        let inside = self.pause_ns + self.stop_ns;
        table.cell("share of wall time", &format!("{:.2} %", permille(inside, self.wall_ns)));
        table.cell("allocated in the nursery", &kilobytes(self.allocated_bytes));
        let rate = self.allocated_bytes as f64 * 1e3 / self.wall_ns.max(1) as f64;
        table.cell("allocation rate", &format!("{rate:.1} MB/s"));
        table.cell("survived", &kilobytes(self.survived_bytes));
        table.cell("promoted", &kilobytes(self.promoted_bytes));
        let survival = permille(copied, self.allocated_bytes);
        table.cell("copied, of what was allocated", &format!("{survival:.2} %"));
        table.number("remembered slots", self.remembered);
        table.cell("in use", &kilobytes(self.used_bytes));
        table.cell("of which outside the heap", &kilobytes(self.external_bytes));
        table.text
    }

    fn times(&self) -> String {
        let mut text = String::from("times in ms");
        for column in ["count", "p50", "p90", "p99", "p99.9", "max"] {
            let width = if column == "count" { 21 } else { 11 };
            let _ = write!(text, "{column:>width$}");
        }
        text.push('\n');
        let rows = [
            ("stop", &self.stops),
            ("pause", &self.pauses),
            ("pause, minor", &self.minor_pauses),
            ("pause, major", &self.major_pauses),
        ];
        for (name, histogram) in rows {
            let _ = write!(text, "  {name:<18}{:>12}", histogram.count());
            for permille in [500, 900, 990, 999] {
                let _ = write!(text, "{:>11.3}", histogram.permille(permille) as f64 / 1e6);
            }
            let _ = writeln!(text, "{:>11.3}", histogram.max() as f64 / 1e6);
        }
        text
    }

    fn waits(&self) -> String {
        let mut table = Table::new("threads, stopped for collections");
        for (tid, thread) in &self.threads {
            let name = match thread.name.as_str() {
                "" => format!("thread-{tid}"),
                name => name.to_owned(),
            };
            let wait = milliseconds(thread.wait_ns);
            table.row(&name, &format!("{wait:>16}{:>9} times", thread.stops));
        }
        table.text
    }
}

/// Rows of a name and figures, aligned.
struct Table {
    text: String,
}

impl Table {
    fn new(title: &str) -> Table {
        Table { text: format!("{title}\n") }
    }
    fn row(&mut self, name: &str, rest: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "  {name:<30}{rest}");
    }
    fn cell(&mut self, name: &str, value: &str) {
        self.row(name, &format!("{value:>16}"));
    }
    fn number(&mut self, name: &str, value: u64) {
        self.cell(name, &value.to_string());
    }
}

fn milliseconds(nanoseconds: u64) -> String {
    format!("{:.3} ms", nanoseconds as f64 / 1e6)
}

fn kilobytes(bytes: u64) -> String {
    format!("{} kB", bytes / 1000)
}
