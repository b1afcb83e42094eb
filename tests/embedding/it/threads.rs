//! One machine and several threads of the host.

use crate::{machines, stressed};
use lisle::{Context, ErrorKind, Procedure, Root, Vm};
use std::thread;
use std::time::Duration;

#[test]
fn eight_threads_call_one_procedure() {
    for (vm, rounds) in machines().into_iter().zip([400, 10]) {
        let text = "(lambda (n) (let loop ((i 0) (l '())) (if (= i n) (length l) (loop (+ i 1) (cons i l)))))";
        let count: Root<Procedure> = vm.eval(text).unwrap();
        thread::scope(|scope| {
            for k in 0..8 {
                let (vm, count) = (&vm, &count);
                scope.spawn(move || {
                    let _attached = (k % 2 == 0).then(|| vm.attach().unwrap());
                    for n in 0..rounds {
                        assert_eq!(count.call::<i64>((n,)).unwrap(), n);
                    }
                });
            }
        });
    }
}

#[test]
fn guards_nest_and_go_in_any_order() {
    let vm = stressed();
    let first = vm.attach().unwrap();
    let second = vm.attach().unwrap();
    drop(first);
    assert_eq!(second.eval::<i64>("1").unwrap(), 1);
    let third = second.attach().unwrap();
    drop(vm);
    drop(second);
    assert_eq!(third.eval_text("(list 1)").unwrap(), "(1)");
}

#[test]
fn a_blocked_thread_does_not_hold_up_collections() {
    for vm in machines() {
        vm.define("pause", |cx: &mut Context, ms: u64| {
            cx.blocking(|| thread::sleep(Duration::from_millis(ms)));
        })
        .unwrap();
        thread::scope(|scope| {
            let sleeper =
                scope.spawn(|| vm.eval::<i64>("(let ((x (list 42))) (pause 300) (car x))"));
            let start = std::time::Instant::now();
            for _ in 0..5 {
                vm.collect().unwrap();
            }
            assert!(start.elapsed() < Duration::from_secs(20));
            assert_eq!(sleeper.join().unwrap().unwrap(), 42);
        });
    }
}

#[test]
fn a_blocked_thread_may_use_the_machine() {
    let vm = Vm::new().unwrap();
    let weak = vm.downgrade();
    vm.define("aside", move |cx: &mut Context| {
        cx.blocking(|| weak.upgrade().unwrap().eval::<i64>("(+ 1 2)"))
    })
    .unwrap();
    assert_eq!(vm.eval::<i64>("(+ 1 (aside))").unwrap(), 4);
}

#[test]
fn guest_threads_call_the_host() {
    for vm in machines() {
        vm.define("twice", |cx: &mut Context, f: Root<Procedure>| {
            Ok::<_, lisle::Error>(cx.call::<i64>(&f, ())? + cx.call::<i64>(&f, ())?)
        })
        .unwrap();
        let text = "(define threads
                      (map (lambda (n) (thread-start! (make-thread (lambda () (twice (lambda () n))))))
                           '(1 2 3 4)))
                    (map thread-join! threads)";
        assert_eq!(vm.eval::<Vec<i64>>(text).unwrap(), [2, 4, 6, 8]);
    }
}

#[test]
fn machines_and_roots_are_dropped_in_any_order() {
    for _ in 0..20 {
        let vm = Vm::new().unwrap();
        let root: Root = vm.eval("(list 1 2)").unwrap();
        let clone = vm.clone();
        vm.eval::<()>("(thread-start! (make-thread (lambda () (let loop () (loop)))))").unwrap();
        let attached = clone.attach().unwrap();
        drop(vm);
        drop(clone);
        assert_eq!(root.write().unwrap(), "(1 2)");
        drop(attached);
        thread::sleep(Duration::from_millis(1));
        drop(root);
    }
}

#[test]
fn the_values_in_use_are_roots() {
    let vm = stressed();
    let list: Root = vm.eval("(list \"a\" (vector 1 2) 3.5)").unwrap();
    for _ in 0..5 {
        vm.collect().unwrap();
        assert_eq!(list.write().unwrap(), "(\"a\" #(1 2) 3.5)");
    }
    let error = vm.eval::<Root>("(raise (list 'x \"y\"))").unwrap_err();
    vm.collect().unwrap();
    assert_eq!(error.raised(&vm).unwrap().write().unwrap(), "(x \"y\")");
    assert_eq!(error.kind(), ErrorKind::Raised);
}

#[test]
fn the_later_parts_of_a_form_survive_collections_in_the_earlier() {
    let vm = Vm::builder().stress_collections(true).build().unwrap();
    for n in 0..20 {
        let library = format!(
            "(define-library (part{n}) (export v{n}) (import (scheme base)) \
               (begin (define (make n) (if (= n 0) '() (cons n (make (- n 1))))) \
                      (define v{n} (make 9))))"
        );
        assert_eq!(vm.eval_text(&library).unwrap(), "");
    }
    let sets: String = (0..20).map(|n| format!("(part{n})")).collect();
    let value = vm.eval_text(&format!("(import {sets}) (append v0 v19)"));
    assert_eq!(value.unwrap(), "(9 8 7 6 5 4 3 2 1 9 8 7 6 5 4 3 2 1)");
}

#[test]
fn a_form_without_a_value_hides_that_of_the_form_before() {
    let vm = Vm::new().unwrap();
    assert_eq!(vm.eval_text("1 (define x 2)").unwrap(), "");
    assert_eq!(vm.eval_text("1 (define-syntax m (syntax-rules ()))").unwrap(), "");
}
