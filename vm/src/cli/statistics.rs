//! `--stats`: tables of what the collector and the frames did.

use super::summary::Summary;
use crate::vm::VmShared;
use std::io::Write as _;

/// Prints the tables when they were asked for.
pub fn show_if_asked(vm: &VmShared) {
    if vm.config.show_stats {
        let text = Summary::of(&vm.stats()).tables();
        // Nothing can be done when standard error is gone.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}
