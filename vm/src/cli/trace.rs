//! `--trace-gc` and `LISLE_LOG`: who listens to the events, and where they go.

use std::path::PathBuf;

/// Where `--trace-gc` writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// Lines on standard error.
    StandardError,
    /// A file, in the form that its name asks for.
    File(PathBuf),
}

impl Target {
    /// What the option's value means.
    pub fn parse(text: &str) -> Target {
        if text.is_empty() { Target::StandardError } else { Target::File(text.into()) }
    }
}

#[cfg(feature = "tracing")]
mod subscriber {
    use super::Target;
    use crate::trace::{self, Form, TraceLayer, Writer};
    use std::sync::OnceLock;
    use tracing_subscriber::layer::{Layer, SubscriberExt};
    use tracing_subscriber::util::SubscriberInitExt;
    use tracing_subscriber::{EnvFilter, fmt};

    /// The writer of this process, whose end is to be written.
    static WRITER: OnceLock<(Writer, Target)> = OnceLock::new();

    /// Subscribes as the command line and `LISLE_LOG` ask for.
    ///
    /// # Errors
    /// When `LISLE_LOG` is no filter, or the file cannot be made.
    pub fn install(target: Option<Target>) -> Result<(), String> {
        let wishes = std::env::var("LISLE_LOG").ok().filter(|text| !text.is_empty());
        let parse =
            |text: &str| EnvFilter::try_new(text).map_err(|error| format!("LISLE_LOG: {error}"));
        match (target, wishes) {
            (None, None) => {}
            (None, Some(wishes)) => {
                let layer = fmt::layer().with_writer(std::io::stderr).without_time();
                let layer = layer.with_ansi(false).with_filter(parse(&wishes)?);
                tracing_subscriber::registry().with(layer).init();
            }
            (Some(target), wishes) => {
                let (form, writer) = open(&target)?;
                let filter = parse(wishes.as_deref().unwrap_or(form.filter()))?;
                let layer = TraceLayer::new(writer.clone()).with_filter(filter);
                tracing_subscriber::registry().with(layer).init();
                // There is one command line.
                let _ = WRITER.set((writer, target));
            }
        }
        Ok(())
    }

    fn open(target: &Target) -> Result<(Form, Writer), String> {
        match target {
            Target::StandardError => Ok((Form::Lines, trace::to_standard_error())),
            Target::File(file) => {
                let writer = trace::to_file(file)
                    .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
                Ok((Form::of_file(file), writer))
            }
        }
    }

    /// Writes the end of the file; a failure is reported.
    pub fn finish() {
        if let Some((writer, target)) = WRITER.get()
            && let (Err(error), Target::File(file)) = (writer.finish(), target)
        {
            super::super::complain(&format!("cannot write {}: {error}", file.display()));
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod subscriber {
    use super::Target;

    /// Nothing can be traced.
    ///
    /// # Errors
    /// When something was to be.
    pub fn install(target: Option<Target>) -> Result<(), String> {
        match target {
            None => Ok(()),
            Some(_) => Err("this lisle was built without the feature `tracing`".to_owned()),
        }
    }

    /// Nothing was.
    pub fn finish() {}
}

pub use subscriber::{finish, install};
