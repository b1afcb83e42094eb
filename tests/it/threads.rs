//! Threads of whole programs: errors and deadlocks as they are told, termination, and many threads
//! at once. What a plain program can check is in `tests/scheme/threads`.

use crate::child::{run_sized, run_text};

#[test]
fn an_uncaught_error_is_told_at_once_and_comes_out_of_the_join() {
    let run = run_text(
        &[],
        "(define (fail x)\n  (+ 1 (car x)))\n(define t (thread-start! (make-thread (lambda () (fail 5)) 'worker)))
         (display (guard (e ((uncaught-exception? e)
                             (condition/report-string (uncaught-exception-reason e))))
                    (thread-join! t)))",
    );
    run.printed("car: argument 1 must be a pair: 5");
    for part in ["in thread worker: car", "program.scm:2:8", "in fail"] {
        assert!(run.errors.contains(part), "{}", run.report());
    }
}

#[test]
fn a_thread_without_a_name_has_a_number() {
    let run = run_text(
        &[],
        "(define t (thread-start! (make-thread (lambda () (raise 'oops)))))
         (guard (e (#t #f)) (thread-join! t))",
    );
    assert!(run.errors.contains("in thread #"), "{}", run.report());
}

#[test]
fn an_error_that_nobody_joins_leaves_the_others_alone() {
    let run = run_text(
        &[],
        "(define bad (thread-start! (make-thread (lambda () (vector-ref (vector) 0)) 'bad)))
         (define good (thread-start! (make-thread (lambda () (thread-sleep! 0.1) 'good))))
         (display (thread-join! good))",
    );
    run.printed("good");
    assert!(run.errors.contains("in thread bad: vector-ref"), "{}", run.report());
}

#[test]
fn the_program_ends_with_the_main_thread() {
    run_text(&[], "(thread-start! (make-thread (lambda () (let loop () (loop)))))\n(display 'end)")
        .printed("end");
}

#[test]
fn a_deadlock_ends_the_program_and_says_who_waits_for_what() {
    run_text(
        &[],
        "(define a (make-mutex 'a))
         (define b (make-mutex 'b))
         (mutex-lock! a)
         (define t (make-thread (lambda () (mutex-lock! b) (mutex-lock! a)) 'worker))
         (thread-start! t)
         (thread-sleep! 0.1)
         (mutex-lock! b)",
    )
    .failed_with(&[
        "every thread waits for another one",
        "thread `main` waits for mutex `b`, owned by thread `worker`",
        "thread `worker` waits for mutex `a`, owned by thread `main`",
        "program.scm:7",
    ]);
    for (form, says) in [
        ("(channel-receive! (make-channel #f 'quiet))", "a value on channel `quiet`"),
        (
            "(let ((c (make-channel 1 'full))) (channel-send! c 1) (channel-send! c 2))",
            "room on channel `full`",
        ),
        (
            "(channel-select (list (list (make-channel #f 'left) car) (list (make-channel #f 'right) car)))",
            "one of the channels `left`, `right`",
        ),
        ("(let ((m (make-mutex 'twice))) (mutex-lock! m) (mutex-lock! m))", "mutex `twice`"),
        (
            "(let ((m (make-mutex)) (c (make-condition-variable 'cv))) (mutex-lock! m) (mutex-unlock! m c))",
            "condition variable `cv`",
        ),
        (
            "(thread-join! (make-thread (lambda () 1) 'unstarted))",
            "a thread that was never started",
        ),
        ("(thread-join! (current-thread))", "the end of thread `main`"),
    ] {
        let run = run_text(&[], &format!("\n{form}"));
        run.failed_with(&[&format!("waits for {says}"), "program.scm:2"]);
    }
}

#[test]
fn no_deadlock_while_somebody_sleeps_or_waits_with_a_timeout() {
    run_sized(
        &[],
        100,
        "(define c (make-channel))
         (define t (thread-start! (make-thread (lambda () (thread-sleep! 0.3) (channel-send! c 'late)))))
         (display (channel-receive! c))
         (display (channel-receive! c 0.1 'timeout))
         (define (ping from to n)
           (if (> n 0) (begin (channel-send! to (channel-receive! from)) (ping from to (- n 1)))))
         (define a (make-channel))
         (define b (make-channel))
         (define one (thread-start! (make-thread (lambda () (ping a b (size 20000))))))
         (define two (thread-start! (make-thread (lambda () (ping b a (- (size 20000) 1))))))
         (channel-send! a 'ball)
         (thread-join! one)
         (thread-join! two)
         (display (channel-receive! b))",
    )
    .printed("latetimeoutball");
}

#[test]
fn whatever_a_thread_does_it_can_be_terminated() {
    run_text(
        &[],
        "(define m (make-mutex))
         (define c (make-channel))
         (define full (make-channel 1))
         (channel-send! full 1)
         (define cv (make-condition-variable))
         (mutex-lock! m)
         (define (terminated thunk)
           (let ((t (thread-start! (make-thread thunk))))
             (thread-sleep! 0.01)
             (thread-terminate! t)
             (guard (e ((terminated-thread-exception? e) #t)) (thread-join! t) #f)))
         (display
          (map terminated
               (list (lambda () (let loop () (loop)))
                     (lambda () (let loop ((l '())) (loop (list l))))
                     (lambda () (let loop () (guard (e (#t #f)) (raise 1)) (loop)))
                     (lambda () (dynamic-wind (lambda () #f) (lambda () (let loop () (loop))) (lambda () #f)))
                     (lambda () (let loop ((i 0)) (+ 1 (loop (+ i 1)))))
                     (lambda () (thread-sleep! 1000))
                     (lambda () (mutex-lock! m))
                     (lambda () (let ((n (make-mutex))) (mutex-lock! n) (mutex-unlock! n cv)))
                     (lambda () (channel-receive! c))
                     (lambda () (channel-send! full 2))
                     (lambda () (channel-select (list (list c car))))
                     (lambda () (thread-join! (current-thread)))
                     (lambda () (let loop () (with-exception-handler (lambda (e) 1) (lambda () (raise-continuable 1))) (loop))))))",
    )
    .printed("(#t #t #t #t #t #t #t #t #t #t #t #t #t)");
}

/// A thread that waits for the terminal or a pipe, too.
#[test]
fn a_reader_can_be_terminated() {
    let program =
        "(define t (thread-start! (make-thread (lambda () (thread-sleep! 0.01) (read-line)))))
         (thread-sleep! 0.1)
         (thread-terminate! t)
         (display (guard (e ((terminated-thread-exception? e) 'terminated)) (thread-join! t)))";
    let mut child = crate::support::command()
        .args(["-e", program])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("lisle can be started");
    let (status, _) = crate::child::wait(&mut child, std::time::Duration::from_secs(20));
    assert!(status.is_some_and(|status| status.success()), "{status:?}");
}

#[test]
fn a_thousand_threads_allocate_and_pass_messages() {
    run_sized(
        &[],
        50,
        "(define results (make-channel))
         (define inboxes (vector-map (lambda (i) (make-channel)) (make-vector (size 1000) 0)))
         (define (build n) (if (= n 0) '() (cons (list n) (build (- n 1)))))
         (define (worker i)
           (lambda ()
             (let ((l (build 300)))
               (channel-send! (vector-ref inboxes (modulo (+ i 1) (size 1000))) (length l))
               (let ((got (channel-receive! (vector-ref inboxes i))))
                 (channel-send! results (+ got (length (build 50))))))))
         (define threads
           (let loop ((i 0) (l '()))
             (if (= i (size 1000)) l (loop (+ i 1) (cons (thread-start! (make-thread (worker i))) l)))))
         (for-each thread-join! threads)
         (define total
           (let loop ((i 0) (sum 0))
             (if (= i (size 1000)) sum (loop (+ i 1) (+ sum (channel-receive! results))))))
         (display (= total (* 350 (size 1000))))",
    )
    .printed("#t");
}

#[test]
fn threads_come_and_go() {
    run_sized(
        &[],
        50,
        "(define (one i) (thread-join! (thread-start! (make-thread (lambda () (list i))))))
         (define (many n sum) (if (= n 0) sum (many (- n 1) (+ sum (car (one n))))))
         (define n (size 3000))
         (display (= (many n 0) (/ (* n (+ n 1)) 2)))
         (define (tree n)
           (if (= n 0)
               1
               (let ((t (thread-start! (make-thread (lambda () (tree (- n 1)))))))
                 (+ (tree (- n 1)) (thread-join! t)))))
         (define depth (if (= n 3000) 8 4))
         (display (= (tree depth) (expt 2 depth)))",
    )
    .printed("#t#t");
}

#[test]
fn continuations_and_threads() {
    run_sized(
        &[],
        50,
        "(define (generate n) (make-coroutine-generator (lambda (yield) (let loop ((i 0)) (if (< i n) (begin (yield i) (loop (+ i 1))))))))
         (define (sum g total) (let ((x (g))) (if (eof-object? x) total (sum g (+ total x)))))
         (define (worker) (sum (generate (size 20000)) 0))
         (define threads (map (lambda (i) (thread-start! (make-thread worker))) '(1 2 3 4)))
         (define n (size 20000))
         (define (right? total) (= total (/ (* n (- n 1)) 2)))
         (display (map right? (map thread-join! threads)))
         ;; A generator that wanders from thread to thread.
         (define g (generate 1000))
         (define (next) (thread-join! (thread-start! (make-thread g))))
         (display (let loop ((i 0) (total 0)) (if (= i 100) total (loop (+ i 1) (+ total (next))))))",
    )
    .printed("(#t #t #t #t)4950");
}
