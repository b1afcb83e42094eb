//! Several machines, and threads that work in more than one of them at once.

use crate::{machines, stressed};
use lisle::{Attached, Blocking, Context, ErrorKind, LibraryLoader, Procedure, Root, Vm};
use std::cell::RefCell;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(100);

/// Lets another thread collect in `vm`, and waits until it has.
fn collected_elsewhere(vm: &Vm) {
    thread::scope(|scope| {
        let (done, is_done) = channel();
        scope.spawn(move || {
            vm.collect().expect("the thread can attach");
            done.send(()).expect("somebody waits");
        });
        is_done.recv_timeout(LONG).expect("the other thread could collect");
    });
}

/// Makes `(collected-elsewhere)` in `inner`: another thread collects in `outer`.
fn let_collect(outer: &Vm, inner: &Vm) {
    let outer = outer.downgrade();
    let collect = move || collected_elsewhere(&outer.upgrade().expect("it is used meanwhile"));
    inner.define("collected-elsewhere", collect).expect("the heap has room");
}

#[test]
fn a_thread_that_works_in_another_machine_does_not_hold_up_collections() {
    for outer in machines() {
        let inner = Vm::new().unwrap();
        let_collect(&outer, &inner);
        let _attached = outer.attach().unwrap();
        let list: Root = outer.eval("(list 1 (list 2) \"three\")").unwrap();
        inner.eval::<()>("(collected-elsewhere)").unwrap();
        assert_eq!(list.write().unwrap(), "(1 (2) \"three\")");
    }
}

#[test]
fn guest_code_that_calls_into_another_machine_does_not_either() {
    for outer in machines() {
        let inner = Vm::new().unwrap();
        let_collect(&outer, &inner);
        let inside = inner.clone();
        outer.define("inside", move |text: &str| inside.eval::<i64>(text)).unwrap();
        let text =
            "(let ((kept (list 1 2 3))) (+ (inside \"(collected-elsewhere) 36\") (apply + kept)))";
        assert_eq!(outer.eval::<i64>(text).unwrap(), 42);
        let threads = format!(
            "(apply + (map thread-join! (map (lambda (n) (thread-start! (make-thread (lambda () {text})))) '(1 2 3))))"
        );
        assert_eq!(outer.eval::<i64>(&threads).unwrap(), 3 * 42);
    }
}

#[test]
fn machines_call_each_other() {
    for (a, b) in machines().into_iter().zip(machines()) {
        let (in_a, in_b) = (a.downgrade(), b.downgrade());
        // Each takes one off the number and passes it on to the other machine.
        a.define("over", move |n: i64| in_b.upgrade().unwrap().eval::<i64>(&format!("(pass {n})")))
            .unwrap();
        b.define("over", move |n: i64| in_a.upgrade().unwrap().eval::<i64>(&format!("(pass {n})")))
            .unwrap();
        let pass = "(define (pass n)
                      (let ((kept (list n n)))
                        (if (= n 0) 0 (+ (over (- n 1)) (apply + kept)))))";
        a.eval::<()>(pass).unwrap();
        b.eval::<()>(pass).unwrap();
        assert_eq!(a.eval::<i64>("(pass 9)").unwrap(), 90);
        thread::scope(|scope| {
            for vm in [&a, &b, &a, &b] {
                scope.spawn(move || assert_eq!(vm.eval::<i64>("(pass 7)").unwrap(), 56));
            }
        });
    }
}

#[test]
fn contexts_of_two_machines_are_used_in_turn() {
    let (a, b) = (stressed(), stressed());
    let list: Root = a.eval("(list 1 2 3)").unwrap();
    let sum = a.enter(|of_a| {
        b.enter(|of_b| {
            let mut sum = 0;
            for n in 0..3 {
                let item: i64 = of_a.window(|w| {
                    let mut rest = list.get(w)?;
                    for _ in 0..n {
                        rest = w.cdr(rest)?;
                    }
                    w.get(w.car(rest)?)
                })?;
                let square: Root<Procedure> = of_b.eval("(lambda (n) (* n n))")?;
                sum += of_b.call::<i64>(&square, (item,))?;
                collected_elsewhere(&a);
                of_a.eval::<()>("(define l (list 1 2))")?;
                collected_elsewhere(&b);
                of_a.blocking(|| {
                    collected_elsewhere(&a);
                    collected_elsewhere(&b);
                });
            }
            Ok(sum)
        })
    });
    assert_eq!(sum.unwrap(), 14);
    assert_eq!(list.write().unwrap(), "(1 2 3)");
}

#[test]
fn guards_of_two_machines_go_in_any_order() {
    for order in 0..4 {
        let (a, b) = (stressed(), Vm::new().unwrap());
        let of_a = a.attach().unwrap();
        let of_b = b.attach().unwrap();
        let again = a.attach().unwrap();
        let kept_b: Root = b.eval("(list 'b)").unwrap();
        let kept_a: Root = a.eval("(list 'a)").unwrap();
        collected_elsewhere(&b);
        if order & 1 == 0 {
            drop(of_a);
            assert_eq!(kept_b.write().unwrap(), "(b)");
            collected_elsewhere(&a);
            drop(again);
        } else {
            drop(again);
            drop(of_a);
        }
        if order & 2 == 0 {
            drop(b);
            assert_eq!(kept_a.write().unwrap(), "(a)");
            drop(a);
            assert_eq!(kept_a.write().unwrap_err().kind(), ErrorKind::WrongVm);
            drop(of_b);
        } else {
            drop(of_b);
            assert_eq!(kept_b.write().unwrap(), "(b)");
            drop(a);
            assert_eq!(kept_b.write().unwrap(), "(b)");
        }
    }
}

#[test]
fn a_root_of_one_machine_is_refused_by_the_other() {
    let (a, b) = (Vm::new().unwrap(), Vm::new().unwrap());
    let list: Root = a.eval("(list 1)").unwrap();
    let of_b: Root<Procedure> = b.eval("car").unwrap();
    let _attached = a.attach().unwrap();
    assert_eq!(of_b.call::<i64>((&list,)).unwrap_err().kind(), ErrorKind::WrongVm);
    let copied: Vec<i64> = list.to().unwrap();
    assert_eq!(of_b.call::<i64>((copied,)).unwrap(), 1);
}

#[test]
fn windows_of_two_machines_are_open_at_once() {
    let (a, b) = (stressed(), stressed());
    let copied = a.window(|of_a| {
        let list = of_a.list(&[of_a.make(1)?, of_a.make("two")?])?;
        let text = b.window(|of_b| {
            let first: i64 = of_a.get(of_a.car(list)?)?;
            Ok(of_b.write(of_b.list(&[of_b.make(first)?])?))
        })?;
        b.eval::<()>("(make-vector 100 (list 1))")?;
        Ok((text, of_a.write(list)))
    });
    assert_eq!(copied.unwrap(), ("(1)".to_owned(), "(1 \"two\")".to_owned()));
}

#[test]
fn crosswise_work_of_two_threads_ends() {
    let (a, b) = (Vm::new().unwrap(), Vm::new().unwrap());
    let together = Barrier::new(2);
    thread::scope(|scope| {
        for (mine, other) in [(&a, &b), (&b, &a)] {
            let together = &together;
            scope.spawn(move || {
                let _attached = mine.attach().unwrap();
                for n in 0..200 {
                    mine.enter(|cx| {
                        cx.blocking(|| together.wait());
                        other.eval::<()>("(make-vector 1000 0) (collect-garbage)")?;
                        cx.eval::<()>("(make-vector 1000 0)")
                    })
                    .unwrap();
                    if n % 20 == 0 {
                        mine.collect().unwrap();
                    }
                }
            });
        }
    });
}

/// Asks another machine for the text.
struct Elsewhere(Vm);

impl LibraryLoader for Elsewhere {
    fn load(&self, name: &[String]) -> Option<(String, String)> {
        let text: String = self.0.eval("(collected-elsewhere) (text)").ok()?;
        Some((name.join(" "), text))
    }
}

#[test]
fn a_loader_may_use_another_machine() {
    let texts = Vm::new().unwrap();
    texts
        .eval::<()>(
            "(define (text) \"(define-library (a b) (import (scheme base)) (export x)
                                (begin (define x (list 1 2))))\")",
        )
        .unwrap();
    let vm =
        Vm::builder().stress_collections(true).loader(Elsewhere(texts.clone())).build().unwrap();
    let_collect(&vm, &texts);
    let _attached = vm.attach().unwrap();
    assert_eq!(vm.eval_text("(import (a b)) x").unwrap(), "(1 2)");
}

#[test]
fn a_panic_in_another_machine_leaves_both_usable() {
    let (a, b) = (stressed(), Vm::new().unwrap());
    b.define("fail", |()| -> () { panic!("on purpose") }).unwrap();
    let of_b = b.clone();
    static LEFT: AtomicBool = AtomicBool::new(false);
    a.define("cross", move |cx: &mut Context| {
        let _attached = of_b.attach()?;
        LEFT.store(of_b.eval::<()>("(fail 1)").is_err(), Ordering::Relaxed);
        cx.eval::<i64>("(length (list 1 2 3))")
    })
    .unwrap();
    a.define("leave", || -> () { panic!("on purpose too") }).unwrap();
    assert_eq!(a.eval::<i64>("(guard (e (#t 7)) (leave))").unwrap(), 7);
    assert_eq!(a.eval::<i64>("(cross)").unwrap(), 3);
    assert!(LEFT.load(Ordering::Relaxed));
    assert_eq!(b.eval::<i64>("(+ 1 2)").unwrap(), 3);
}

/// A thread lets go of an outer attachment while an inner machine's code, or a blocking call, runs.
#[test]
fn an_attachment_may_end_inside_of_what_began_after_it() {
    thread_local! {
        static OUTER: RefCell<Option<Attached>> = const { RefCell::new(None) };
    }
    for inner in machines() {
        let outer = Vm::new().unwrap();
        inner.define("let-go", || OUTER.take().is_some()).unwrap();
        inner.define("let-go-in-native", || Blocking(|| OUTER.take().is_some())).unwrap();
        for name in ["let-go", "let-go-in-native"] {
            OUTER.set(Some(outer.attach().unwrap()));
            let text = format!("(let ((gone ({name}))) (collect-garbage) (list gone ({name})))");
            assert_eq!(inner.eval_text(&text).unwrap(), "(#t #f)");
            assert_eq!(outer.eval::<i64>("(+ 1 2)").unwrap(), 3);
        }
        let nested = inner.enter(|cx| {
            let attached = outer.attach()?;
            cx.blocking(move || drop(attached));
            cx.eval::<i64>("(+ 1 2)")
        });
        assert_eq!(nested.unwrap(), 3);
    }
}

/// What another machine's program raised, threw or ended itself with is a condition here, which keeps the
/// error: its values are in another heap.
#[test]
fn errors_of_another_machine_become_conditions() {
    let inner = Vm::new().unwrap();
    let outer = Vm::new().unwrap();
    let asked = inner.clone();
    outer.define("ask", move |text: String| asked.eval::<i64>(&text)).unwrap();
    for text in ["(raise (list 1 2 3))", "(car 5)", "(exit 7)", "(raise 'other)"] {
        let handled = format!(
            "(guard (e ((error-object? e) (collect-garbage) (list 'handled (error-object-irritants e)))
                       (else (list 'raw e)))
               (ask {text:?}))"
        );
        inner.collect().unwrap();
        assert_eq!(outer.eval_text(&handled).unwrap(), "(handled ())", "{text}");
        let error = outer.eval::<()>(&format!("(ask {text:?})")).unwrap_err();
        assert_eq!(error.kind(), inner.eval::<i64>(text).unwrap_err().kind());
    }
    let error = inner.eval::<()>("(raise (list 1 2 3))").unwrap_err();
    assert!(error.raised(&outer).is_none());
    assert_eq!(error.raised(&inner).unwrap().write().unwrap(), "(1 2 3)");
    // And one of the same machine keeps its identity.
    let same = outer.downgrade();
    outer
        .define("ask-here", move |text: String| same.upgrade().unwrap().eval::<i64>(&text))
        .unwrap();
    assert_eq!(
        outer.eval_text("(guard (e (#t (list 'raw e))) (ask-here \"(raise 'own)\"))").unwrap(),
        "(raw own)"
    );
}
