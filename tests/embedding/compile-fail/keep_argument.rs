//! A procedure of the host keeps its argument for the next call.
use lisle::Vm;
use std::sync::Mutex;

fn main() {
    let vm = Vm::new().unwrap();
    let last = Mutex::new(None);
    let _ = vm.define_in_window("previous", 1..=1, move |_, arguments| {
        Ok(last.lock().unwrap().replace(arguments[0]).unwrap_or(arguments[0]))
    });
}
