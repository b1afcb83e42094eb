//! A conversion keeps the value that it converts.
use lisle::{Error, FromScheme, Local, Window};

struct Lazy(Local<'static>);

impl FromScheme for Lazy {
    fn from_scheme<'w>(_: &Window<'w>, value: Local<'w>) -> Result<Lazy, Error> {
        Ok(Lazy(value))
    }
}

fn main() {}
