//! A value goes to another thread.
use lisle::Vm;

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.window(|w| {
        let x = w.symbol("x")?;
        std::thread::scope(|scope| scope.spawn(move || x.is_true()).join().unwrap());
        Ok(())
    });
}
