//! `--trace-gc`: tracing events on standard error.

use tracing_subscriber::EnvFilter;

/// Subscribes to the events of the collector when asked to, and to those of `LISLE_LOG` if set.
///
/// # Errors
/// When `LISLE_LOG` is no filter.
pub fn install(trace_collections: bool) -> Result<(), String> {
    let filter = match std::env::var("LISLE_LOG") {
        Ok(directives) => directives,
        Err(_) if trace_collections => "lisle::gc=info".to_owned(),
        Err(_) => return Ok(()),
    };
    let filter = EnvFilter::try_new(&filter).map_err(|error| format!("LISLE_LOG: {error}"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .without_time()
        .with_ansi(false)
        .init();
    Ok(())
}
