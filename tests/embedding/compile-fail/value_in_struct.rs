//! A value is kept in a structure of the host.
use lisle::{Local, Vm};

struct Cache {
    value: Option<Local<'static>>,
}

fn main() {
    let vm = Vm::new().unwrap();
    let mut cache = Cache { value: None };
    let _ = vm.window(|w| {
        cache.value = Some(w.symbol("x")?);
        Ok(())
    });
}
