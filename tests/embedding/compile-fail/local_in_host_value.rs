//! A host value holds a value of the program as it is, in place of a field that is traced.
use lisle::{HostType, Local};

#[derive(HostType)]
struct Button {
    on_click: Local<'static>,
}

fn main() {}
