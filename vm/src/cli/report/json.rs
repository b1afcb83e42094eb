//! Errors as tools read them: one JSON object a line (`--error-format=json`). docs/errors.md
//! describes the fields.

use crate::backtrace::Report;
use crate::source::Span;
use crate::vm::VmShared;
use serde_json::{Map, Value, json};

/// The line for a report, with its end.
pub(super) fn line(vm: &VmShared, report: &Report, thread: Option<&str>) -> String {
    let mut object = Map::new();
    object.insert("severity".to_owned(), "error".into());
    object.insert("kind".to_owned(), report.kind.as_str().into());
    object.insert("message".to_owned(), report.message.as_str().into());
    object.insert("thread".to_owned(), thread.into());
    object.insert("place".to_owned(), place(vm, report.span));
    let expansion =
        |(name, used): &(String, Span)| json!({"macro": name, "place": place(vm, *used)});
    let backtrace = report.lines.iter().map(|line| {
        let tail_calls = line.elided.as_deref();
        json!({
            "procedure": line.procedure,
            "place": place(vm, line.span),
            "tail_calls_from": tail_calls,
        })
    });
    let hints =
        report.hints.iter().map(|hint| json!({"text": hint.text, "place": place(vm, hint.span)}));
    object.insert("expansions".to_owned(), report.expansions.iter().map(expansion).collect());
    object.insert("backtrace".to_owned(), backtrace.collect());
    object.insert("hints".to_owned(), hints.collect());
    let mut line = Value::Object(object).to_string();
    line.push('\n');
    line
}

/// File, first and last position of a span; null if there is none. Lines and columns count from 1,
/// columns in characters; the end is the position after the last character.
fn place(vm: &VmShared, span: Span) -> Value {
    let Some(source) = vm.sources.get(span.source) else { return Value::Null };
    let (line, column) = source.line_column(span.start);
    let (end_line, end_column) = source.line_column(span.end);
    json!({
        "file": source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    })
}
