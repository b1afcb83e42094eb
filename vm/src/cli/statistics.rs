//! `--stats`: tables of what the collector and the frames did.

use crate::vm::VmShared;
use lisle_frames::{FrameStats, PromotionReason};
use std::fmt::Write as _;
use std::io::Write as _;

/// Prints the tables when the VM was asked to count.
pub fn show_if_asked(vm: &VmShared) {
    if vm.counts_calls() {
        let mut text = frames(&vm.world.frame_stats());
        text.push_str(&collections(vm));
        // Nothing can be done when standard error is gone.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

/// The share of frames that were promoted, by reason: the table of the MoarVM post.
fn frames(stats: &FrameStats) -> String {
    let promoted = stats.promoted_total();
    let share = |count: u64| count as f64 * 100.0 / stats.born.max(1) as f64;
    let mut text = String::from("frames\n");
    let mut row = |name: &str, count: u64| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {name:<28}{count:>16}{:>9.3} %", share(count));
    };
    row("born", stats.born);
    row("died on the stack", stats.born.saturating_sub(promoted));
    row("promoted", promoted);
    for reason in PromotionReason::ALL {
        row(&format!("promoted: {}", reason.name()), stats.promoted[reason as usize]);
    }
    row("reinstated", stats.reinstated);
    let _ = writeln!(text, "  {:<28}{:>16}", "promoted words", stats.promoted_words);
    let closures = stats.environments_for_closures;
    let _ = writeln!(text, "  {:<28}{closures:>16}", "environments: closure");
    let with_frames = stats.environments_with_frames;
    let _ = writeln!(text, "  {:<28}{with_frames:>16}", "environments: with a frame");
    text
}

fn collections(vm: &VmShared) -> String {
    let stats = vm.heap.stats();
    let mut text = String::from("collections\n");
    let mut row = |name: &str, value: String| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {name:<28}{value:>16}");
    };
    row("minor", stats.minor_collections.to_string());
    row("major", stats.major_collections.to_string());
    row("time in collections", milliseconds(stats.pause_ns_total));
    for (name, permille) in [("median", 500), ("90th percentile", 900), ("99th percentile", 990)] {
        row(&format!("minor pause, {name}"), milliseconds(stats.minor_pauses.permille(permille)));
    }
    row("longest pause", milliseconds(stats.pause_ns_max));
    row("allocated in the nursery", kilobytes(stats.nursery_allocated_bytes));
    row("survived", kilobytes(stats.survived_bytes));
    row("promoted", kilobytes(stats.promoted_bytes));
    row("in use", kilobytes(stats.used_bytes as u64));
    text
}

fn milliseconds(nanoseconds: u64) -> String {
    format!("{:.3} ms", nanoseconds as f64 / 1e6)
}

fn kilobytes(bytes: u64) -> String {
    format!("{} kB", bytes / 1000)
}
