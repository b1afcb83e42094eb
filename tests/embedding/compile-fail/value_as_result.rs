//! The result of an evaluation is wanted as a value that nothing roots.
use lisle::{Local, Vm};

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.eval::<Local<'static>>("(list 1 2)");
}
