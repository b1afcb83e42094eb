//! The thread waits, which lets others collect, while a window is open.
use lisle::{Context, Vm};

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.define("f", |cx: &mut Context| {
        cx.window(|w| {
            let x = w.symbol("x")?;
            cx.blocking(|| std::thread::yield_now());
            Ok(w.write(x))
        })
    });
}
