//! Showing errors: the message, the source line, and who was running.

use crate::backtrace::Report;
use crate::vm::VmShared;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt::Write as _;
use std::io::Write as _;

/// An excerpt shows at most this many bytes of a line.
const LONGEST_LINE: usize = 400;

/// Shows an error on standard error; `thread` names the thread that it ended, unless it is the main
/// one.
pub fn show(vm: &VmShared, report: &Report, thread: Option<&str>) {
    let text = render(vm, report, thread);
    // Nothing can be done when standard error is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// The text of a report.
pub fn render(vm: &VmShared, report: &Report, thread: Option<&str>) -> String {
    let message = match thread {
        Some(name) => format!("in thread {name}: {}", report.message),
        None => report.message.clone(),
    };
    let mut text = excerpt(vm, report, &message);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    for line in &report.lines {
        let place = vm.sources.describe(line.span);
        let place = place.map_or_else(String::new, |place| format!(" ({place})"));
        // Writing to a string does not fail.
        let _ = writeln!(text, "  in {}{place}", line.procedure);
    }
    text
}

fn excerpt(vm: &VmShared, report: &Report, message: &str) -> String {
    let Some(source) = vm.sources.get(report.span.source) else {
        return format!("error: {message}");
    };
    let start = (report.span.start as usize).min(source.text.len());
    let line_start = source.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source.text[start..].find('\n').map_or(source.text.len(), |at| start + at);
    let end = (report.span.end as usize).clamp(start, line_end);
    let (line, column) = source.line_column(report.span.start);
    if line_end - line_start > LONGEST_LINE {
        return format!("error: {message}\n --> {}:{line}:{column}", source.name);
    }
    let shown = &source.text[line_start..line_end];
    let snippet = Snippet::source(shown)
        .line_start(line)
        .path(&source.name)
        .annotation(AnnotationKind::Primary.span(start - line_start..end - line_start));
    let group = Level::ERROR.primary_title(message).element(snippet);
    Renderer::plain().render(&[group])
}
