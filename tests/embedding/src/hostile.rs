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
    /// Either it is done or refused before the time is over, or time stops it.
    Done,
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
    Time "sorting with a comparison that never agrees with itself"
        "(import (srfi 132)) (let ((l (iota 1000)))
           (let loop () (list-sort (lambda (a b) (odd? (random-integer 2))) l) (loop)))";
    Done "a regexp that is catastrophic for backtracking"
        "(import (srfi 115))
         (if (regexp-matches '(: (+ (+ (or #\\a \"aa\"))) #\\b) (make-string 1000 #\\a)) 1 0)";
    Time "the same and a text of ten million characters"
        "(import (srfi 115))
         (if (regexp-matches '(: (+ (+ (or #\\a \"aa\"))) #\\b) (make-string 10000000 #\\a)) 1 0)";
    Time "a regexp with 10^12 repetitions"
        "(import (srfi 115))
         (if (regexp-search '(= 10000 (= 10000 (= 10000 #\\a))) \"aaa\") 1 0)";
    Time "a regexp that is nested for ever"
        "(import (srfi 115))
         (let ((sre (list '* \"a\"))) (set-cdr! (cdr sre) (list sre)) (if (regexp-search sre \"aaa\") 1 0))";
    Done "equal? of two circular lists of different lengths"
        "(let ((a (list 1 1)) (b (list 1 1 1)))
           (set-cdr! (cdr a) a) (set-cdr! (cddr b) b) (if (equal? a b) 1 0))";
    Time "equal? of two structures of 2^60 parts"
        "(define (dag n) (if (= n 0) (list 1) (let ((d (dag (- n 1)))) (cons d d))))
         (let loop () (equal? (dag 60) (dag 60)) (loop))";
    Time "equal? of two vectors, each nested a million deep"
        "(define (deep n) (let loop ((n n) (v #f)) (if (= n 0) v (loop (- n 1) (vector v)))))
         (let ((a (deep 1000000)) (b (deep 1000000))) (let loop () (equal? a b) (loop)))";
    Time "a structure of 2^60 parts hashed"
        "(define (dag n) (if (= n 0) '() (let ((d (dag (- n 1)))) (cons d d))))
         (let ((table (make-equal-hash-table)))
           (let loop ((n 0)) (hash-table-set! table (dag 60) n) (loop (+ n 1))))";
    Done "a number of a hundred million digits read"
        "(if (even? (string->number (make-string 100000000 #\\7))) 1 0)";
    Time "a number of ten million digits written"
        "(string-length (number->string (expt 7 11832947)))";
    Done "an exponent of thirty million digits read"
        "(if (string->number (string-append \"1e\" (make-string 30000000 #\\9))) 1 0)";
    Itself "an exact number with a huge exponent read"
        "(if (number? (string->number \"#e1e1000000000000\")) (vector-ref #() 0) (vector-ref #() 0))";
    Itself "(expt 1/3 1e12)" "(expt 1/3 1000000000000)";
    Itself "(exact 1e308) to the power of a million million" "(expt (exact 1e308) 1000000000000)";
    Time "integers that are divided" "(let loop ((n (expt 7 3000000))) (quotient n (+ (expt 3 200) 1)) (loop n))";
    Time "greatest common divisors" "(let ((a (expt 7 400000)) (b (expt 5 400000))) (let loop () (gcd a b) (loop)))";
    Time "roots of huge integers" "(let loop () (exact-integer-sqrt (expt 7 3000000)) (loop))";
    Time "a list of a million parentheses read"
        "(let ((s (make-string 3000000 #\\())) (let loop () (guard (e (#t #f)) (read (open-input-string s))) (loop)))";
    Done "a text of a million nested quotes read"
        "(begin (read (open-input-string (string-append (make-string 1000000 #\\') \"x\"))) 0)";
    Done "a text of datum labels read"
        "(begin (guard (e (#t 0)) (read (open-input-string \"#0=(#0# . #1=(#0# #1# . #2=#2#))\"))) 0)";
    Time "a comment that does not end"
        "(let ((s (string-append \"#|\" (make-string 30000000 #\\|)))) (let loop () (guard (e (#t #f)) (read (open-input-string s))) (loop)))";
    Time "a flood into a string port"
        "(let ((port (open-output-string))) (let loop () (write-string \"0123456789\" port) (loop)))";
    Memory "a flood into a string port"
        "(let ((port (open-output-string))) (let loop () (write-string \"0123456789\" port) (loop)))";
    Time "before and after thunks that loop"
        "(let loop () (dynamic-wind loop (lambda () #f) loop))";
    Time "handlers that handle the limit's condition and go on"
        "(let again () (guard (e (#t (again))) (let loop () (loop))))";
    Fuel "handlers that handle the limit's condition and go on"
        "(let again () (guard (e (#t (again))) (let loop () (loop))))";
    Memory "handlers that handle the limit's condition and go on"
        "(let again () (guard (e (#t (again))) (let loop ((l '())) (loop (cons 1 l)))))";
    Time "a handler that returns to where the limit was noticed"
        "(with-exception-handler (lambda (e) 1) (lambda () (let loop () (loop))))";
    Time "handlers within handlers"
        "(define (f) (with-exception-handler (lambda (e) (f)) (lambda () (raise 1)))) (f)";
    Time "an after thunk that leaves by a continuation"
        "(call/cc (lambda (out) (let loop () (call/cc (lambda (k)
           (dynamic-wind (lambda () #f) (lambda () (let spin () (spin))) (lambda () (k 1))))) (loop))))";
    Time "a continuation that is entered again and again"
        "(let ((k #f) (n 0)) (call/cc (lambda (c) (set! k c))) (set! n (+ n 1)) (k n))";
    Time "a generator that is resumed for ever"
        "(import (lisle control))
         (let ((g (make-coroutine-generator (lambda (yield) (let loop ((n 0)) (yield n) (loop (+ n 1)))))))
           (let loop () (g) (loop)))";
    Time "threads that start threads and handle everything"
        "(define (spawn) (thread-start! (make-thread (lambda () (guard (e (#t (spawn))) (spawn) (spawn))))))
         (spawn) (let loop () (guard (e (#t #f)) (thread-yield!)) (loop))";
    Time "a list that is sorted while it is changed"
        "(import (srfi 132)) (let ((v (make-vector 100000 1)))
           (thread-start! (make-thread (lambda () (let loop ((i 0)) (vector-set! v (modulo i 100000) i) (loop (+ i 7))))))
           (let loop () (vector-sort! v <) (loop)))";
    Time "a string that is searched"
        "(import (srfi 13)) (let ((s (make-string 3000000 #\\a)) (t (string-append (make-string 30000 #\\a) \"b\")))
           (let loop () (string-contains s t) (loop)))";
    Time "a list that is made by a macro"
        "(define-syntax m (er-macro-transformer (lambda (f r c) (let loop ((l '())) (loop (cons 1 l)))))) (m)";
    Time "a body of a library that loops"
        "(define-library (hostile endless) (import (scheme base)) (export x) (begin (define x (let loop () (loop)))))
         (import (hostile endless)) x";
};

/// A script with a long text.
struct Long {
    title: &'static str,
    script: fn() -> String,
    limit: Stop,
}

/// Is stopped by time, or done.
const fn long(title: &'static str, script: fn() -> String) -> Long {
    Long { title, script, limit: Stop::Done }
}

const LONG: &[Long] = &[
    Long {
        limit: Stop::Time,
        ..long("a script of thirty million parentheses", || "(".repeat(30_000_000))
    },
    long("a script of a million nested quotes", || "'".repeat(1_000_000) + "()"),
    long("a script with a list of two million", || around("(length '(", "1 ", "))")),
    long("a script with a vector of two million", || around("(vector-length #(", "1 ", "))")),
    long("a script with a long string", || around("(string-length \"", "a", "\")")),
    long("a script with two million comments", || around("1 ", "#||#", "")),
    long("a script of a call with two million arguments", || around("(+ ", "1 ", ")")),
    long("a script with a body of two million expressions", || {
        around("(let () ", "(car x) ", "1)")
    }),
    long("a script of two million definitions", || around("", "(define x 1)", "x")),
    long("a script of half a million nested calls", || nested("(+ 1 ", ")")),
    long("a script of half a million nested procedures", || nested("((lambda (x) ", "x) 1)")),
];

fn around(head: &str, unit: &str, tail: &str) -> String {
    format!("{head}{}{tail}", unit.repeat(2_000_000))
}
fn nested(head: &str, tail: &str) -> String {
    format!("{}1{}", head.repeat(500_000), tail.repeat(500_000))
}

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
    for Long { title, script, limit } in LONG {
        tell(&run_one(&vm, *limit, title, &script()));
    }
    for hostile in ALL {
        tell(&run_one(&vm, hostile.limit, hostile.title, hostile.script));
    }
    Ok(())
}

fn run_one(vm: &Vm, limit: Stop, title: &'static str, script: &str) -> Ended {
    let wide = Limits::new().deadline(Duration::from_secs(60)).threads(50_000);
    let (limits, name, from) = match limit {
        Stop::Time => (wide.deadline(DEADLINE), "100 ms", DEADLINE),
        Stop::Fuel => (wide.fuel(100_000), "100,000 steps", Duration::ZERO),
        Stop::Memory => (wide.memory(16 << 20), "16 MiB", Duration::ZERO),
        Stop::Itself => (wide, "-", Duration::ZERO),
        Stop::Done => (wide.deadline(DEADLINE), "100 ms or done", DEADLINE),
    };
    let start = Instant::now();
    let result = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<i64>(script)));
    let late = start.elapsed().saturating_sub(from);
    let is_expected = match (&result, limit) {
        (Ok(_), limit) => limit == Stop::Done,
        (Err(error), limit) => match error.kind() {
            ErrorKind::HeapExhausted => true,
            ErrorKind::Type | ErrorKind::Range => matches!(limit, Stop::Itself | Stop::Done),
            ErrorKind::Limit(_) => limit != Stop::Itself,
            _ => false,
        },
    };
    let answers = matches!(vm.eval::<i64>("(apply + (map square '(1 2 3)))"), Ok(14));
    Ended { title, limit: name, late, result, is_right: is_expected && answers }
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
