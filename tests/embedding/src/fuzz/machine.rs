//! A machine as the episodes use it: procedures of the host of every sort, host types, a library.

use super::program;
use crate::random::Random;
use lisle::{
    Async, Blocking, Context, Error, ErrorKind, Exclusive, Host, HostType, Libraries, Limits,
    Pinned, Procedure, Rest, Root, Vm,
};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What the panics begin with that procedures of the host make on purpose.
pub const PANIC: &str = "on purpose";

#[derive(HostType)]
struct Counter(AtomicI64);

#[derive(HostType)]
struct Log(Exclusive<Vec<String>>);

#[derive(HostType)]
struct Canvas(Pinned<Rc<Cell<u32>>>);

/// Roots that threads and machines pass to one another.
#[derive(Clone, Default)]
pub struct Pool(Arc<Mutex<Vec<Root>>>);

impl Pool {
    /// Puts one in; forgets an old one when there are many.
    pub fn put(&self, root: Root) {
        let mut roots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = (roots.len() >= 30).then(|| roots.swap_remove(0));
        roots.push(root);
        drop(roots);
        drop(old);
    }
    /// A copy of one.
    pub fn copy(&self) -> Option<Root> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }
    /// Takes one out.
    pub fn take(&self) -> Option<Root> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// A text for the library, one of several.
pub fn library(random: &mut Random) -> String {
    let size = random.below(3);
    let body = ["v", "(list v)", "(car v)", "(begin (set! count (+ count 1)) count)"];
    let broken = if random.once_in(6) { "(if)" } else { "" };
    format!(
        "(define-library (fuzz library) (import (scheme base)) (export fuzzed)
           (begin (define count {size}) (define (fuzzed v) {}) {broken}))",
        random.pick(&body)
    )
}

/// A machine with everything that programs use; how it is built is random.
///
/// # Errors
/// When the system refuses the memory.
pub fn build(random: &mut Random, libraries: &Libraries, pool: &Pool) -> Result<Vm, Error> {
    let mut builder = Vm::builder()
        .heap_limit((24 + random.below(64)) << 20)
        .host_stack((64 + random.below(192)) << 10)
        .loader(libraries.clone());
    if random.once_in(3) {
        builder = builder.nursery_size(1 << 20);
    }
    if random.once_in(12) {
        builder = builder.stress_collections(true);
    }
    if random.once_in(4) {
        builder = builder.stress_frames(true);
    }
    if random.once_in(6) {
        builder = builder.verify_heap(true);
    }
    let vm = builder.build()?;
    equip(&vm, pool)?;
    vm.eval::<()>(program::PRELUDE)?;
    Ok(vm)
}

fn equip(vm: &Vm, pool: &Pool) -> Result<(), Error> {
    vm.define("make-counter", || Counter(AtomicI64::new(0)))?;
    vm.define("counter-add!", |c: &Counter, n: i64| c.0.fetch_add(n, Ordering::Relaxed))?;
    vm.define("make-log", || Log(Exclusive::new(Vec::new())))?;
    vm.define("log!", |cx: &mut Context, log: Host<Log>, line: String| {
        let mut lines = log.0.lock(cx)?;
        lines.truncate(10);
        lines.push(line);
        Ok::<_, Error>(lines.len())
    })?;
    vm.define("make-canvas", || Canvas(Pinned::new(Rc::new(Cell::new(0)))))?;
    vm.define("draw!", |canvas: &Canvas| canvas.0.with(|cell| cell.set(cell.get() + 1)))?;
    vm.define("host-call", |cx: &mut Context, f: Root<Procedure>, x: Root| {
        cx.call::<Root>(&f, (x,))
    })?;
    vm.define("host-swallow", |cx: &mut Context, f: Root<Procedure>| {
        cx.call::<()>(&f, ()).is_ok()
    })?;
    vm.define("host-limits", |cx: &mut Context, f: Root<Procedure>| {
        cx.limits(Limits::new().fuel(2000), |cx| cx.call::<Root>(&f, ()))
    })?;
    vm.define("host-eval", |cx: &mut Context, text: &str| cx.eval::<Root>(text))?;
    vm.define("host-fail", |text: &str| Err::<(), _>(std::io::Error::other(text.to_owned())))?;
    vm.define("host-panic", || -> i64 { panic!("{PANIC}") })?;
    vm.define("host-block", || Blocking(thread::yield_now))?;
    vm.define("host-async", |n: i64| Async(async move { n.wrapping_add(1) }))?;
    vm.define("host-rest", |first: Option<i64>, rest: Rest<Root>| {
        first.unwrap_or(0).wrapping_add(rest.0.len() as i64)
    })?;
    vm.define("host-map", |list: Vec<Root>| list.into_iter().rev().collect::<Vec<_>>())?;
    let (keep, kept) = (pool.clone(), pool.clone());
    vm.define("host-keep!", move |value: Root| keep.put(value))?;
    vm.define("host-kept", move || kept.copy())?;
    let weak = vm.downgrade();
    vm.define("host-collect", move || weak.upgrade().map_or(Ok(()), |vm| vm.collect()))?;
    let weak = vm.downgrade();
    vm.define("host-window", move |cx: &mut Context, value: Root| {
        let vm = weak.upgrade();
        cx.window(|w| {
            let value = value.get(w)?;
            if let Some(vm) = &vm {
                let refused = vm.eval::<()>("1").expect_err("a window is open");
                assert_eq!(refused.kind(), ErrorKind::Window);
            }
            let list = w.list(&[value, w.make(1)?, w.make("text")?])?;
            w.root::<lisle::Value>(list)
        })
    })?;
    Ok(())
}

/// Limits within which everything ends soon.
pub fn limits(random: &mut Random) -> Limits {
    let mut limits = Limits::new().deadline(Duration::from_millis(1 + random.word() % 150));
    if random.once_in(2) {
        limits = limits.fuel(random.word() % 200_000);
    }
    if random.once_in(3) {
        limits = limits.memory((random.word() % 16) << 20);
    }
    if random.once_in(2) {
        limits = limits.threads(random.below(4));
    }
    limits
}
