//! A procedure of the host keeps its context beyond the call.
use lisle::{Context, Vm};

fn main() {
    let vm = Vm::new().unwrap();
    let mut kept = None;
    let _ = vm.enter(|cx: &mut Context<'_>| {
        kept = Some(cx);
        Ok(())
    });
    drop(kept);
}
