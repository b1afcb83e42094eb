//! Scripts that try to keep or break the machine, each under a limit: how long after the limit it is
//! back, and with what.
#![expect(clippy::print_stdout, reason = "a table on standard output is what this is for")]

use lisle::{Error, ErrorKind, Limits, Vm};
use std::time::{Duration, Instant};

/// A script, and what stops it.
struct Hostile {
    title: &'static str,
    script: &'static str,
    /// The limit that is to stop it; the others are wide.
    limit: Stop,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Time,
    Fuel,
    Memory,
    /// Refused at once by the machine itself.
    Itself,
}

/// The deadline of those that time stops.
const DEADLINE: Duration = Duration::from_millis(100);

macro_rules! hostile {
    ($($limit:ident $title:literal $script:literal;)*) => {
        &[$(Hostile { title: $title, script: $script, limit: Stop::$limit }),*]
    };
}

const ALL: &[Hostile] = hostile! {
    Time "an endless loop" "(let loop () (loop))";
    Fuel "an endless loop" "(let loop () (loop))";
    Time "a handler that loops" "(let loop () (guard (e (#t (loop))) (loop)))";
    Time "an after thunk that loops"
        "(let loop () (dynamic-wind (lambda () #f) loop (lambda () (let again () (again)))))";
    Time "endless recursion" "(define (f n) (+ 1 (f n))) (f 0)";
    Memory "endless recursion" "(define (f n) (+ 1 (f n))) (f 0)";
    Time "a macro that expands for ever" "(define-syntax f (syntax-rules () ((_ . x) (f . x)))) (f 1)";
    Time "a macro that doubles"
        "(define-syntax f (syntax-rules () ((_ x ...) (f x ... x ...)))) (f 1 2)";
    Time "endless continuations" "(let loop ((k #f)) (call/cc (lambda (k) (loop k))))";
    Itself "(make-vector 1e12)" "(vector-length (make-vector 1000000000000 0))";
    Itself "(make-string 1e10)" "(string-length (make-string 10000000000 #\\a))";
    Itself "(make-bytevector 1e12)" "(bytevector-length (make-bytevector 1000000000000 0))";
    Memory "a string that doubles"
        "(let loop ((s \"0123456789\")) (loop (string-append s s)))";
    Memory "a list that grows" "(let loop ((l '())) (loop (cons 1 l)))";
    Time "ten thousand threads"
        "(define (start n)
           (if (= n 0) '()
               (let ((t (thread-start! (make-thread (lambda () (let loop () (loop)))))))
                 (cons t (start (- n 1))))))
         (for-each thread-join! (start 10000))";
    Time "threads that start threads"
        "(define (spawn) (thread-start! (make-thread (lambda () (spawn) (spawn)))))
         (spawn) (let loop () (thread-yield!) (loop))";
    Itself "a circular list to length" "(let ((l (list 1 2))) (set-cdr! (cdr l) l) (length l))";
    Itself "a circular list to list->vector"
        "(let ((l (list 1 2))) (set-cdr! (cdr l) l) (vector-length (list->vector l)))";
    Itself "a circular list to apply" "(let ((l (list 1 2))) (set-cdr! (cdr l) l) (apply + l))";
    Time "a circular list to for-each"
        "(let ((l (list 1 2))) (set-cdr! (cdr l) l) (for-each (lambda (x) x) l) 0)";
    Time "a structure of 2^60 parts written"
        "(define (dag n) (if (= n 0) '() (let ((d (dag (- n 1)))) (cons d d))))
         (string-length (call-with-output-string (lambda (port) (write-simple (dag 60) port))))";
    Time "integers that grow" "(let loop ((n 3)) (loop (* n n)))";
    Itself "(expt 2 1e12)" "(expt 2 1000000000000)";
    Itself "(arithmetic-shift 1 1e12)" "(arithmetic-shift 1 1000000000000)";
    Time "waiting for nothing" "(channel-receive! (make-channel))";
    Time "sleeping" "(begin (thread-sleep! 100000) 0)";
    Time "a lock that is held" "(let ((m (make-mutex))) (mutex-lock! m) (mutex-lock! m) 0)";
    Time "sorting with a comparison that loops"
        "(import (srfi 132)) (length (list-sort (lambda (a b) (let loop () (loop))) '(3 2 1)))";
};

/// How one script ended.
#[derive(Debug)]
pub struct Ended {
    /// What it is.
    pub title: &'static str,
    /// The name of what was to stop it.
    pub limit: &'static str,
    /// The time after the limit; from the start where there is no deadline.
    pub late: Duration,
    /// What came of it.
    pub result: Result<i64, Error>,
    /// Is the error one of those expected, and does the machine answer?
    pub is_right: bool,
}

/// Runs every script and gives what came of each, as soon as it has ended.
///
/// # Errors
/// When no machine can be made.
pub fn run(mut tell: impl FnMut(&Ended)) -> Result<(), Error> {
    let vm = Vm::builder().heap_limit(512 << 20).build()?;
    for hostile in ALL {
        tell(&run_one(&vm, hostile));
    }
    Ok(())
}

fn run_one(vm: &Vm, hostile: &Hostile) -> Ended {
    let wide = Limits::new().deadline(Duration::from_secs(60)).threads(50_000);
    let (limits, name, from) = match hostile.limit {
        Stop::Time => (wide.deadline(DEADLINE), "100 ms", DEADLINE),
        Stop::Fuel => (wide.fuel(100_000), "100,000 steps", Duration::ZERO),
        Stop::Memory => (wide.memory(16 << 20), "16 MiB", Duration::ZERO),
        Stop::Itself => (wide, "-", Duration::ZERO),
    };
    let start = Instant::now();
    let result = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<i64>(hostile.script)));
    let late = start.elapsed().saturating_sub(from);
    let is_expected = match (&result, hostile.limit) {
        (Ok(_), _) => false,
        (Err(error), Stop::Itself) => {
            let kind = error.kind();
            matches!(kind, ErrorKind::HeapExhausted | ErrorKind::Type | ErrorKind::Range)
        }
        (Err(error), _) => matches!(error.kind(), ErrorKind::Limit(_) | ErrorKind::HeapExhausted),
    };
    let answers = matches!(vm.eval::<i64>("(apply + (map square '(1 2 3)))"), Ok(14));
    Ended { title: hostile.title, limit: name, late, result, is_right: is_expected && answers }
}

/// Runs every script and prints a table; are all as they should be?
///
/// # Errors
/// When no machine can be made.
pub fn report() -> Result<bool, Error> {
    println!("| script | limit | back after (ms) | with |");
    println!("|---|---|---:|---|");
    let mut are_right = true;
    run(|Ended { title, limit, late, result, is_right }| {
        let with = match result {
            Ok(n) => n.to_string(),
            Err(error) => error.to_string().lines().next().unwrap_or_default().to_owned(),
        };
        let mark = if *is_right { "" } else { " (WRONG)" };
        println!("| {title} | {limit} | {:.1} | {with}{mark} |", late.as_secs_f64() * 1000.0);
        are_right &= is_right;
    })?;
    Ok(are_right)
}
