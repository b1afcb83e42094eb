//! A procedure of the host captures a value.
use lisle::Vm;

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.window(|w| {
        let x = w.symbol("x")?;
        vm.define("f", move || x.is_true())
    });
}
