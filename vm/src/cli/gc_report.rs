//! `lisle gc-report FILE`: the tables of `--stats` from a file that `--trace-gc=FILE.jsonl` wrote.

use super::summary::{Summary, ThreadLine};
use super::{READER_GONE_STATUS, complain};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::Path;

/// The version of the schema that is understood.
const SCHEMA: u64 = 1;

/// Prints the tables of each VM in the file; the exit status.
pub fn run(file: &Path) -> i32 {
    let opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) => {
            complain(&format!("cannot read {}: {error}", file.display()));
            return 1;
        }
    };
    match read(BufReader::new(opened)) {
        Ok(summaries) => {
            let mut text = String::new();
            for (vm, summary) in &summaries {
                if summaries.len() > 1 {
                    text.push_str(&format!("VM {vm}\n"));
                }
                text.push_str(&summary.tables());
            }
            match io::stdout().lock().write_all(text.as_bytes()) {
                Ok(()) => 0,
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => READER_GONE_STATUS,
                Err(error) => {
                    complain(&format!("cannot write <stdout>: {error}"));
                    1
                }
            }
        }
        Err(Failure { line: 0, message }) => {
            complain(&format!("{}: {message}", file.display()));
            1
        }
        Err(Failure { line, message }) => {
            complain(&format!("{}:{line}: {message}", file.display()));
            1
        }
    }
}

/// What is wrong with a file, and in which line; 0 for the whole.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    line: usize,
    message: String,
}

/// The figures by VM.
fn read(input: impl BufRead) -> Result<BTreeMap<u64, Summary>, Failure> {
    let mut summaries: BTreeMap<u64, Summary> = BTreeMap::new();
    for (index, text) in input.lines().enumerate() {
        let fail = |message: String| Failure { line: index + 1, message };
        let text = text.map_err(|error| fail(error.to_string()))?;
        if text.trim().is_empty() {
            continue;
        }
        let event: Value = serde_json::from_str(&text).map_err(|error| {
            let hint = if index == 0 { HINT } else { "" };
            fail(format!("no JSON object ({error}){hint}"))
        })?;
        let Some(name) = event["event"].as_str() else {
            return Err(fail(format!("no event of lisle{HINT}")));
        };
        let number = |field: &str| event[field].as_u64();
        if number("schema") != Some(SCHEMA) {
            let found = &event["schema"];
            return Err(fail(format!("schema {found} is not the one understood here ({SCHEMA})")));
        }
        let vm = number("vm").ok_or_else(|| fail("an event without its VM".to_owned()))?;
        add(summaries.entry(vm).or_default(), name, &event).map_err(|field| {
            fail(format!("{name} has no {field}, or one that is no whole number"))
        })?;
    }
    if summaries.is_empty() {
        return Err(Failure { line: 0, message: format!("no events{HINT}") });
    }
    Ok(summaries)
}

const HINT: &str = "; `lisle --trace-gc=FILE.jsonl` writes what is read here";

/// Adds an event; the name of a field that is missing.
fn add(summary: &mut Summary, name: &str, event: &Value) -> Result<(), &'static str> {
    let number = |field: &'static str| event[field].as_u64().ok_or(field);
    // Without `vm.end`, when the program was killed, the last event ends the time.
    let end = match name {
        "gc.end" => number("start_ns")? + number("stop_ns")? + number("pause_ns")?,
        _ => 0,
    };
    summary.wall_ns = summary.wall_ns.max(end);
    match name {
        "gc.end" => collection(summary, event),
        "frame.stats" => frames(summary, event),
        "safepoint.wait" => {
            let state = event["state"].as_str().ok_or("state")?;
            if state == "running" || state == "blocked" {
                wait(summary, number("tid")?, number("held_ns")?);
            }
            Ok(())
        }
        "thread.attach" => {
            let name = event["thread"].as_str().ok_or("thread")?;
            if event["kind"].as_str() != Some("gc_worker") {
                let line: &mut ThreadLine = summary.threads.entry(number("tid")?).or_default();
                line.name = name.to_owned();
            }
            Ok(())
        }
        "vm.end" => {
            summary.wall_ns = number("wall_ns")?;
            summary.cpu_ns = Some(number("cpu_ns")?);
            Ok(())
        }
        "trace.lost" => {
            summary.lost += number("count")?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn wait(summary: &mut Summary, tid: u64, ns: u64) {
    let line = summary.threads.entry(tid).or_default();
    line.stops += 1;
    line.wait_ns += ns;
}

fn collection(summary: &mut Summary, event: &Value) -> Result<(), &'static str> {
    let number = |field: &'static str| event[field].as_u64().ok_or(field);
    let (stop, pause) = (number("stop_ns")?, number("pause_ns")?);
    summary.stop_ns += stop;
    summary.pause_ns += pause;
    summary.stops.add(stop);
    summary.pauses.add(pause);
    match event["kind"].as_str() {
        Some("minor") => {
            summary.minor += 1;
            summary.minor_pauses.add(pause);
        }
        Some("major") => {
            summary.major += 1;
            summary.major_pauses.add(pause);
        }
        _ => return Err("kind"),
    }
    wait(summary, number("initiator_tid")?, stop + pause + number("resume_ns")?);
    summary.allocated_bytes += number("eden_bytes")?;
    summary.survived_bytes += number("survived_bytes")?;
    summary.promoted_bytes += number("promoted_bytes")?;
    summary.remembered += number("remset_entries")?;
    summary.used_bytes = number("heap_after_bytes")?;
    summary.external_bytes = number("external_bytes")?;
    Ok(())
}

fn frames(summary: &mut Summary, event: &Value) -> Result<(), &'static str> {
    let number = |field: &'static str| event[field].as_u64().ok_or(field);
    summary.born += number("calls")?;
    summary.promoted_frame_bytes += number("promoted_bytes")?;
    summary.reinstated += number("reinstated_frames")?;
    summary.environments.0 += number("n_closure_capture")?;
    summary.environments.1 += number("n_environments_with_frames")?;
    let members = event.as_object().ok_or("object")?;
    for (field, value) in members {
        let Some(reason) = field.strip_prefix("n_") else { continue };
        if reason != "closure_capture" && reason != "environments_with_frames" {
            let count = value.as_u64().ok_or("count")?;
            *summary.promoted.entry(reason.to_owned()).or_default() += count;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read;

    fn message(text: &str) -> String {
        let failure = read(text.as_bytes()).expect_err("the file is bad");
        format!("{}: {}", failure.line, failure.message)
    }

    #[test]
    fn bad_files_are_refused_with_the_line() {
        assert!(message("").starts_with("0: no events"));
        assert!(message("gc 1 minor\n").starts_with("1: no JSON object"));
        assert!(message("{\"traceEvents\":[]}\n").starts_with("1: no event of lisle"));
        let good = "{\"event\":\"vm.start\",\"vm\":1,\"schema\":1}\n";
        assert!(read(good.as_bytes()).is_ok());
        let newer = "{\"event\":\"vm.start\",\"vm\":1,\"schema\":2}\n";
        assert!(message(&format!("{good}{newer}")).starts_with("2: schema 2"));
        let short = "{\"event\":\"gc.end\",\"vm\":1,\"schema\":1,\"start_ns\":-5}\n";
        assert!(message(short).starts_with("1: gc.end has no start_ns"));
        assert!(message(&good[..20]).starts_with("1: no JSON object"));
    }
}
