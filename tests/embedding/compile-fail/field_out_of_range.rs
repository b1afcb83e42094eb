//! A field that a host type does not have.
use lisle::{Field, HostType};

struct Button;

impl HostType for Button {
    const NAME: &'static str = "button";
    const FIELDS: usize = 1;
}

const ON_CLICK: Field<Button> = Field::new(1);

fn main() {
    let _ = ON_CLICK;
}
