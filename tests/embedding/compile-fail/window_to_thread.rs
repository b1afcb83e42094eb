//! Another thread uses the window.
use lisle::Vm;

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.window(|w| {
        std::thread::scope(|scope| scope.spawn(|| w.symbol("x").map(drop)).join().unwrap())
    });
}
