//! The samples of docs/embedding.md and README.md: each stands here as it stands there, and runs.



use lisle::{
    Async, Blocking, Context, ErrorKind, Guest, HostType, Limits, Procedure, Progress, Rest, Root, Vm,
};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

type Result<T = (), E = lisle::Error> = std::result::Result<T, E>;

mod first {
use lisle::Vm;

fn main() -> Result<(), lisle::Error> {
    let vm = Vm::new()?;
    vm.define("hypot", |a: f64, b: f64| a.hypot(b))?;
    let x: f64 = vm.eval("(hypot 3 4)")?;
    assert_eq!(x, 5.0);
    Ok(())
}

#[test]
fn it_runs() {
    main().unwrap();
}
}

#[test]
fn roots() -> Result {
let vm = Vm::new()?;
let square: Root<Procedure> = vm.eval("(lambda (n) (* n n))")?;
std::thread::scope(|scope| {
    for n in 0..8 {
        let square = &square;
        scope.spawn(move || assert_eq!(square.call::<i64>((n,)).unwrap(), n * n));
    }
});
Ok(())
}

#[test]
fn locals() -> Result {
let vm = Vm::new()?;
let list: Root = vm.eval("'(1 2 3)")?;
let total: i64 = vm.window(|w| {
    let mut rest = list.get(w)?;
    let mut total = 0;
    while rest.is_pair() {
        total += w.get::<i64>(w.car(rest)?)?;
        rest = w.cdr(rest)?;
    }
    Ok(total)
})?;
assert_eq!(total, 6);
Ok(())
}

#[test]
fn procedures() -> Result {
let vm = Vm::new()?;
vm.define("clamp", |x: f64, low: f64, high: Option<f64>| {
    x.max(low).min(high.unwrap_or(f64::INFINITY))
})?;
vm.define("join", |with: &str, words: Rest<String>| words.0.join(with))?;
vm.define("parse-port", |text: &str| text.parse::<u16>())?;
assert_eq!(vm.eval_text("(list (clamp 1 2) (clamp 9 2 3) (join \"-\" \"a\" \"b\"))")?, "(2.0 3.0 \"a-b\")");
assert_eq!(vm.eval::<u16>("(parse-port \"80\")")?, 80);
assert!(vm.eval::<u16>("(parse-port \"80000\")").is_err());
Ok(())
}

#[test]
fn contexts() -> Result {
let vm = Vm::new()?;
vm.define("retry", |cx: &mut Context, times: u32, work: Root<Procedure>| {
    for _ in 1..times {
        if let Ok(value) = cx.call::<Root>(&work, ()) {
            return Ok(value);
        }
    }
    cx.call(&work, ())
})?;
let text = "(define n 0) (retry 5 (lambda () (set! n (+ n 1)) (if (< n 3) (raise n) n)))";
assert_eq!(vm.eval::<i64>(text)?, 3);
Ok(())
}

#[test]
fn host_types() -> Result {
let vm = Vm::new()?;
#[derive(HostType)]
struct Counter(AtomicI64);

impl Counter {
    fn add(&self, n: i64) -> i64 { self.0.fetch_add(n, Relaxed) + n }
}

vm.define("make-counter", || Counter(AtomicI64::new(0)))?;
vm.define("counter-add!", Counter::add)?;
assert_eq!(vm.eval::<i64>("(let ((c (make-counter))) (counter-add! c 1) (counter-add! c 2))")?, 3);
Ok(())
}

#[test]
fn fields() -> Result {
let vm = Vm::new()?;
#[derive(HostType)]
#[lisle(fields(on_click))]
struct Button(String);

vm.define("button-on-click!", |cx: &mut Context, button: Guest<Button>, f: Root<Procedure>| {
    button.set(cx, Button::ON_CLICK, f)
})?;
vm.define("click", |cx: &mut Context, button: Guest<Button>| {
    let f: Root<Procedure> = button.get(cx, Button::ON_CLICK)?;
    cx.call::<String>(&f, (button.0.clone(),))
})?;
vm.define("make-button", Button)?;
let text = "(let ((b (make-button \"ok\"))) (button-on-click! b (lambda (x) x)) (click b))";
assert_eq!(vm.eval::<String>(text)?, "ok");
Ok(())
}

#[test]
fn waiting() -> Result {
let vm = Vm::new()?;
vm.define("slurp", |name: String| Blocking(move || std::fs::read_to_string(name)))?;
async fn fetch(url: String) -> Result<String, std::io::Error> {
    if url.is_empty() { Err(std::io::ErrorKind::NotFound.into()) } else { Ok(url) }
}
vm.define("fetch", |url: String| Async(fetch(url)))?;
assert!(vm.eval::<String>("(slurp \"/there/is/none\")").is_err());
assert_eq!(vm.eval::<String>("(fetch \"here\")")?, "here");
assert!(vm.eval::<String>("(fetch \"\")").is_err());
Ok(())
}

#[test]
fn limits() -> Result {
let vm = Vm::builder().heap_limit(256 << 20).build()?;
let limits = Limits::new().fuel(1_000_000).deadline(Duration::from_millis(50)).memory(64 << 20);
let result = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<i64>("(let loop () (loop))")));
assert!(matches!(result.unwrap_err().kind(), ErrorKind::Limit(_)));
Ok(())
}

#[test]
fn slices() -> Result {
fn draw_a_frame() {}
let vm = Vm::new()?;
let script: Root<Procedure> = vm.eval("(lambda () (let loop ((i 0)) (if (< i 50000) (loop (+ i 1)) i)))")?;
let mut run = script.start::<i64>(())?;
while run.resume(10_000)? == Progress::Suspended {
    draw_a_frame();
}
Ok(())
}

mod readme {
#[test]
fn it_runs() -> super::Result {
use lisle::{Procedure, Root, Vm};

let vm = Vm::builder().heap_limit(256 << 20).build()?;
vm.define("hypot", |a: f64, b: f64| a.hypot(b))?;
assert_eq!(vm.eval::<f64>("(hypot 3 4)")?, 5.0);

let square: Root<Procedure> = vm.eval("(lambda (n) (* n n))")?;
std::thread::scope(|scope| {
    for n in 0..8 {
        let square = &square;
        scope.spawn(move || square.call::<i64>((n,)));
    }
});
Ok(())
}
}

#[test]
fn every_sample_stands_here() {
    let here = include_str!("guide.rs");
    let pages = [include_str!("../../../docs/embedding.md"), include_str!("../../../README.md")];
    let mut count = 0;
    for page in pages {
        for sample in page.split("```rust\n").skip(1) {
            let sample = sample.split("```").next().unwrap_or_default();
            assert!(here.contains(sample), "not in tests/embedding/it/guide.rs:\n{sample}");
            count += 1;
        }
    }
    assert!(count > 10, "the samples were not found");
}
