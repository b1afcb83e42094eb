//! A procedure of the host lets another thread use its context.
use lisle::{Context, Vm};

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.define("f", |cx: &mut Context| {
        std::thread::scope(|scope| scope.spawn(|| cx.eval::<i64>("1")).join().unwrap())
    });
}
