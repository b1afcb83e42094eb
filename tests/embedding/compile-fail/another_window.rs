//! A value is used in another window of the same machine.
use lisle::Vm;

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.window(|w| {
        let x = w.symbol("x")?;
        vm.window(|inner| inner.cons(x, x).map(drop))
    });
}
