//! An event with its fields, as the forms see it.

use std::fmt;
use tracing::field::{Field as Name, Visit};

/// The value of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Field {
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
}

/// An event, or a span that has ended.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name in the schema.
    pub name: &'static str,
    /// Its target.
    pub target: &'static str,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    pub level: &'static str,
    /// Its fields in order.
    pub fields: Vec<(&'static str, Field)>,
}

impl Event {
    /// A field's number; 0 when there is none of this name.
    pub fn number(&self, name: &str) -> u64 {
        let mut fields = self.fields.iter();
        fields
            .find_map(|(field, value)| match value {
                Field::Number(number) if *field == name => Some(*number),
                _ => None,
            })
            .unwrap_or(0)
    }

    /// A field's text; empty when there is none of this name.
    pub fn text(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        fields
            .find_map(|(field, value)| match value {
                Field::Text(text) if *field == name => Some(text.as_str()),
                _ => None,
            })
            .unwrap_or("")
    }
}

/// Collects fields. The message, which repeats the event's name, is left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(&'static str, Field)>);

impl Fields {
    fn set(&mut self, name: &Name, value: Field) {
        if name.name() != "message" {
            self.0.push((name.name(), value));
        }
    }
}

impl Visit for Fields {
    fn record_u64(&mut self, name: &Name, value: u64) {
        self.set(name, Field::Number(value));
    }
    fn record_i64(&mut self, name: &Name, value: i64) {
        self.set(name, Field::Number(u64::try_from(value).unwrap_or(0)));
    }
    fn record_str(&mut self, name: &Name, value: &str) {
        self.set(name, Field::Text(value.to_owned()));
    }
    fn record_debug(&mut self, name: &Name, value: &dyn fmt::Debug) {
        self.set(name, Field::Text(format!("{value:?}")));
    }
}
