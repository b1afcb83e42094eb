//! A procedure of the host wants a value as it is, though it may run guest code.
use lisle::{Context, Local, Vm};

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.define("f", |_: &mut Context, x: Local<'_>| x.is_true());
}
