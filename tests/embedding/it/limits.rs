//! Limits: hostile scripts are stopped soon after the limit, and the machine can be used afterwards.

use lisle::{
    Capabilities, Capability, Context, Error, ErrorKind, Limit, Limits, Procedure, Root, Vm,
};
use std::time::{Duration, Instant};

/// Evaluates under limits; the machine must answer afterwards.
fn under(vm: &Vm, limits: Limits, text: &str) -> Result<i64, Error> {
    let result = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<i64>(text)));
    assert_eq!(vm.eval::<i64>("(apply + '(1 2 3))").expect("the machine answers"), 6);
    result
}

#[track_caller]
fn reaches(result: Result<i64, Error>, limit: Limit) {
    assert_eq!(result.expect_err("a limit is reached").kind(), ErrorKind::Limit(limit));
}

const ENDLESS: &[&str] = &[
    "(let loop () (loop))",
    "(let loop ((i 0)) (loop (+ i 1)))",
    "(define (f) (+ 1 (f))) (f)",
    "(let loop () (guard (e (#t (loop))) (loop)))",
    "(let loop () (with-exception-handler (lambda (e) (loop)) (lambda () (loop))))",
    "(let loop () (dynamic-wind (lambda () #f) (lambda () (loop)) (lambda () (loop))))",
    "(let loop () (dynamic-wind (lambda () #f) loop (lambda () (let again () (again)))))",
    "(let loop ((k #f)) (call/cc (lambda (k) (loop k))))",
    "(define l (list 1)) (set-cdr! l l) (for-each (lambda (x) x) (list l)) (let loop () (loop))",
    "(thread-join! (thread-start! (make-thread (lambda () (let loop () (loop))))))",
    "(let-syntax ((m (er-macro-transformer (lambda (f r c) (let loop () (loop)))))) (m))",
    "(let-syntax ((m (er-macro-transformer (lambda (f r c) (eval '(let loop () (loop))))))) (m))",
];

#[test]
fn steps_run_out() {
    let vm = Vm::new().expect("the system has memory");
    for text in ENDLESS {
        reaches(under(&vm, Limits::new().fuel(100_000), text), Limit::Fuel);
    }
    assert_eq!(under(&vm, Limits::new().fuel(10_000), "(* 6 7)").ok(), Some(42));
}

/// A handler that neither allocates nor ends does not outlive a limit of memory, which nothing else
/// than the clock would notice.
#[test]
fn a_handler_that_loops_is_ended_whatever_the_limit() {
    let vm = Vm::new().expect("the system has memory");
    let grow = "(let grow ((l '())) (grow (cons 1 l)))";
    let text = format!("(guard (e (#t (let loop () (loop)))) {grow})");
    reaches(under(&vm, Limits::new().memory(4 << 20), &text), Limit::Memory);
    let text = format!("(dynamic-wind list (lambda () {grow}) (lambda () (let loop () (loop))))");
    reaches(under(&vm, Limits::new().memory(4 << 20), &text), Limit::Memory);
}

#[test]
fn time_runs_out() {
    let vm = Vm::new().expect("the system has memory");
    let waiting = [
        "(thread-sleep! 1000)",
        "(channel-receive! (make-channel))",
        "(let ((m (make-mutex))) (mutex-lock! m) (mutex-lock! m))",
        "(define-syntax f (syntax-rules () ((_ . x) (f . x)))) (f 1)",
        "(define (dag n) (if (= n 0) '() (let ((d (dag (- n 1)))) (cons d d))))
         (string-length (call-with-output-string (lambda (port) (write (dag 60) port))))",
    ];
    for text in ENDLESS.iter().chain(&waiting) {
        let limit = Duration::from_millis(30);
        let start = Instant::now();
        reaches(under(&vm, Limits::new().deadline(limit), text), Limit::Time);
        // What is promised is 50 ms; how long it takes on a loaded machine no test can tell.
        assert!(start.elapsed() < Duration::from_secs(10), "{text}: {:?}", start.elapsed());
    }
}

#[test]
fn memory_runs_out() {
    let vm = Vm::builder().heap_limit(256 << 20).build().expect("the system has memory");
    let limits = Limits::new().memory(8 << 20);
    for text in [
        "(let loop ((l '())) (loop (cons l l)))",
        "(let loop () (make-vector 1000 0) (loop))",
        "(let loop ((s \"ab\")) (loop (string-append s s)))",
        "(make-vector 10000000 0)",
        "(string-length (make-string 100000000 #\\a))",
    ] {
        let error = under(&vm, limits, text).expect_err(text);
        let expected = [ErrorKind::Limit(Limit::Memory), ErrorKind::HeapExhausted];
        assert!(expected.contains(&error.kind()), "{text}: {error}");
    }
    assert_eq!(under(&vm, limits, "(vector-length (make-vector 1000 0))").ok(), Some(1000));
}

#[test]
fn the_heap_limit_holds_without_any_other() {
    let vm = Vm::builder().heap_limit(64 << 20).build().expect("the system has memory");
    for text in [
        "(make-vector 1000000000000 0)",
        "(string-length (make-string 10000000000 #\\a))",
        "(expt 7 (expt 10 9))",
    ] {
        assert!(under(&vm, Limits::new(), text).is_err(), "{text}");
    }
}

/// What an evaluation left behind does not keep others out.
#[test]
fn threads_attach_to_a_heap_full_of_garbage() {
    let vm = Vm::builder().heap_limit(8 << 20).build().expect("the system has memory");
    for _ in 0..20 {
        let others_attach = vm.enter(|cx| {
            let full = cx.eval::<()>("(let loop ((l '())) (loop (cons 1 l)))");
            assert_eq!(full.expect_err("the heap is full").kind(), ErrorKind::HeapExhausted);
            cx.blocking(|| {
                std::thread::scope(|scope| {
                    for _ in 0..3 {
                        scope.spawn(|| drop(vm.attach().expect("what fills it is garbage")));
                    }
                });
            });
            Ok(())
        });
        others_attach.expect("nothing is alive");
    }
}

#[test]
fn a_program_may_handle_a_limit_but_not_for_long() {
    let vm = Vm::new().expect("the system has memory");
    let handled = "(guard (e ((error-object? e) 7)) (let loop () (loop)))";
    // On a busy machine the time it has for that may pass before its thread runs at all.
    let handles = |limits| (0..50).any(|_| under(&vm, limits, handled).ok() == Some(7));
    assert!(handles(Limits::new().fuel(50_000)));
    assert!(handles(Limits::new().deadline(Duration::from_millis(20))));
}

#[test]
fn limits_nest() {
    let vm = Vm::new().expect("the system has memory");
    let outer = Limits::new().fuel(100_000);
    let result: Result<i64, Error> = vm.enter(|cx| {
        cx.limits(outer, |cx| {
            let inner = cx.limits(Limits::new().fuel(10_000), |cx| cx.eval::<i64>(ENDLESS[0]));
            reaches(inner, Limit::Fuel);
            assert_eq!(cx.eval::<i64>("(+ 20 22)")?, 42);
            cx.limits(Limits::new().fuel(u64::MAX), |cx| cx.eval(ENDLESS[0]))
        })
    });
    reaches(result, Limit::Fuel);
}

#[test]
fn a_limited_call_inside_a_host_procedure_ends_alone() {
    let vm = Vm::new().expect("the system has memory");
    vm.define("try", |cx: &mut Context, text: String| {
        let limits = Limits::new().fuel(20_000);
        cx.limits(limits, |cx| cx.eval::<i64>(&text)).unwrap_or(-1)
    })
    .expect("the heap has room");
    assert_eq!(vm.eval::<i64>("(+ (try \"(let loop () (loop))\") (try \"5\"))").ok(), Some(4));
}

#[test]
fn threads_started_inside_are_counted_and_limited() {
    let vm = Vm::new().expect("the system has memory");
    let many = "(let loop ((i 0))
                  (thread-start! (make-thread (lambda () (thread-sleep! 100))))
                  (loop (+ i 1)))";
    let limits = Limits::new().threads(20).deadline(Duration::from_secs(5));
    let error = under(&vm, limits, many).expect_err("no more threads");
    assert!(error.message().contains("no more threads"), "{error}");

    // They begin when all are started: one alone would use up the steps of the starter too.
    let shared = "(define gate (make-mutex))
                  (mutex-lock! gate)
                  (define threads (map (lambda (n) (thread-start! (make-thread
                      (lambda () (mutex-lock! gate) (mutex-unlock! gate) (let loop () (loop))))))
                    '(1 2 3)))
                  (mutex-unlock! gate)
                  (let loop () (loop))";
    let error = under(&vm, Limits::new().fuel(300_000), shared).expect_err("the steps are used up");
    assert_eq!(error.kind(), ErrorKind::Limit(Limit::Fuel));
    let join = "(map (lambda (t) (guard (e (#t 'ended)) (thread-join! t 60 'runs))) threads)";
    assert_eq!(vm.eval_text(join).expect("they can be joined"), "(ended ended ended)");
}

#[test]
fn other_threads_interrupt() {
    let vm = Vm::new().expect("the system has memory");
    for text in ENDLESS.iter().chain(&["(thread-sleep! 1000)"]) {
        let (sender, receiver) = std::sync::mpsc::channel::<lisle::InterruptHandle>();
        let other = std::thread::spawn(move || {
            let handle = receiver.recv().expect("a handle comes");
            std::thread::sleep(Duration::from_millis(20));
            handle.interrupt();
        });
        let result = vm.enter(|cx| {
            cx.limits(Limits::new(), |cx| {
                sender.send(cx.interrupt_handle()).expect("the other waits");
                cx.eval::<i64>(text)
            })
        });
        reaches(result, Limit::Interrupted);
        other.join().expect("it interrupts");
    }
}

#[test]
fn nothing_outside_the_heap_is_allowed_unless_granted() {
    let denied = [
        "(open-input-file \"/etc/passwd\")",
        "(open-output-file \"x\")",
        "(delete-file \"x\")",
        "(file-exists? \"/\")",
        "(directory-list \"/\")",
        "(load \"/etc/passwd\")",
        "(get-environment-variable \"HOME\")",
        "(get-environment-variables)",
        "(display 1)",
        "(read-line)",
        "(write-string \"x\" (current-error-port))",
    ];
    let vm = Vm::new().expect("the system has memory");
    let granting = Vm::builder().capabilities(Capabilities::ALL).build().expect("as before");
    let none = Limits::new().capabilities(Capabilities::NONE);
    for text in denied {
        assert_eq!(vm.eval::<lisle::Root>(text).expect_err(text).kind(), ErrorKind::Denied);
        assert_eq!(under(&granting, none, text).expect_err(text).kind(), ErrorKind::Denied);
    }
    let in_macro = "(let-syntax ((m (er-macro-transformer
                        (lambda (f r c) (open-input-file \"/etc/passwd\"))))) (m))";
    let error = under(&granting, none, in_macro).expect_err("macros run inside the limits");
    assert!(error.message().contains("not allowed"), "{error}");
    let include = vm.eval::<lisle::Root>("(include \"/etc/passwd\")").expect_err("no files");
    assert!(include.message().contains("not allowed"), "{include}");
    let reads = Limits::new().capabilities(Capabilities::NONE.with(Capability::ReadFiles));
    assert_eq!(under(&granting, reads, "(if (file-exists? \"/\") 1 0)").ok(), Some(1));
}

#[test]
fn what_is_large_may_be_made_if_the_memory_is_there() {
    let vm = Vm::new().expect("the system has memory");
    let limits = Limits::new().memory(64 << 20);
    let large =
        "(+ (vector-length (make-vector 1000000 0)) (string-length (make-string 9000000 #\\a)))";
    assert_eq!(under(&vm, limits, large).expect("there is room"), 10_000_000);
    reaches(under(&vm, limits, "(vector-length (make-vector 9000000 0))"), Limit::Memory);
    let outer = Limits::new().memory(16 << 20);
    let nested = vm.enter(|cx| {
        cx.limits(outer, |cx| {
            cx.limits(limits, |cx| cx.eval::<i64>("(vector-length (make-vector 4000000 0))"))
        })
    });
    reaches(nested, Limit::Memory);
}

#[test]
fn what_ports_keep_counts_as_memory() {
    let vm = Vm::new().expect("the system has memory");
    let flood = "(let ((port (open-output-string)))
                   (let loop () (write-string (make-string 1000 #\\a) port) (loop)))";
    reaches(under(&vm, Limits::new().memory(16 << 20), flood), Limit::Memory);
    let text = "(let ((port (open-output-string)) (s (make-string 1000 #\\a)))
                  (let loop ((i 0))
                    (if (= i 1000) (string-length (get-output-string port))
                        (begin (write-string s port) (loop (+ i 1))))))";
    assert_eq!(under(&vm, Limits::new().memory(16 << 20), text).expect("there is room"), 1_000_000);
}

#[test]
fn long_primitives_are_stopped() {
    let vm = Vm::new().expect("the system has memory");
    let scripts = [
        "(let ((s (make-string 1000000 #\\())) (let loop () (guard (e ((read-error? e) #f)) (read (open-input-string s))) (loop)))",
        "(define (dag n) (if (= n 0) (list 1) (let ((d (dag (- n 1)))) (cons d d))))
         (let loop () (equal? (dag 60) (dag 60)) (loop))",
        "(let ((s (make-string 300000 #\\a)) (t (string-append (make-string 30000 #\\a) \"b\")))
           (let loop () (string-search-all t s) (string-search-backward t s 300000) (loop)))",
    ];
    for script in scripts {
        let start = Instant::now();
        reaches(under(&vm, Limits::new().deadline(Duration::from_millis(50)), script), Limit::Time);
        assert!(start.elapsed() < Duration::from_secs(20), "{script}: {:?}", start.elapsed());
    }
}

/// A program that handles the condition has its grace once: not again in its next form, nor in a call
/// of the host that calls it back.
#[test]
fn a_thread_is_told_of_a_limit_once() {
    let vm = Vm::new().expect("the system has memory");
    vm.define("call", |cx: &mut Context, f: Root<Procedure>| cx.call::<Root>(&f, ())).unwrap();
    let handled = "(guard (e (#t (set! told (+ told 1)))) (let loop () (loop)))\n";
    let nested = format!(
        "(define (again n) {handled} (if (< n 100) (call (lambda () (again (+ n 1)))))) (again 0)"
    );
    for text in [handled.repeat(100), nested] {
        for limits in
            [Limits::new().fuel(100_000), Limits::new().deadline(Duration::from_millis(30))]
        {
            vm.set("told", 0).unwrap();
            under(&vm, limits, &text).expect_err("a limit is reached");
            assert_eq!(vm.get::<i64>("told").unwrap(), 1, "{limits:?}");
        }
    }
}

#[test]
fn a_long_text_is_read_and_compiled_within_its_limits() {
    let vm = Vm::new().expect("the system has memory");
    let texts =
        ["(".repeat(5_000_000), "'".repeat(1_500_000) + "()", "(define x 1)".repeat(500_000)];
    for text in texts {
        let limits = Limits::new().deadline(Duration::from_millis(20));
        reaches(under(&vm, limits, &text), Limit::Time);
        reaches(under(&vm, Limits::new().memory(16 << 20), &text), Limit::Memory);
    }
}
