//! Libraries from the host, and loading them again.

use lisle::{Context, FileLoader, Libraries, LibraryLoader, Procedure, Root, Vm};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn rules(n: i64) -> String {
    format!(
        "(define-library (app rules) (import (scheme base) (app base)) (export rate describe)
           (begin (define (describe) (list 'version (rate)))
                  (define (rate) (helper {n}))
                  (define (helper x) (scale x))))"
    )
}

fn machine() -> (Vm, Libraries) {
    let libraries = Libraries::new();
    libraries.insert(
        "(app base)",
        "(define-library (app base) (import (scheme base)) (export scale)
           (begin (define (scale x) (* 10 x))))",
    );
    libraries.insert("(app   rules)", rules(1));
    let builder = Vm::builder().loader(FileLoader::new(&[])).loader(libraries.clone());
    let vm = builder.build().expect("the system has memory");
    let loaded = vm.eval::<()>("(import (app rules)) (define (ask) (rate))");
    loaded.expect("the library is legal");
    (vm, libraries)
}

#[test]
fn a_library_is_loaded_again() {
    let (vm, libraries) = machine();
    assert_eq!(vm.eval::<i64>("(ask)").unwrap(), 10);
    libraries.insert("(app rules)", rules(2));
    vm.reload("(app rules)").unwrap();
    assert_eq!(vm.eval::<i64>("(ask)").unwrap(), 20);
    assert_eq!(vm.eval_text("(describe)").unwrap(), "(version 20)");
    libraries
        .insert("(app rules)", "(define-library (app rules) (import (scheme base)) (export no))");
    assert!(vm.reload("(app rules)").is_err());
    assert!(vm.reload("(app nothing)").is_err());
    assert!(vm.reload("(").is_err());
    assert_eq!(vm.eval_text("(describe)").unwrap(), "(version 20)");
}

#[test]
fn a_library_is_loaded_again_while_threads_run_it() {
    let (vm, libraries) = machine();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let attached = vm.attach().unwrap();
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let now: i64 = attached.eval("(ask)").unwrap();
                    assert!(now >= last && now % 10 == 0, "{last} {now}");
                    last = now;
                }
            });
        }
        for n in 2..20 {
            libraries.insert("(app rules)", rules(n));
            vm.reload("(app rules)").unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(vm.eval::<i64>("(ask)").unwrap(), 190);
}

/// A library of three variables that are defined one after the other, and one of all together.
fn versions(n: i64) -> String {
    format!(
        "(define-library (app rules) (import (scheme base)) (export first second third all)
           (begin (define first {n})
                  (define second {n})
                  (define third {n})
                  (define all (vector {n} {n} {n}))))"
    )
}

#[test]
fn definitions_take_effect_in_order_and_each_at_once() {
    let libraries = Libraries::new();
    libraries.insert("(app rules)", versions(0));
    let vm = Vm::builder().loader(libraries.clone()).build().unwrap();
    // Looked at in the other order: what is defined earlier is never older.
    let text = "(import (app rules))
                (define (look n)
                  (let loop ((i 0) (last 0))
                    (let* ((c third) (b second) (a first) (v all) (x (vector-ref v 0)))
                      (cond ((not (and (<= last c b a) (= x (vector-ref v 1) (vector-ref v 2))))
                             (list last c b a v))
                            ((= i n) c)
                            (else (loop (+ i 1) c))))))";
    vm.eval::<()>(text).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert!(
                        vm.eval::<i64>("(look 2000)").is_ok(),
                        "{:?}",
                        vm.eval_text("(look 0)")
                    );
                }
            });
        }
        for n in 1..40 {
            libraries.insert("(app rules)", versions(n));
            vm.reload("(app rules)").unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(vm.eval::<i64>("(look 1)").unwrap(), 39);
}

#[test]
fn a_body_that_raises_leaves_what_it_has_defined() {
    let libraries = Libraries::new();
    libraries.insert("(app rules)", versions(1));
    let vm = Vm::builder().loader(libraries.clone()).build().unwrap();
    vm.eval::<()>("(import (app rules))").unwrap();
    libraries
        .insert("(app rules)", versions(2).replace("(define third 2)", "(define third (car 2))"));
    assert!(vm.reload("(app rules)").unwrap_err().message().starts_with("car:"));
    assert_eq!(vm.eval_text("(list first second third all)").unwrap(), "(2 2 1 #(1 1 1))");
    libraries.insert("(app rules)", versions(3));
    vm.reload("(app rules)").unwrap();
    assert_eq!(vm.eval_text("(list first second third all)").unwrap(), "(3 3 3 #(3 3 3))");
}

#[test]
fn who_imports_a_library_that_another_thread_runs_waits_for_it() {
    let libraries = Libraries::new();
    libraries.insert(
        "(slow)",
        "(define-library (slow) (import (scheme base) (srfi 18)) (export value)
           (begin (thread-sleep! 0.2) (define value (list 1 2))))",
    );
    libraries.insert(
        "(on slow)",
        "(define-library (on slow) (import (scheme base) (slow)) (export more)
           (begin (define more (cons 0 value))))",
    );
    let vm = Vm::builder().loader(libraries).build().unwrap();
    thread::scope(|scope| {
        for k in 0..8 {
            let vm = &vm;
            scope.spawn(move || {
                let text = match k % 4 {
                    0 => "(import (slow)) value",
                    1 => "(import (on slow)) (cdr more)",
                    2 => "(eval 'value (environment '(slow)))",
                    _ => {
                        "(thread-join! (thread-start! (make-thread (lambda ()
                           (eval '(import (on slow)) (interaction-environment))
                           (eval '(cdr more) (interaction-environment))))))"
                    }
                };
                assert_eq!(vm.eval::<Vec<i64>>(text).unwrap(), [1, 2]);
            });
        }
    });
}

#[test]
fn libraries_import_what_the_host_defines() {
    let libraries = Libraries::new();
    libraries.insert(
        "(app log)",
        "(define-library (app log) (import (scheme base) (only (lisle host) note level)) (export log)
           (begin (define (log x) (note (list (level) x)))))",
    );
    let vm = Vm::builder().loader(libraries).build().unwrap();
    vm.define("note", |x: lisle::Root| x.write()).unwrap();
    vm.define("level", || 1).unwrap();
    assert_eq!(vm.eval::<String>("(import (app log)) (log 'a)").unwrap(), "(1 a)");
    vm.eval::<()>("(define (note x) 'mine) (define level 'mine)").unwrap();
    assert_eq!(vm.eval::<String>("(log 'b)").unwrap(), "(1 b)", "the script's are others");
    vm.define("level", || 2).unwrap();
    assert_eq!(vm.eval::<String>("(log 'c)").unwrap(), "(2 c)");
    assert_eq!(vm.eval::<i64>("(import (prefix (lisle host) h:)) (h:level)").unwrap(), 2);
    let error = vm.eval::<()>("(import (only (lisle host) other))").unwrap_err();
    assert!(error.message().contains("other"), "{error}");
}

/// Panics for one library.
struct Panicking;

impl LibraryLoader for Panicking {
    fn load(&self, name: &[String]) -> Option<(String, String)> {
        assert_ne!(name, ["cursed"], "a test asks for the cursed library");
        None
    }
}

/// The panic comes out where the host has called, and leaves stack, nested calls and dynamic state as
/// they were.
#[test]
fn a_panic_of_a_loader_leaves_the_thread_fit_for_use() {
    let vm = Vm::builder().loader(Panicking).build().unwrap();
    vm.define("call", |cx: &mut Context, f: Root<Procedure>| cx.call::<Root>(&f, ())).unwrap();
    let attached = vm.attach().unwrap();
    let deep = "(define (deep n) (if (= n 0) (environment '(cursed)) (cons n (deep (- n 1)))))";
    attached.eval::<()>(deep).unwrap();
    for text in ["(deep 100)", "(call (lambda () (deep 100)))"] {
        for _ in 0..3 {
            let panicked = catch_unwind(AssertUnwindSafe(|| attached.eval::<()>(text)));
            // From inside the host's procedure it is that which panics.
            assert!(panicked.is_err() || panicked.is_ok_and(|result| result.is_err()));
            let list = "(map (lambda (x) (call (lambda () (collect-garbage) (list x)))) '(1 2 3))";
            assert_eq!(attached.eval_text(list).unwrap(), "((1) (2) (3))");
        }
    }
    let guarded = "(guard (e (#t 'handled)) (call (lambda () (deep 10))))";
    assert_eq!(attached.eval_text(guarded).unwrap(), "handled");
}
