//! Showing errors: the message, the source line, and who was running.

mod json;

use crate::backtrace::{Report, is_user};
use crate::condition::ErrorKind;
use crate::source::Span;
use crate::vm::{ErrorFormat, VmShared};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};
use std::fmt::Write as _;

/// An excerpt shows at most this many bytes of a line.
const LONGEST_LINE: usize = 400;

/// Shows an error on standard error; `thread` names the thread that it ended, unless it is the main
/// one.
pub fn show(vm: &VmShared, report: &Report, thread: Option<&str>) {
    let text = render(vm, report, thread);
    vm.console.show_error(&text);
}

/// Did a program, or a thread of it, end with this error since nobody reads standard output any more?
/// That is how `lisle FILE | head` ends, and no mistake of the program's.
pub fn is_for_want_of_a_reader(vm: &VmShared, report: &Report) -> bool {
    let kinds = [ErrorKind::File, ErrorKind::UncaughtException];
    vm.console.is_reader_gone() && kinds.iter().any(|kind| report.kind == kind.name())
}

/// At most so many procedures are shown of those that were running.
const SHOWN_FRAMES: usize = 12;

/// The text of a report, as people or as tools read it.
pub fn render(vm: &VmShared, report: &Report, thread: Option<&str>) -> String {
    match vm.config.error_format {
        ErrorFormat::Text => text(vm, report, thread, SHOWN_FRAMES),
        ErrorFormat::Json => json::line(vm, report, thread),
    }
}

/// The text of a report with all procedures that are known of.
pub(super) fn whole(vm: &VmShared, report: &Report) -> String {
    text(vm, report, None, usize::MAX)
}

fn text(vm: &VmShared, report: &Report, thread: Option<&str>, frames: usize) -> String {
    let message = match thread {
        Some(name) => format!("in thread {name}: {}", report.message),
        None => report.message.clone(),
    };
    let mut text = excerpts(vm, report, &message);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let place = |span| {
        let place = vm.sources.describe(span);
        place.map_or_else(String::new, |place| format!(" ({place})"))
    };
    // Writing to a string does not fail.
    for (name, used) in &report.expansions {
        let _ = writeln!(text, "  in the expansion of {name}{}", place(*used));
    }
    for line in report.lines.iter().take(frames) {
        if let Some(callee) = &line.elided {
            let _ = writeln!(text, "  ... tail calls, first from {callee}");
        }
        let place = if is_user(vm, line.span) { place(line.span) } else { String::new() };
        let _ = writeln!(text, "  in {}{place}", line.procedure);
    }
    if let Some(more @ 1..) = report.lines.len().checked_sub(frames) {
        let _ = writeln!(text, "  ... and {more} more");
    }
    text
}

/// The message over the line that it is about, then the hints.
fn excerpts(vm: &VmShared, report: &Report, message: &str) -> String {
    let mut groups = vec![group(Level::ERROR.primary_title(message), vm, report.span)];
    for hint in &report.hints {
        groups.push(group(Level::HELP.secondary_title(&hint.text), vm, hint.span));
    }
    Renderer::plain().render(&groups)
}

/// A title with the line that `span` begins in, unless there is none or it is very long.
fn group<'a>(title: Title<'a>, vm: &VmShared, span: Span) -> Group<'a> {
    let Some(source) = vm.sources.get(span.source) else { return Group::with_title(title) };
    let start = (span.start as usize).min(source.text.len());
    let line_start = source.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source.text[start..].find('\n').map_or(source.text.len(), |at| start + at);
    let end = (span.end as usize).clamp(start, line_end);
    let (line, column) = source.line_column(span.start);
    if line_end - line_start > LONGEST_LINE {
        let origin = Origin::path(source.name.clone()).line(line).char_column(column);
        return title.element(origin);
    }
    let snippet = Snippet::source(source.text[line_start..line_end].to_owned())
        .line_start(line)
        .path(source.name.clone())
        .annotation(AnnotationKind::Primary.span(start - line_start..end - line_start));
    title.element(snippet)
}
