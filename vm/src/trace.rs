//! Watching a virtual machine from the command line: the subscriber's layer that writes the events of
//! docs/tracing.md as lines for people, as JSON lines, or as a Chrome trace that Perfetto opens.
//!
//! Events come only while the world runs, so the layer may take its time; their own fields say when
//! things happened.

mod chrome;
mod event;
mod json;
mod layer;
mod line;

pub use event::{Event, Field};
pub use layer::{TraceLayer, Writer};

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// How events are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A line for each collection and each warning.
    Lines,
    /// A JSON object on a line for each event.
    Json,
    /// One JSON object in the Chrome trace event format.
    Chrome,
}

impl Form {
    /// The form that a file's name asks for: `.jsonl`, `.json`, or lines.
    pub fn of_file(file: &Path) -> Form {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl") => Form::Json,
            Some("json") => Form::Chrome,
            _ => Form::Lines,
        }
    }

    /// The events it shows, as a filter.
    pub fn filter(self) -> &'static str {
        match self {
            Form::Lines => {
                "lisle::gc=info,lisle::thread=debug,lisle::safepoint=warn,lisle::limit=warn"
            }
            Form::Json | Form::Chrome => "lisle=debug",
        }
    }
}

/// Something that turns events into text.
trait Format: Send {
    /// Writes what there is to say of an event.
    fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()>;
    /// Writes the end.
    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// A writer of this form to standard error.
pub fn to_standard_error() -> Writer {
    Writer::new(Box::new(line::Lines::default()), Box::new(io::stderr()))
}

/// A writer to a file, in the form that its name asks for.
///
/// # Errors
/// When the file cannot be made.
pub fn to_file(file: &Path) -> io::Result<Writer> {
    let out = Box::new(BufWriter::new(File::create(file)?));
    Ok(to_writer(Form::of_file(file), out))
}

/// A writer of this form.
pub fn to_writer(form: Form, out: Box<dyn Write + Send>) -> Writer {
    let format: Box<dyn Format> = match form {
        Form::Lines => Box::new(line::Lines::default()),
        Form::Json => Box::new(json::JsonLines),
        Form::Chrome => Box::new(chrome::Chrome::default()),
    };
    Writer::new(format, out)
}
