//! Guest code, which may collect, is run while a window is open.
use lisle::{Context, Vm};

fn main() {
    let vm = Vm::new().unwrap();
    let _ = vm.define("f", |cx: &mut Context| {
        cx.window(|w| {
            let x = w.symbol("x")?;
            cx.eval::<()>("(make-vector 1000000)")?;
            Ok(w.write(x))
        })
    });
}
