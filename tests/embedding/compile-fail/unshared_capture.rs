//! A procedure of the host captures what threads cannot share.
use lisle::Vm;
use std::cell::Cell;
use std::rc::Rc;

fn main() {
    let vm = Vm::new().unwrap();
    let count = Rc::new(Cell::new(0));
    let _ = vm.define("f", move || count.get());
}
