//! A value is kept in a static variable.
use lisle::Local;
use std::sync::Mutex;

static KEPT: Mutex<Option<Local<'static>>> = Mutex::new(None);

fn main() {
    drop(KEPT.lock());
}
