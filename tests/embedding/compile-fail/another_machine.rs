//! A value of one machine is put into a list of another.
use lisle::Vm;

fn main() {
    let (a, b) = (Vm::new().unwrap(), Vm::new().unwrap());
    let _ = a.window(|of_a| b.window(|of_b| of_b.list(&[of_a.symbol("x")?]).map(drop)));
}
