//! A field of one host type is looked for in an object of another.
use lisle::{Context, Error, Guest, HostType, Root};

#[derive(HostType)]
#[lisle(fields(on_click))]
struct Button;

#[derive(HostType)]
struct Label;

fn handler(cx: &mut Context<'_>, label: Guest<Label>) -> Result<Root, Error> {
    label.get(cx, Button::ON_CLICK)
}

fn main() {}
