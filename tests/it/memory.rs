//! How much memory programs take: loops that pass fresh data run in as much as an empty one, deep
//! recursion in an amount linear in its depth. And that no program leaves anything behind.

use crate::child::{Run, run_text};
use crate::support::root;
use lisle_tests::{Header, programs_under};
use std::fmt::Write as _;

/// What a loop may take: the machine itself, the nursery and its copies.
const FLAT: usize = 64 << 20;

/// What a loop may take that leaves memory outside the heap to the collector: the old generation is
/// not collected before it holds 32 MiB.
const FLAT_OUTSIDE: usize = 96 << 20;

/// Runs a loop that has to run in flat memory and print this.
#[track_caller]
fn runs_flat(text: &str, printed: &str) {
    runs_within(FLAT, text, printed);
}

#[track_caller]
fn runs_within(most: usize, text: &str, printed: &str) {
    let run = run_text(&[], text);
    run.printed(printed);
    assert!(run.peak < most, "it took {} KiB", run.peak >> 10);
}

fn seconds(run: impl FnOnce() -> Run) -> (Run, f64) {
    let start = std::time::Instant::now();
    let run = run();
    (run, start.elapsed().as_secs_f64())
}

#[test]
fn a_loop_may_pass_fresh_closures() {
    runs_flat(
        "(define (loop n f) (if (= n 0) (f) (loop (- n 1) (lambda () (+ n 1)))))
         (display (loop 3000000 (lambda () 0)))",
        "2",
    );
}

#[test]
fn a_loop_may_pass_closures_over_assigned_variables() {
    runs_flat(
        "(define (loop n f)
           (if (= n 0)
               (f)
               (let ((count n))
                 (loop (- n 1) (lambda () (set! count (+ count 1)) count)))))
         (display (loop 3000000 (lambda () 0)))",
        "2",
    );
}

#[test]
fn a_loop_may_pass_fresh_lists() {
    runs_flat(
        "(define (loop n l) (if (= n 0) (length l) (loop (- n 1) (list n (car l) 'x))))
         (display (loop 3000000 '(0)))",
        "3",
    );
}

#[test]
fn a_loop_may_pass_fresh_continuations() {
    runs_flat(
        "(define (loop n k)
           (if (= n 0)
               'done
               (loop (- n 1) (call/cc (lambda (here) here)))))
         (display (loop 1000000 #f))
         (define (back n k) (if (= n 0) 'back (back (- n 1) (call/cc (lambda (c) (c c))))))
         (display (back 1000000 #f))",
        "doneback",
    );
}

#[test]
fn a_continuation_may_be_entered_for_ever() {
    runs_flat(
        "(define k #f)
         (define n 0)
         (define (step) (call/cc (lambda (c) (set! k c))) (set! n (+ n 1)))
         (define (run) (step) (if (< n 1000000) (k #f) (display n)))
         (run)",
        "1000000",
    );
}

/// Two states that become each other, each with what the other left.
#[test]
fn toggle() {
    runs_flat(
        "(define (on n state) (if (= n 0) (car state) (off (- n 1) (list 'off state-size))))
         (define (off n state) (if (= n 0) (car state) (on (- n 1) (list 'on state-size))))
         (define state-size (make-vector 10 0))
         (display (on 3000000 (list 'start)))
         (define (turn-on n) (lambda () (if (= n 0) 'on (turn-off (- n 1)))))
         (define (turn-off n) (lambda () (if (= n 0) 'off (turn-on (- n 1)))))
         (define (drive f) (if (procedure? f) (drive (f)) f))
         (display (drive (turn-on 1000001)))",
        "onoff",
    );
}

/// A call in tail position of what a callee was given, frame after frame.
#[test]
fn memory_growth() {
    runs_flat(
        "(define (forever n data next)
           (if (= n 0)
               (vector-length data)
               (next (- n 1) (make-vector 20 data-free) next)))
         (define data-free #f)
         (define (again n data next) (forever n data next))
         (display (forever 1000000 (vector 1) again))
         (define (drop-it n big) (if (= n 0) 'done (drop-it (- n 1) (cons n '()))))
         (display (drop-it 3000000 (make-vector 100 0)))",
        "20done",
    );
}

/// `F(x) = F(G(x))` where G keeps what it was given only until it has returned.
#[test]
fn the_contrived_f_of_x() {
    runs_flat(
        "(define (g x) (let ((f (lambda () (car x)))) (cons (+ 1 (f)) '())))
         (define (f x) (if (= (car x) 2000000) (car x) (f (g x))))
         (display (f (cons 0 '())))
         (define (h n x) (if (= n 0) 'done (h (- n 1) (lambda () (if x 1 2)))))
         (display (let loop ((n 1000000) (x #f))
                    (if (= n 0) (x) (loop (- n 1) (let ((y (and x (x)))) (lambda () (if y 1 2)))))))",
        "20000001",
    );
}

#[test]
fn handlers_and_winders_leave_nothing_behind() {
    runs_flat(
        "(define (loop n)
           (if (= n 0)
               'done
               (begin
                 (guard (e (#t #f)) (raise n))
                 (guard (e ((string? e) e) ((number? e) #f)) (raise n))
                 (with-exception-handler (lambda (e) 0) (lambda () (+ 1 (raise-continuable n))))
                 (dynamic-wind (lambda () #f) (lambda () n) (lambda () #f))
                 (parameterize ((p n)) (p))
                 (loop (- n 1)))))
         (define p (make-parameter 0))
         (display (loop 100000))",
        "done",
    );
}

#[test]
fn a_generator_may_go_on_for_ever() {
    runs_flat(
        "(define g (make-coroutine-generator (lambda (yield) (let loop ((i 0)) (yield i) (loop (+ i 1))))))
         (define (take n) (if (= n 0) (g) (begin (g) (take (- n 1)))))
         (display (take 200000))",
        "200000",
    );
}

#[test]
fn ten_million_calls_deep_is_an_ordinary_program() {
    let count = |n: usize| {
        format!("(define (count n) (if (= n 0) 0 (+ 1 (count (- n 1))))) (display (count {n}))")
    };
    let (small, short) = seconds(|| run_text(&[], &count(2_000_000)));
    let (large, long) = seconds(|| run_text(&[], &count(10_000_000)));
    small.printed("2000000");
    large.printed("10000000");
    assert!(large.peak < 1 << 30, "it took {} MiB", large.peak >> 20);
    // Five times as deep; rescanning the stack would make it twenty-five times as long.
    assert!(long < 15.0 * short + 1.0, "{short} s for two million and {long} s for ten");
}

#[test]
fn a_long_list_may_be_built_by_recursion() {
    let run = run_text(
        &[],
        "(define (build n) (if (= n 0) '() (cons n (build (- n 1)))))
         (display (length (build 3000000)))
         (display (length (map (lambda (x) (list x)) (build 1000000))))",
    );
    run.printed("30000001000000");
    assert!(run.peak < 1 << 30, "it took {} MiB", run.peak >> 20);
}

#[test]
fn deep_recursion_leaves_its_memory_for_others() {
    let run = run_text(
        &["--heap-limit", "256M"],
        "(define (count n) (if (= n 0) 0 (+ 1 (count (- n 1)))))
         (define (again n) (if (> n 0) (begin (count 1000000) (again (- n 1)))))
         (again 20)
         (display 'done)",
    );
    run.printed("done");
}

#[test]
fn the_heap_is_filled_by_several_at_once() {
    let run = run_text(
        &["--heap-limit", "64M"],
        "(define (grow l) (grow (cons 1 l)))
         (define (careful) (guard (e ((heap-exhausted? e) 'full)) (grow '())))
         (define (deep n) (+ 1 (deep n)))
         (define (careful-deep) (guard (e ((heap-exhausted? e) 'full)) (deep 0)))
         (define threads
           (map (lambda (f) (thread-start! (make-thread f))) (list careful careful-deep careful careful-deep)))
         (display (map thread-join! threads))
         (display (length (make-list 300000 0)))",
    );
    run.printed("(full full full full)300000");
}

/// Code, its constants, and what was given to `eval` in place of data. Every second procedure is kept
/// for a while.
#[test]
fn evaluated_code_leaves_nothing_behind() {
    runs_within(
        FLAT_OUTSIDE,
        "(define env (environment '(scheme base)))
         (define kept (make-vector 1000 car))
         (let loop ((i 0) (sum 0))
           (if (= i 300000)
               (display sum)
               (let ((p (eval `(lambda (x) (+ (,(lambda () i)) (string-length \"text\") x)) env)))
                 (if (even? i) (vector-set! kept (modulo i 1000) p))
                 (loop (+ i 1) (+ sum (p 1) (if (even? i) 0 -5))))))",
        "45000600000",
    );
}

/// What these leave behind takes time to go: threads that still sleep.
const SLEEPERS: &str = "threads/";

/// Each program runs seven times in one virtual machine. Caches may fill, and what is left of programs
/// before it may go; but when more is alive after most of the last five runs, and more in all than one
/// of them adds, there is no end to it.
#[test]
fn no_program_leaves_more_alive_each_time_it_runs() {
    let folder = root().join("tests/scheme");
    let mut text =
        format!("(import (lisle base) (lisle probe)) (include {:?})", folder.join("body.scm"));
    text += "(define console (current-output-port))
             (define (alive) (probe-collect-full!) (probe-collect-full!) (probe-used-bytes))
             (define (check name path . arguments)
               (define program (compiled path))
               (define (run)
                 (parameterize ((current-output-port (open-output-string)))
                   (program (lambda () (cons path arguments)) (lambda status #t))))
               (define (growth) (let ((before (alive))) (run) (- (alive) before)))
               (run)
               (run)
               (let ((growths (vector-map (lambda (_) (growth)) (make-vector 5))))
                 (if (and (> (vector-count positive? growths) 2)
                          (> (vector-fold + 0 growths) (vector-fold max 0 growths)))
                     (begin (write (list name growths) console) (newline console)))))";
    let mut count = 0;
    for path in programs_under(&folder).expect("the folder of the test programs is there") {
        let name = path.strip_prefix(&folder).expect("it is in the folder").display().to_string();
        let header = Header::read(&path).expect("the program can be read");
        if header.fits_a_body(&name) && !name.starts_with(SLEEPERS) {
            let divisor = header.divide.unwrap_or_else(|| "1".to_owned());
            write!(text, "(check {name:?} {path:?} {divisor:?})").expect("a string can be written");
            count += 1;
        }
    }
    assert!(count > 40, "only {count} programs");
    text += "(display 'checked console)";
    run_text(&[], &text).printed("checked");
}
