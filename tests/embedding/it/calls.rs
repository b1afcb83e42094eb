//! Calls between host and guest, one inside the other; continuations that cross them.

use crate::machines;
use lisle::{Context, Error, ErrorKind, Procedure, Rest, Root, Value, Vm};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `(host-map f list)`, in Rust.
fn define_map(vm: &Vm) {
    vm.define("host-map", |cx: &mut Context, f: Root<Procedure>, items: Vec<Root>| {
        items.iter().map(|item| cx.call::<Root>(&f, (item,))).collect::<Result<Vec<_>, _>>()
    })
    .expect("it can be defined");
}

#[test]
fn host_and_guest_call_each_other() {
    for vm in machines() {
        define_map(&vm);
        let text = "(host-map (lambda (x) (host-map (lambda (y) (list x y)) '(a b))) '(1 2))";
        assert_eq!(vm.eval_text(text).unwrap(), "(((1 a) (1 b)) ((2 a) (2 b)))");
    }
}

#[test]
fn arguments_are_checked() {
    let vm = Vm::new().unwrap();
    vm.define("all", |a: i64, b: &str, c: Option<f64>, rest: Rest<bool>| {
        format!("{a} {b} {c:?} {:?}", rest.0)
    })
    .unwrap();
    assert_eq!(vm.eval::<String>("(all 1 \"b\")").unwrap(), "1 b None []");
    assert_eq!(
        vm.eval::<String>("(all 1 \"b\" 2.5 #t #f)").unwrap(),
        "1 b Some(2.5) [true, false]"
    );
    let message = |text: &str| vm.eval::<String>(text).unwrap_err().message().to_owned();
    assert_eq!(message("(all 1)"), "all was called with 1 argument; it takes at least 2");
    assert_eq!(message("(all 1.5 \"b\")"), "all: argument 1: expected an exact integer, got 1.5");
    assert_eq!(message("(all 1 'b)"), "all: argument 2: expected a string, got b");
    assert_eq!(message("(all 1 \"b\" 1 2)"), "all: argument 4: expected a boolean, got 2");
    let caught = "(guard (e ((error-object? e) (error-object-message e))) (all 'x \"b\"))";
    assert_eq!(
        vm.eval::<String>(caught).unwrap(),
        "all: argument 1: expected an exact integer, got x"
    );
}

#[test]
fn twelve_parameters() {
    let vm = Vm::new().unwrap();
    #[rustfmt::skip]
    vm.define("sum", |a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64, i: i64,
                      j: i64, k: i64, l: i64| a + b + c + d + e + f + g + h + i + j + k + l)
        .unwrap();
    assert_eq!(vm.eval::<i64>("(sum 1 2 3 4 5 6 7 8 9 10 11 12)").unwrap(), 78);
}

#[test]
fn exceptions_cross_the_host_and_keep_their_identity() {
    for vm in machines() {
        define_map(&vm);
        vm.eval::<()>("(define thing (list 'unique))").unwrap();
        let text = "(guard (e (#t (eq? e thing))) (host-map (lambda (x) (raise thing)) '(1)))";
        assert!(vm.eval::<bool>(text).unwrap());
        let error = vm.eval::<Root>("(host-map (lambda (x) (raise thing)) '(1))").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Raised);
        vm.set("again", error.raised(&vm).unwrap()).unwrap();
        assert!(vm.eval::<bool>("(eq? again thing)").unwrap());
    }
}

#[test]
fn escapes_leave_the_host() {
    for vm in machines() {
        define_map(&vm);
        for capture in ["call/ec", "call/cc"] {
            let text = format!(
                "(define trail '())
                 (define (note x) (set! trail (cons x trail)))
                 (define result
                   ({capture}
                    (lambda (return)
                      (dynamic-wind
                       (lambda () (note 'in))
                       (lambda ()
                         (host-map
                          (lambda (x)
                            (dynamic-wind
                             (lambda () (note x))
                             (lambda () (host-map (lambda (y) (if (= y 2) (return (+ x y)))) '(1 2 3)))
                             (lambda () (note 'inner-out))))
                          '(10 20)))
                       (lambda () (note 'out))))))
                 (list result (reverse trail))"
            );
            assert_eq!(vm.eval_text(&text).unwrap(), "(12 (in 10 inner-out out))");
        }
    }
}

#[test]
fn several_values_escape() {
    let vm = Vm::new().unwrap();
    define_map(&vm);
    let text = "(call-with-values
                 (lambda () (call/cc (lambda (k) (host-map (lambda (x) (k 1 2 x)) '(3)))))
                 list)";
    assert_eq!(vm.eval_text(text).unwrap(), "(1 2 3)");
}

#[test]
fn a_continuation_cannot_enter_a_call_that_has_ended() {
    for vm in machines() {
        define_map(&vm);
        let text = "(define k #f)
                    (define count 0)
                    (host-map (lambda (x) (call/cc (lambda (c) (set! k c) x))) '(1 2))
                    (guard (e ((error-object? e) (error-object-message e))) (k 5))";
        let message: String = vm.eval(text).unwrap();
        assert!(message.contains("call from the host"), "{message}");
        // Also from another call of the same procedure.
        let text = "(guard (e ((error-object? e) 'refused)) (host-map (lambda (x) (k x)) '(1)))";
        assert_eq!(vm.eval_text(text).unwrap(), "refused");
        let text = "(guard (e ((error-object? e) 'refused)) (within-continuation k (lambda () 1)))";
        assert_eq!(vm.eval_text(text).unwrap(), "refused");
    }
}

#[test]
fn continuations_inside_one_call_are_entered_again() {
    for vm in machines() {
        define_map(&vm);
        let text = "(host-map
                     (lambda (x)
                       (let ((k #f) (n 0))
                         (let ((got (call/cc (lambda (c) (set! k c) 0))))
                           (set! n (+ n 1))
                           (if (< n 4) (k (+ got x)) got))))
                     '(1 2))";
        assert_eq!(vm.eval_text(text).unwrap(), "(3 6)");
    }
}

#[test]
fn prompts_are_not_seen_through_the_host() {
    for vm in machines() {
        define_map(&vm);
        let text = "(import (lisle control))
                    (define tag (make-prompt-tag 'outer))
                    (guard (e ((error-object? e) (error-object-message e)))
                      (call-with-prompt tag
                        (lambda () (host-map (lambda (x) (abort-to-prompt tag x)) '(1)))
                        (lambda (k x) x)))";
        assert_eq!(vm.eval_text(text).unwrap(), "\"abort-to-prompt: no prompt with this tag\"");
        let text = "(host-map
                      (lambda (x)
                        (call-with-prompt tag
                          (lambda () (+ 1 (abort-to-prompt tag x)))
                          (lambda (k x) (k (k x)))))
                      '(1 10))";
        assert_eq!(vm.eval_text(text).unwrap(), "(3 12)");
    }
}

#[test]
fn a_swallowed_escape_is_given_up() {
    let vm = Vm::new().unwrap();
    vm.define("try", |cx: &mut Context, f: Root<Procedure>| match cx.call::<Root>(&f, ()) {
        Ok(_) => "returned".to_owned(),
        Err(error) => format!("{:?}", error.kind()),
    })
    .unwrap();
    let text = "(call/cc (lambda (k) (list 'after (try (lambda () (k 'escaped))))))";
    assert_eq!(vm.eval_text(text).unwrap(), "(after \"Continuation\")");
}

#[test]
fn deep_recursion_in_nested_calls() {
    for vm in machines() {
        define_map(&vm);
        let depth = if vm.eval::<bool>("#t").unwrap() { 3000 } else { 0 };
        let text = format!(
            "(define (count n) (if (= n 0) 0 (+ 1 (count (- n 1)))))
             (host-map (lambda (x) (count {depth})) '(1 2))"
        );
        assert_eq!(vm.eval_text(&text).unwrap(), format!("({depth} {depth})"));
    }
    // Deeper than a region, so the frames of the host procedures are promoted.
    let vm = Vm::new().unwrap();
    define_map(&vm);
    let text = "(define (count n) (if (= n 0) 0 (+ 1 (count (- n 1)))))
                (define (nest n) (if (= n 0) (count 300000) (+ 1 (car (host-map (lambda (x) (nest (- n 1))) '(1))))))
                (nest 20)";
    assert_eq!(vm.eval::<i64>(text).unwrap(), 300_020);
    let text = "(define (down n) (if (= n 0) (raise 'bottom) (+ 1 (down (- n 1)))))
                (guard (e (#t e)) (host-map (lambda (x) (down 300000)) '(1)))";
    assert_eq!(vm.eval_text(text).unwrap(), "bottom");
}

#[test]
fn endless_nesting_is_an_error() {
    let vm = Vm::new().unwrap();
    define_map(&vm);
    let text = "(define (forever x) (host-map forever (list x)))
                (guard (e ((error-object? e) (error-object-message e))) (forever 1))";
    let message: String = vm.eval(text).unwrap();
    assert_eq!(message, "calls between host and guest are nested too deeply");
    let error = vm.eval::<Root>("(forever 1)").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Nesting);
    assert_eq!(vm.eval::<i64>("(+ 1 2)").unwrap(), 3);
}

#[test]
fn parameters_are_seen_through_the_host() {
    let vm = Vm::new().unwrap();
    define_map(&vm);
    let text = "(define p (make-parameter 1))
                (parameterize ((p 2)) (host-map (lambda (x) (p)) '(0)))";
    assert_eq!(vm.eval_text(text).unwrap(), "(2)");
}

#[test]
fn panics_become_conditions() {
    for vm in machines() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        vm.define("explode", move |n: i64| -> i64 {
            counted.fetch_add(1, Ordering::Relaxed);
            assert!(n < 0, "too large: {n}");
            n
        })
        .unwrap();
        define_map(&vm);
        let text = "(guard (e ((error-object? e) (error-object-message e)))
                      (host-map (lambda (x) (explode x)) '(1)))";
        let message: String = vm.eval(text).unwrap();
        assert_eq!(message, "explode: the host panicked: too large: 1");
        assert_eq!(vm.eval::<i64>("(explode -1)").unwrap(), -1);
        assert_eq!(vm.eval::<i64>("(explode 1)").unwrap_err().kind(), ErrorKind::Panic);
        assert_eq!(calls.load(Ordering::Relaxed), 3);
    }
}

#[test]
fn exit_ends_the_run_and_not_the_process() {
    let vm = Vm::new().unwrap();
    define_map(&vm);
    for text in [
        "(exit 3)",
        "(host-map (lambda (x) (exit 3)) '(1))",
        "(emergency-exit 3)",
        "(host-map (lambda (x) (emergency-exit 3)) '(1))",
    ] {
        let error = vm.eval::<Root>(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Exit(3), "{text}");
    }
    let text = "(define trail '())
                (dynamic-wind
                  (lambda () #t)
                  (lambda () (host-map (lambda (x) (exit 4)) '(1)))
                  (lambda () (set! trail '(unwound))))";
    assert_eq!(vm.eval::<Root>(text).unwrap_err().kind(), ErrorKind::Exit(4));
    assert_eq!(vm.eval_text("trail").unwrap(), "(unwound)");
}

#[test]
fn machines_call_each_other() {
    let (a, b) = (Vm::new().unwrap(), Vm::new().unwrap());
    let inner = b.clone();
    a.define("ask-b", move |text: String| inner.eval_text(&text)).unwrap();
    assert_eq!(a.eval::<String>("(ask-b \"(list 1 2)\")").unwrap(), "(1 2)");
    let of_a: Root<Procedure> = a.eval("car").unwrap();
    let error = b.enter(|cx| cx.call::<Root>(&of_a, (1,))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongVm);
    drop(a);
    assert_eq!(of_a.call::<Root>((1,)).unwrap_err().kind(), ErrorKind::WrongVm);
    assert_eq!(b.eval::<i64>("1").unwrap(), 1);
}

#[test]
fn the_guest_calls_a_host_that_evaluates() {
    for vm in machines() {
        let weak = vm.downgrade();
        vm.define("evaluate", move |text: String| weak.upgrade().unwrap().eval::<Root>(&text))
            .unwrap();
        assert_eq!(
            vm.eval_text("(cons 1 (evaluate \"(evaluate \\\"'(2 3)\\\")\"))").unwrap(),
            "(1 2 3)"
        );
    }
}

#[test]
fn a_window_lets_no_guest_code_run() {
    for vm in machines() {
        let double: Root<Procedure> = vm.eval("(lambda (x) (* 2 x))").unwrap();
        let kinds = vm
            .window(|w| {
                let list = w.make(vec![1, 2, 3])?;
                let kinds = [
                    vm.eval::<i64>("1").unwrap_err().kind(),
                    double.call::<i64>((1,)).unwrap_err().kind(),
                    vm.attach().unwrap_err().kind(),
                    vm.collect().unwrap_err().kind(),
                ];
                assert_eq!(w.write(list), "(1 2 3)");
                Ok(kinds)
            })
            .unwrap();
        assert_eq!(kinds, [ErrorKind::Window; 4]);
        assert_eq!(double.call::<i64>((4,)).unwrap(), 8);
    }
}

#[test]
fn procedures_that_work_in_a_window() {
    for vm in machines() {
        vm.define_in_window("rotate", 2..=3, |w, arguments| {
            let mut turned = arguments[1..].to_vec();
            turned.push(arguments[0]);
            w.list(&turned)
        })
        .unwrap();
        assert_eq!(vm.eval_text("(rotate 1 2 3)").unwrap(), "(2 3 1)");
        assert_eq!(vm.eval_text("(rotate 1 (list 2))").unwrap(), "((2) 1)");
        assert_eq!(vm.eval::<Root>("(rotate 1)").unwrap_err().kind(), ErrorKind::Arity);
    }
}

#[test]
fn a_procedure_of_the_host_is_redefined() {
    let vm = Vm::new().unwrap();
    vm.define("f", || 1).unwrap();
    vm.eval::<()>("(define (g) (f))").unwrap();
    assert_eq!(vm.eval::<i64>("(g)").unwrap(), 1);
    vm.define("f", || 2).unwrap();
    assert_eq!(vm.eval::<i64>("(g)").unwrap(), 2);
    vm.define("car", |_: Root<Value>| 3).unwrap();
    assert_eq!(vm.eval::<i64>("(car '(1))").unwrap(), 3);
}

#[test]
fn errors_of_the_host_that_it_makes() {
    let vm = Vm::new().unwrap();
    vm.define("refuse", |what: String| -> Result<(), Error> { Err(Error::new(what)) }).unwrap();
    let error = vm.eval::<()>("(refuse \"no\")").unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Host, "no"));
}

#[test]
fn a_continuable_exception_is_answered_inside_a_call_and_ends_it_otherwise() {
    for vm in machines() {
        vm.define("through", |cx: &mut Context, f: Root<Procedure>| cx.call::<Root>(&f, ()))
            .unwrap();
        let inside = "(through (lambda ()
            (with-exception-handler (lambda (e) (* 10 e)) (lambda () (+ 1 (raise-continuable 4))))))";
        assert_eq!(vm.eval::<i64>(inside).unwrap(), 41);
        // The host stands between: a handler outside gets what the host returns, by `raise`.
        let outside = "(define seen '())
            (with-exception-handler
              (lambda (e) (set! seen (cons e seen)) 10)
              (lambda () (through (lambda () (+ 1 (raise-continuable 4))))))";
        assert!(vm.eval::<i64>(outside).is_err());
        assert_eq!(vm.eval::<i64>("(if (memv 4 seen) (length seen) 0)").unwrap(), 1);
        let guarded = "(guard (e (#t (* 2 e))) (through (lambda () (+ 1 (raise-continuable 4)))))";
        assert_eq!(vm.eval::<i64>(guarded).unwrap(), 8);
    }
}
