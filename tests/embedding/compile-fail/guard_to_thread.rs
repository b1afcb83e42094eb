//! The guard of an attached thread goes to another thread.
use lisle::Vm;

fn main() {
    let vm = Vm::new().unwrap();
    let attached = vm.attach().unwrap();
    std::thread::spawn(move || attached.eval::<()>("1"));
}
