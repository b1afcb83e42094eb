//! A value is returned from its window.
use lisle::Vm;

fn main() {
    let vm = Vm::new().unwrap();
    let _kept = vm.window(|w| w.make(1));
}
