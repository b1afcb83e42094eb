//! Any text as a program: reader, expander, compiler, interpreter and printer, within limits of steps,
//! time and memory, and with no way to the world outside.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lisle::{Capabilities, Limits, Vm};
use std::time::Duration;

fuzz_target!(|text: &str| {
    let vm = Vm::builder()
        .heap_limit(64 << 20)
        .capabilities(Capabilities::NONE)
        .build()
        .expect("room for a machine");
    let limits =
        Limits::new().fuel(100_000).deadline(Duration::from_secs(5)).memory(32 << 20).threads(2);
    let ended = vm.enter(|cx| cx.limits(limits, |cx| cx.eval_named::<lisle::Root>("fuzzed", text)));
    if let Ok(value) = ended {
        // A value of any depth, or circular, can be written.
        let _ = value.write();
    }
});
