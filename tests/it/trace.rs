//! What can be watched, and that it is true: every line fits the schema, every collection is told once
//! and in its span, counts agree with the counters, timelines are well formed, and nothing is traced
//! while the world is stopped.

use crate::support::{lisle, root};
use lisle::{Vm, VmConfig};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Collects young and old, on several threads; captures, recurses, closes over variables.
const BUSY: &str = "
(define (tree n) (if (= n 0) '() (cons (tree (- n 1)) (tree (- n 1)))))
(define channel (make-channel 4))
(define (worker k)
  (make-thread
    (lambda () (do ((i 0 (+ i 1))) ((= i 12)) (tree 16) (channel-send! channel i)))
    (string->symbol (string-append \"worker-\" (number->string k)))))
(define workers (map worker '(1 2 3)))
(define started (map thread-start! workers))
(do ((i 0 (+ i 1))) ((= i 36)) (channel-receive! channel))
(for-each thread-join! workers)
(define saved #f)
(define (deep n)
  (if (= n 0) (call/cc (lambda (k) (set! saved k) 0)) (+ 1 (deep (- n 1)))))
(display (deep 300000))
(define (counter) (let ((n 0)) (lambda () (set! n (+ n 1)) n)))
(define counters (map (lambda (_) (counter)) '(1 2 3)))
(define big (make-vector 50000 '()))
(collect-garbage)
(do ((i 0 (+ i 1))) ((= i 50000)) (vector-set! big i (list i)))
(tree 16)
";

/// A folder of this test's own with the program in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, program: &str) -> Folder {
        let folder =
            std::env::temp_dir().join(format!("lisle-trace-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written to");
        std::fs::write(folder.join("program.scm"), program).expect("the folder can be written to");
        Folder(folder)
    }

    /// Runs the program with these options; `filter` is `LISLE_LOG`.
    fn run(&self, filter: &str, options: &[&str]) -> Output {
        let mut command = Command::new(lisle());
        command.args(options).arg("program.scm").current_dir(&self.0).env("LISLE_LOG", filter);
        let output = command.stdin(Stdio::null()).output().expect("lisle can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).expect("lisle wrote the file")
    }

    fn events(&self, name: &str) -> Vec<Value> {
        let text = self.read(name);
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn number(event: &Value, field: &str) -> u64 {
    event[field].as_u64().unwrap_or_else(|| panic!("{field} of {event}"))
}

fn named<'a>(events: &'a [Value], name: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["event"] == name)
}

fn sum(events: &[Value], name: &str, field: &str) -> u64 {
    named(events, name).map(|event| number(event, field)).sum()
}

/// The schema, as far as its few words are concerned.
struct Schema(Value);

impl Schema {
    fn read() -> Schema {
        let text = std::fs::read_to_string(root().join("docs/trace-schema.json"));
        Schema(serde_json::from_str(&text.expect("the schema is there")).expect("it is JSON"))
    }

    /// What is wrong with an event.
    fn complaints(&self, event: &Value) -> Vec<String> {
        let name = event["event"].as_str().unwrap_or("");
        let definition = &self.0["$defs"][name];
        let Some(properties) = definition["properties"].as_object() else {
            return vec![format!("{name} is not in the schema")];
        };
        let mut complaints = Vec::new();
        for field in definition["required"].as_array().expect("a list") {
            if event.get(field.as_str().expect("a name")).is_none() {
                complaints.push(format!("{name} lacks {field}"));
            }
        }
        for (field, value) in event.as_object().expect("an object") {
            let fits = match properties.get(field) {
                None => false,
                Some(rule) if rule.get("const").is_some() => rule["const"] == *value,
                Some(rule) if rule.get("enum").is_some() => {
                    rule["enum"].as_array().expect("a list").contains(value)
                }
                Some(rule) if rule["type"] == "integer" => {
                    value.as_u64().is_some_and(|n| n >= rule["minimum"].as_u64().unwrap_or(0))
                }
                Some(rule) => rule["type"] == "string" && value.is_string(),
            };
            if !fits {
                complaints.push(format!("{name}: {field} is {value}"));
            }
        }
        complaints
    }
}

/// Every collection has one span and one end, numbered without gaps, and the span is long enough.
fn check_collections(events: &[Value]) {
    let mut spans: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    for span in named(events, "gc") {
        let key = (number(span, "vm"), number(span, "seq"));
        assert_eq!(spans.insert(key, number(span, "span_ns")), None, "two spans {key:?}");
    }
    let mut last: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for end in named(events, "gc.end") {
        let key = (number(end, "vm"), number(end, "seq"));
        let parts: u64 =
            ["stop_ns", "pause_ns", "resume_ns"].iter().map(|part| number(end, part)).sum();
        let length =
            spans.remove(&key).unwrap_or_else(|| panic!("{key:?} has no span, or two ends"));
        assert!(parts <= length, "{key:?}: {parts} ns in a span of {length} ns");
        assert!(last.entry(key.0).or_default().insert(key.1));
    }
    assert!(spans.is_empty(), "spans without an end: {spans:?}");
    for (vm, numbers) in last {
        let expected: BTreeSet<u64> = (1..=numbers.len() as u64).collect();
        assert_eq!(numbers, expected, "the numbers of VM {vm} have gaps");
    }
}

#[test]
fn every_line_fits_the_schema_and_counts_agree() {
    let folder = Folder::new("lines", BUSY);
    let run = folder.run("lisle=trace", &["--stats", "--trace-gc=out.jsonl"]);
    let events = folder.events("out.jsonl");
    let schema = Schema::read();
    let complaints: Vec<String> =
        events.iter().flat_map(|event| schema.complaints(event)).take(20).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    check_collections(&events);
    assert!(named(&events, "gc.end").count() > 3);
    assert!(named(&events, "gc.end").any(|event| event["kind"] == "major"));
    assert!(named(&events, "gc.end").all(|event| number(event, "cpu_ns") > 0));
    for name in ["gc.phase", "gc.age", "safepoint.stop", "safepoint.wait", "barrier.stats"] {
        assert!(named(&events, name).next().is_some(), "no {name}");
    }
    assert_eq!(named(&events, "trace.lost").count(), 0);
    let guests: BTreeSet<&str> = named(&events, "thread.attach")
        .filter(|event| event["kind"] == "guest" && event["spawn_at"] == "program.scm:9")
        .filter_map(|event| event["thread"].as_str())
        .collect();
    assert_eq!(guests, BTreeSet::from(["worker-1", "worker-2", "worker-3"]));
    assert_eq!(
        named(&events, "thread.detach").filter(|event| event["outcome"] == "returned").count(),
        3
    );
    assert!(named(&events, "alloc.sample").any(|event| event["at"] == "program.scm:2"));
    // The table of --stats has the counters of `vm.stats()`.
    let table = String::from_utf8_lossy(&run.stderr).into_owned();
    let row = |name: &str| -> u64 {
        let line = table.lines().find(|line| line.trim_start().starts_with(name));
        let line = line.unwrap_or_else(|| panic!("no {name} in {table}"));
        let rest = line.trim_start()[name.len()..].split_whitespace().next();
        rest.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{line}"))
    };
    for (name, field) in [
        ("born", "calls"),
        ("promoted: callcc", "n_callcc"),
        ("promoted: stack_segment_full", "n_stack_segment_full"),
        ("promoted: aging", "n_aging"),
        ("reinstated", "reinstated_frames"),
        ("promoted bytes", "promoted_bytes"),
        ("environments: closure_capture", "n_closure_capture"),
    ] {
        assert_eq!(row(name), sum(&events, "frame.stats", field), "{name}\n{table}");
    }
    assert!(row("promoted: stack_segment_full") > 200_000);
    assert_eq!(row("environments: closure_capture"), 3);
    let promoted = sum(&events, "frame.stats", "promoted_frames");
    assert_eq!(promoted, sum(&events, "frame.promote", "frames"), "each promotion is told");
    // And gc-report finds the same in the file.
    let report = Command::new(lisle()).arg("gc-report").arg(folder.0.join("out.jsonl")).output();
    let report = String::from_utf8(report.expect("lisle can be started").stdout).expect("text");
    for name in ["minor", "major", "born", "promoted", "reinstated", "allocated in the nursery"] {
        let line = |text: &str| {
            text.lines().find(|line| line.trim_start().starts_with(name)).map(str::to_owned)
        };
        assert!(
            line(&table).is_some() && line(&table) == line(&report),
            "{name}\n{table}\n{report}"
        );
    }
}

#[test]
fn a_line_for_each_collection() {
    let folder = Folder::new("text", BUSY);
    let run = folder.run("", &["--trace-gc"]);
    let text = String::from_utf8(run.stderr).expect("lines are text");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("gc ")).collect();
    assert!(lines.len() > 3, "{text}");
    for (index, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(["minor", "major"].contains(&words[2]), "{line}");
        assert!(words[4].starts_with('@') && words[4].ends_with('s'), "{line}");
        for part in [" ms stop+pause+resume, ", " thr (", " by ", ", nursery ", ", remset "] {
            assert!(line.contains(part), "no {part:?} in line {index}: {line}");
        }
    }
}

#[test]
fn a_timeline_is_well_formed() {
    let folder = Folder::new("chrome", BUSY);
    folder.run("", &["--trace-gc=out.json"]);
    let trace: Value = serde_json::from_str(&folder.read("out.json")).expect("it is JSON");
    let entries = trace["traceEvents"].as_array().expect("a list").clone();
    let is = |entry: &Value, phase: &str| entry["ph"] == phase;
    let time = |entry: &Value, field: &str| entry[field].as_f64().expect("a number");
    let slices: Vec<&Value> = entries.iter().filter(|entry| is(entry, "X")).collect();
    let holds = |lane: &Value, at: f64| {
        slices.iter().any(|slice| {
            let start = time(slice, "ts");
            slice["tid"] == *lane && start <= at + 0.002 && at <= start + time(slice, "dur") + 0.002
        })
    };
    let mut arrows: BTreeMap<u64, (bool, bool)> = BTreeMap::new();
    for entry in &entries {
        for field in ["ph", "name", "pid", "tid", "ts"] {
            assert!(!entry[field].is_null(), "{field} is missing in {entry}");
        }
        assert!(entry["pid"].is_u64() && entry["tid"].is_u64() && entry["ts"].is_number());
        match entry["ph"].as_str().expect("a text") {
            "X" => assert!(entry["dur"].is_number(), "{entry}"),
            "M" => assert!(entry["args"]["name"].is_string(), "{entry}"),
            "C" => {
                let values = entry["args"].as_object().expect("values");
                assert!(!values.is_empty() && values.values().all(Value::is_u64), "{entry}");
            }
            "i" => assert_eq!(entry["s"], "t"),
            side @ ("s" | "f") => {
                let arrow = arrows.entry(number(entry, "id")).or_default();
                let end = if side == "s" { &mut arrow.0 } else { &mut arrow.1 };
                assert!(!std::mem::replace(end, true), "an arrow has two ends of a kind");
                assert!(
                    holds(&entry["tid"], time(entry, "ts")),
                    "an arrow hangs in the air: {entry}"
                );
            }
            other => panic!("an entry of the kind {other}"),
        }
    }
    assert!(arrows.values().all(|ends| *ends == (true, true)), "an arrow with one end");
    assert!(!arrows.is_empty());
    // The parts of a collection lie within it, and its phases within its pause.
    let collections: Vec<&&Value> = slices
        .iter()
        .filter(|slice| slice["name"].as_str().is_some_and(|name| name.starts_with("gc ")))
        .collect();
    assert!(collections.len() > 3);
    for part in slices.iter().filter(|slice| {
        ["stop", "pause", "resume"].iter().any(|name| slice["name"] == *name)
            || slice["cat"] == "gc.phase"
    }) {
        let (start, end) = (time(part, "ts"), time(part, "ts") + time(part, "dur"));
        let inside = collections.iter().any(|whole| {
            let from = time(whole, "ts");
            from <= start + 0.002 && end <= from + time(whole, "dur") + 0.002
        });
        assert!(inside, "outside of every collection: {part}");
    }
    let lanes: BTreeSet<&str> = entries
        .iter()
        .filter(|entry| is(entry, "M") && entry["name"] == "thread_name")
        .filter_map(|entry| entry["args"]["name"].as_str())
        .collect();
    for lane in ["main", "worker-1", "gc coordinator"] {
        assert!(lanes.contains(lane), "no lane {lane} in {lanes:?}");
    }
}

#[test]
fn memory_outside_the_heap_is_told() {
    let folder = Folder::new(
        "outside",
        "(define (port)
           (let ((port (open-output-string))) (write-string (make-string 500000 #\\x) port) port))
         (do ((i 0 (+ i 1))) ((= i 9)) (port))
         (define kept (port))
         (collect-garbage)
         (collect-garbage)",
    );
    let run = folder.run("", &["--stats", "--trace-gc=out.jsonl"]);
    let events = folder.events("out.jsonl");
    let collections: Vec<&Value> = named(&events, "gc.end").collect();
    let most = collections.iter().map(|event| number(event, "external_before_bytes")).max();
    assert!(most >= Some(5_000_000), "{collections:?}");
    let freed = sum(&events, "finalizer.run", "external_freed_bytes");
    assert!(freed >= 4_500_000, "{freed}");
    let left = number(collections.last().expect("some"), "external_bytes");
    assert!((500_000..2_000_000).contains(&left), "{left}");
    let row = format!("  of which outside the heap     {:>13} kB", left / 1000);
    assert!(String::from_utf8_lossy(&run.stderr).contains(&row), "{row}");
    let report = Command::new(lisle()).arg("gc-report").arg(folder.0.join("out.jsonl")).output();
    assert!(String::from_utf8_lossy(&report.expect("it starts").stdout).contains(&row), "{row}");
    let text = folder.run("", &["--trace-gc"]).stderr;
    let part = format!(", external {:.1} MB, ", left as f64 / 1e6);
    assert!(String::from_utf8_lossy(&text).contains(&part), "{part}");
    folder.run("", &["--trace-gc=out.json"]);
    let counters = folder.read("out.json");
    assert!(counters.contains("\"external bytes\""));
}

#[test]
fn a_late_thread_is_named_with_its_place() {
    let folder = Folder::new(
        "late",
        "(define (long n)
           (do ((i 0 (+ i 1))) ((= i n))
             (string-length (utf8->string bytes))))
         (define bytes (make-bytevector 30000000 97))
         (define done #f)
         (define t (make-thread (lambda () (long 5) (set! done #t)) 'slow))
         (thread-start! t)
         (define (allocate) (if (not done) (begin (make-vector 100 0) (allocate))))
         (allocate)
         (thread-join! t)",
    );
    folder.run("lisle=debug", &["--trace-gc=out.jsonl"]);
    let events = folder.events("out.jsonl");
    let late: Vec<&Value> = named(&events, "safepoint.late").collect();
    let slow = late.iter().find(|event| event["thread"] == "slow");
    let slow = slow.unwrap_or_else(|| panic!("nobody was late: {late:?}"));
    assert!(number(slow, "reach_ns") > number(slow, "limit_ns"));
    assert!(["program.scm:2", "program.scm:3"].iter().any(|place| slow["at"] == *place), "{slow}");
}

#[test]
fn a_limit_that_is_hit_is_told() {
    let folder = Folder::new(
        "limit",
        "(define (fill l) (fill (cons (make-vector 1000 0) l)))
         (display (guard (e ((heap-exhausted? e) 'full)) (fill '())))",
    );
    folder.run("lisle=info", &["--heap-limit", "24M", "--trace-gc=out.jsonl"]);
    let events = folder.events("out.jsonl");
    let hit = named(&events, "limit.hit").next().expect("the limit was hit");
    assert_eq!(hit["limit"], "heap");
    assert_eq!(hit["at"], "program.scm:1");
    assert!(number(hit, "value") > 8 << 20);
    check_collections(&events);
}

#[test]
fn reports_of_bad_files_are_clear() {
    let folder = Folder::new("bad", "not json\n");
    let report = |arguments: &[&str]| {
        let run = Command::new(lisle()).args(arguments).current_dir(&folder.0).output();
        let run = run.expect("lisle can be started");
        (run.status.code(), String::from_utf8_lossy(&run.stderr).into_owned())
    };
    let (status, message) = report(&["gc-report", "program.scm"]);
    assert_eq!(status, Some(1));
    assert!(message.contains("program.scm:1: no JSON object"), "{message}");
    let (status, message) = report(&["gc-report", "nowhere.jsonl"]);
    assert!(status == Some(1) && message.contains("cannot read nowhere.jsonl"), "{message}");
    let (status, message) = report(&["gc-report"]);
    assert!(status == Some(2) && message.contains("needs one FILE"), "{message}");
    let (status, message) = report(&["--trace-gc=no/such/folder.json", "-e", "1"]);
    assert!(status == Some(1) && message.contains("cannot write no/such/folder.json"), "{message}");
}

#[track_caller]
fn value_of(vm: &Vm, text: &str) -> String {
    vm.eval_text(text).expect("the program runs")
}

/// Takes the numbers of events; runs guest code at each, if it has a VM to do so.
#[derive(Clone, Default)]
struct Watcher {
    events: Arc<Mutex<Vec<Value>>>,
    vm: Arc<Mutex<Option<Vm>>>,
}

#[derive(Default)]
struct Numbers(serde_json::Map<String, Value>);

impl Visit for Numbers {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl<S: tracing::Subscriber> Layer<S> for Watcher {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut numbers = Numbers::default();
        event.record(&mut numbers);
        numbers.0.insert("event".to_owned(), Value::from(event.metadata().name()));
        self.events.lock().expect("no panic").push(Value::Object(numbers.0));
        // A thread that is just attaching may be one that compiles: it has the compiler's turn.
        if event.metadata().target() != "lisle::thread" {
            self.run_guest_code();
        }
    }
    fn on_new_span(&self, _: &tracing::span::Attributes<'_>, _: &tracing::Id, _: Context<'_, S>) {
        self.run_guest_code();
    }
}

impl Watcher {
    /// Attaching waits while the world is stopped: traced then, this would never return. And a
    /// collection of its own waits for every mutator that runs.
    fn run_guest_code(&self) {
        let vm = self.vm.lock().expect("no panic").clone();
        if let Some(vm) = vm {
            let text = "(begin (collect-garbage) (vector-length (make-vector 1000 '())))";
            assert_eq!(value_of(&vm, text), "1000");
        }
    }

    fn watch<R>(&self, work: impl FnOnce() -> R) -> R {
        let subscriber = tracing_subscriber::registry().with(self.clone());
        tracing::subscriber::with_default(subscriber, work)
    }

    fn taken(&self) -> Vec<Value> {
        std::mem::take(&mut *self.events.lock().expect("no panic"))
    }
}

const ALLOCATE: &str = "
(define (tree n) (if (= n 0) '() (cons (tree (- n 1)) (tree (- n 1)))))
(define (repeat n) (if (> n 0) (begin (tree 12) (collect-garbage) (repeat (- n 1)))))
(define saved #f)
(define (deep n) (if (= n 0) (call/cc (lambda (k) (set! saved k) 0)) (+ 1 (deep (- n 1)))))
(deep 100)
(repeat 10)";

#[test]
fn a_subscriber_may_run_guest_code_because_nothing_is_traced_while_stopped() {
    let watcher = Watcher::default();
    watcher.watch(|| {
        let vm = Vm::new().expect("the system has memory");
        *watcher.vm.lock().expect("no panic") = Some(vm.clone());
        assert_eq!(value_of(&vm, ALLOCATE), "");
        let collections = vm.stats().pauses.count();
        assert!(collections >= 10, "{collections}");
        *watcher.vm.lock().expect("no panic") = None;
    });
    assert!(named(&watcher.taken(), "gc.end").count() >= 10);
}

#[test]
fn machines_of_one_process_keep_apart_and_their_counters_agree() {
    let watcher = Watcher::default();
    let (one, two) = watcher.watch(|| {
        let (one, two) = (Vm::new().expect("memory"), Vm::new().expect("memory"));
        for _ in 0..2 {
            assert_eq!(value_of(&one, ALLOCATE), "");
        }
        assert_eq!(value_of(&two, ALLOCATE), "");
        (one.stats(), two.stats())
    });
    let events = watcher.taken();
    let mut vms: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for event in &events {
        vms.entry(number(event, "vm")).or_default().push(event.clone());
    }
    let vms: Vec<Vec<Value>> = vms.into_values().collect();
    assert_eq!(vms.len(), 2);
    for (events, stats) in vms.iter().zip([&one, &two]) {
        let numbers: Vec<u64> = named(events, "gc.end").map(|event| number(event, "seq")).collect();
        assert_eq!(numbers, (1..=stats.pauses.count()).collect::<Vec<u64>>());
        assert_eq!(stats.stops.count(), stats.pauses.count());
        assert_eq!(sum(events, "frame.stats", "promoted_frames"), stats.frames.promoted_total());
        assert_eq!(sum(events, "gc.end", "pause_ns"), stats.heap.pause_ns_total);
        assert_eq!(stats.pauses.sum(), stats.heap.pause_ns_total);
        assert_eq!(sum(events, "gc.end", "promoted_bytes"), stats.heap.promoted_bytes);
        let (attached, detached) =
            (named(events, "thread.attach").count(), named(events, "thread.detach").count());
        assert_eq!(attached, detached);
    }
    assert!(one.pauses.count() >= 20 && two.frames.promoted_total() >= 100);
}

#[test]
fn records_that_do_not_fit_a_ring_are_counted() {
    let watcher = Watcher::default();
    watcher.watch(|| {
        let config = VmConfig { ring_records: 2, ..VmConfig::default() };
        let vm = Vm::with_config(config).expect("the system has memory");
        assert_eq!(value_of(&vm, ALLOCATE), "");
    });
    let events = watcher.taken();
    let lost = sum(&events, "trace.lost", "count");
    assert!(lost > 0, "two records cannot hold the phases of a collection");
    for end in named(&events, "gc.end") {
        let seq = number(end, "seq");
        let told = named(&events, "gc.phase").filter(|phase| number(phase, "seq") == seq).count();
        assert!(told <= 2, "collection {seq} has {told} phases");
    }
}
