//! JSON lines: an object on a line for each event, numbers as numbers.

use super::Format;
use super::event::{Event, Field};
use std::io::{self, Write};

pub(super) struct JsonLines;

/// A text as JSON.
pub(super) fn quoted(text: &str) -> serde_json::Value {
    serde_json::Value::from(text)
}

/// The members of an object for the fields of an event.
pub(super) fn write_fields(event: &Event, out: &mut dyn Write) -> io::Result<()> {
    for (index, (name, value)) in event.fields.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        match value {
            Field::Number(number) => write!(out, "{comma}\"{name}\":{number}")?,
            Field::Text(text) => write!(out, "{comma}\"{name}\":{}", quoted(text))?,
        }
    }
    Ok(())
}

impl Format for JsonLines {
    fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let Event { name, target, level, .. } = event;
        write!(out, "{{\"event\":\"{name}\",\"target\":\"{target}\",\"level\":\"{level}\",")?;
        write_fields(event, out)?;
        out.write_all(b"}\n")
    }
}
