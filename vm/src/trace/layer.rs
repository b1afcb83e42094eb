//! The layer: takes Lisle's events from `tracing` to a form and its file.

use super::Format;
use super::event::{Event, Field, Fields};
use parking_lot::Mutex;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Whoever waits for a file to follow it sees what is at most so old.
const FLUSH_AFTER: Duration = Duration::from_millis(200);
/// At the end of the process, another thread that is writing is waited for so long.
const FINISH_WAITS: Duration = Duration::from_secs(1);

/// A form and where it is written to. Cheap to clone; clones are the same writer.
#[derive(Clone)]
pub struct Writer {
    output: Arc<Mutex<Output>>,
}

struct Output {
    format: Box<dyn Format>,
    out: Box<dyn Write + Send>,
    flushed: Instant,
    /// The end was written, or writing failed.
    closed: bool,
    failure: Option<std::io::Error>,
}

impl Writer {
    pub(super) fn new(format: Box<dyn Format>, out: Box<dyn Write + Send>) -> Writer {
        let flushed = Instant::now();
        let output = Output { format, out, flushed, closed: false, failure: None };
        Writer { output: Arc::new(Mutex::new(output)) }
    }

    fn write(&self, event: &Event) {
        let mut output = self.output.lock();
        if output.closed {
            return;
        }
        let Output { format, out, flushed, .. } = &mut *output;
        let mut result = format.event(event, out);
        if result.is_ok() && flushed.elapsed() > FLUSH_AFTER {
            *flushed = Instant::now();
            result = out.flush();
        }
        if let Err(error) = result {
            (output.closed, output.failure) = (true, Some(error));
        }
    }

    /// Writes the end and everything that is still in a buffer; later events are dropped.
    ///
    /// # Errors
    /// The first failure of writing.
    pub fn finish(&self) -> std::io::Result<()> {
        let Some(mut output) = self.output.try_lock_for(FINISH_WAITS) else {
            return Ok(());
        };
        if let Some(error) = output.failure.take() {
            return Err(error);
        }
        if output.closed {
            return Ok(());
        }
        output.closed = true;
        let Output { format, out, .. } = &mut *output;
        format.finish(out)?;
        out.flush()
    }
}

/// A layer that writes Lisle's events. Other targets are left to other layers.
pub struct TraceLayer {
    writer: Writer,
    began: Instant,
}

/// What is kept of an open span.
struct Open {
    since: Instant,
    fields: Fields,
}

impl TraceLayer {
    /// A layer with this writer.
    pub fn new(writer: Writer) -> TraceLayer {
        TraceLayer { writer, began: Instant::now() }
    }

    fn tell(&self, metadata: &'static Metadata<'static>, mut fields: Fields) {
        let emitted = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        fields.0.push(("emitted_ns", Field::Number(emitted)));
        self.writer.write(&Event {
            name: metadata.name(),
            target: metadata.target(),
            level: metadata.level().as_str(),
            fields: fields.0,
        });
    }
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    target == "lisle" || target.starts_with("lisle::")
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TraceLayer {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        if is_ours(event.metadata()) {
            let mut fields = Fields::default();
            event.record(&mut fields);
            self.tell(event.metadata(), fields);
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let (true, Some(span)) = (is_ours(attributes.metadata()), context.span(id)) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(Open { since: Instant::now(), fields });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            values.record(&mut open.fields);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(mut open) = span.extensions_mut().remove::<Open>() else { return };
        let length = u64::try_from(open.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        open.fields.0.push(("span_ns", Field::Number(length)));
        self.tell(span.metadata(), open.fields);
    }
}
