//! A value is stored in a variable outside its window.
use lisle::Vm;

fn main() {
    let vm = Vm::new().unwrap();
    let mut kept = None;
    let _ = vm.window(|w| {
        kept = Some(w.symbol("x")?);
        Ok(())
    });
    drop(kept);
}
