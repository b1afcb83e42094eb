//! Bad input and exhausted memory: every failure is a clear message that names file and line and
//! ends with status 1; nothing panics or hangs, and what a program catches it can live with.

use crate::child::{run, run_bytes, run_text};
use crate::support::{command, root, text_of};
use std::process::Command;

/// A linear congruential generator: the tests are the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u8 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 56) as u8
    }
}

/// The program fails with a message that has these parts and names the line.
#[track_caller]
fn fails(text: &str, line: usize, parts: &[&str]) {
    let run = run_text(&[], text);
    run.failed_with(parts);
    run.failed_with(&[&format!("program.scm:{line}")]);
}

#[test]
fn errors_in_the_text() {
    fails("(display 1)\n(car (cdr (list 1 2))\n", 2, &["never closed"]);
    fails("(display 1)\n(car (list 1)))\n", 2, &["unexpected )"]);
    fails("\n\n\"abc", 3, &["never closed"]);
    fails("\n#|", 2, &["never closed"]);
    fails("1\n#\\unknown-name", 2, &["unknown-name"]);
    fails("1\n'(1 . )", 2, &[]);
    fails("1\n'( . 1)", 2, &[]);
    fails("1\n#u8(1 300)", 2, &[]);
    fails("1\n#<procedure>", 2, &[]);
    fails("1\n'#1#", 2, &[]);
}

#[test]
fn errors_in_the_program() {
    fails("(display 1)\n(display\n  nowhere)", 3, &["unbound variable: nowhere"]);
    fails("(define (f x) x)\n(f 1 2)", 2, &["f was called with 2 arguments", "1"]);
    fails("(define (f x)\n  (car x))\n(+ 1 (f 7))", 2, &["car: argument 1 must be a pair: 7"]);
    fails("(define v (vector 1 2))\n(display (vector-ref v 2))", 2, &["vector-ref", "2"]);
    fails("(define v (vector 1 2))\n(vector-set! v -1 0)", 2, &["vector-set!"]);
    fails("\n(string-ref \"abc\" 3)", 2, &["string-ref"]);
    fails("\n(+ 1 'a)", 2, &["+", "a"]);
    fails("\n(7 8)", 2, &["not a procedure"]);
    fails("\n(if)", 2, &["if"]);
    fails("\n(let ((x)) x)", 2, &[]);
    fails("\n(error \"it is\" 'so 1 \"s\")", 2, &["it is: so 1 \"s\""]);
    fails("\n(raise 'thing)", 2, &["thing"]);
    fails("\n(quotient 1 0)", 2, &["division by zero"]);
    fails("\n(hash-table-ref (make-hash-table) 'key)", 2, &[]);
    fails("\n(import (no such library))", 2, &["no such library"]);
}

#[test]
fn an_error_names_its_line_even_after_a_tail_call() {
    fails("(define (f)\n  (read (open-input-string \"(\")))\n(f)", 3, &["never closed"]);
    fails("\n(thread-join! (thread-start! (make-thread (lambda () (raise 'x)))))", 2, &["x"]);
}

#[test]
fn text_that_is_nested_a_million_deep() {
    let many = |text: &str| text.repeat(1_000_000);
    fails(&many("("), 1, &["never closed"]);
    fails(&many("#("), 1, &["never closed"]);
    fails(&many("#|"), 1, &["never closed"]);
    fails(&many("#;"), 1, &[]);
    fails(&(many("(") + &many(")")), 1, &["nested too deeply"]);
    fails(&("(+ 1 ".repeat(30_000) + "1" + &")".repeat(30_000)), 1, &["nested too deeply"]);
    fails(&("(let ((x ".repeat(30_000) + "1" + &")) x)".repeat(30_000)), 1, &["nested too deeply"]);
    run_text(&[], &(many("'") + "x")).printed("");
    let deep = format!("(define x '{}{})\n(display (pair? x))", many("("), many(")"));
    run_text(&[], &deep).printed("#t");
}

#[test]
fn programs_of_moderate_depth_run() {
    let sum = |n: usize| "(+ 1 ".repeat(n) + "1" + &")".repeat(n);
    run_text(&[], &format!("(display {})", sum(5_000))).printed("5001");
    let begin = "(let ((x 1)) ".repeat(2_000) + "x" + &")".repeat(2_000);
    run_text(&[], &format!("(display {begin})")).printed("1");
}

#[test]
fn a_thread_can_compile_to_its_own_depth() {
    let nested = |n: usize| {
        format!(
            "(define (nest n) (let loop ((n n) (x 1)) (if (= n 0) x (loop (- n 1) `(let ((x ,x)) (lambda () x))))))
             (define t (make-thread (lambda () (eval (nest {n}) (interaction-environment)))))
             (guard (e (#t (display (condition/report-string (uncaught-exception-reason e)))))
               (thread-start! t)
               (thread-join! t)
               (display 'compiled))"
        )
    };
    run_text(&[], &nested(100)).printed("compiled");
    for depth in [300, 400, 500, 1_000, 5_000, 100_000] {
        let run = run_text(&[], &nested(depth));
        assert_eq!(run.code(), Some(0), "depth {depth}: {}", run.report());
        let fine = run.output.contains("compiled") || run.output.contains("nested too deeply");
        assert!(fine, "depth {depth}: {}", run.report());
    }
}

/// The passes after the expander recurse on what they nest, so that may not be deeper than what the
/// expander bounds, however wide the form is. On a thread with a small native stack.
#[test]
fn forms_that_are_wide() {
    let each = |count: usize, unit: fn(usize) -> String| {
        (0..count).map(unit).collect::<Vec<_>>().join(" ")
    };
    for count in [1_000, 5_000] {
        let x = each(count, |_| "x".into());
        let names = each(count, |n| format!("a{n}"));
        let bindings = each(count, |n| format!("(a{n} (g x))"));
        let definitions = each(count, |n| format!("(define a{n} (g x))"));
        let chained = each(count, |n| format!("(a{} (lambda () (a{n})))", n + 1));
        let forms = [
            format!("(+ {x})"),
            format!("(<= {x})"),
            format!("(list {x})"),
            format!("(g {x})"),
            format!("(let () {definitions} (list {names}))"),
            format!("(let ({bindings}) (list {names}))"),
            format!("(let* ({bindings}) (list {names}))"),
            format!("(letrec ({bindings}) (list {names}))"),
            format!("(letrec* ((a0 g) {chained}) (list a{count}))"),
            format!("((lambda ({names}) (list {names})) {x})"),
            format!(
                "(call-with-values (lambda () (values {x})) (lambda ({names}) (list {names})))"
            ),
            format!("(let-values ((({names}) (values {x}))) (list {names}))"),
            format!("(let () (define-values ({names}) (values {x})) (list {names}))"),
            format!(
                "(let () (define-record-type <r> (r {names}) r? {}) (r {x}))",
                each(count, |n| format!("(a{n} get{n})"))
            ),
            format!("(do ({bindings}) (#t (list {names})))"),
            format!("(let loop ({bindings}) (if (list? (list {names})) 1 (loop {x})))"),
            format!("(case x {} (else 1))", each(count, |n| format!("(({n}) {n})"))),
            format!("(cond {} (else 1))", each(count, |n| format!("((eqv? x 'a{n}) {n})"))),
            format!("`({})", each(count, |_| ",(g x) ,@(g '()) 1".into())),
            format!("`#({})", each(count, |_| ",(g x)".into())),
            format!("(string-append {})", each(count, |_| "\"a\"".into())),
            format!("(begin {x})"),
            format!("(let () {x})"),
            format!("(and {x})"),
            format!("(or {x})"),
        ];
        let program = format!(
            "(define (g x . rest) x)
             (define x 1)
             (define (compile form)
               (let ((t (make-thread (lambda () (eval form (interaction-environment)) 'done))))
                 (thread-start! t)
                 (guard (e (#t (condition/report-string (uncaught-exception-reason e))))
                   (thread-join! t))))
             (for-each (lambda (form) (display (compile form)) (newline)) '({}))",
            forms.join("\n")
        );
        let run = run_text(&[], &program);
        assert_eq!(run.code(), Some(0), "{}", run.report());
        let told = ["done", "nested too deeply", "too many variables"];
        for (form, outcome) in forms.iter().zip(run.output.lines()) {
            let head: String = form.chars().take(20).collect();
            assert!(told.iter().any(|text| outcome.contains(text)), "{head} {count}: {outcome}");
        }
        assert_eq!(run.output.lines().count(), forms.len());
    }
}

#[test]
fn deep_and_circular_data() {
    run_text(
        &[],
        "(define (nest n x) (if (= n 0) x (nest (- n 1) (list x))))
         (define (vectors n x) (if (= n 0) x (vectors (- n 1) (vector x))))
         (define (written x) (let ((port (open-output-string))) (write x port) (get-output-string port)))
         (define x (nest 1000000 '()))
         (define text (written x))
         (display (string-length text))
         (newline)
         (display (equal? x (read (open-input-string text))))
         (newline)
         (display (string-length (written (vectors 1000000 1))))
         (newline)
         (define ring (list 1 2))
         (set-cdr! (cdr ring) ring)
         (write ring)
         (display (equal? ring (read (open-input-string (written ring)))))
         (newline)
         (define v (vector 1 #f))
         (vector-set! v 1 v)
         (write v)
         (newline)
         (display (guard (e (#t 'no-list)) (length ring)))
         (display (guard (e ((error-object? e) 'no-form)) (eval ring (interaction-environment))))
         (display (guard (e ((error-object? e) 'too-deep)) (eval (nest 100000 1) (interaction-environment))))",
    )
    .printed(
        "2000002\n#t\n3000001\n#0=(1 2 . #0#)#t\n#0=#(1 #0#)\nno-listno-formtoo-deep",
    );
    fails("\n(car #0=(1 . #0#))", 2, &[]);
    fails("\n#0=(display . #0#)", 2, &[]);
}

#[test]
fn random_bytes_as_a_program() {
    let mut dice = Dice(1);
    let bytes: Vec<u8> = (0..4_000_000).map(|_| dice.next()).collect();
    run_bytes(&[], &bytes).failed_with(&["program.scm:", "UTF-8"]);
    for round in 0..40 {
        let mut dice = Dice(round);
        let letters = b"((()))'`,@#\\\"ab 0123;|\n.+-[]{}exi";
        let text: Vec<u8> =
            (0..50_000).map(|_| letters[usize::from(dice.next()) % letters.len()]).collect();
        run_bytes(&[], &text).failed_with(&["program.scm:"]);
    }
    let mut dice = Dice(7);
    let printable: Vec<u8> = (0..4_000_000).map(|_| 32 + dice.next() % 95).collect();
    run_bytes(&[], &printable).failed_with(&["program.scm:"]);
}

/// A correct program, damaged in one place, over and over.
#[test]
fn damaged_programs() {
    let name = root().join("examples/generators.scm");
    let whole = std::fs::read(name).expect("the example is there");
    let mut dice = Dice(3);
    for _ in 0..60 {
        let mut text = whole.clone();
        let at = (usize::from(dice.next()) << 8 | usize::from(dice.next())) % text.len();
        match dice.next() % 3 {
            0 => drop(text.remove(at)),
            1 => text.insert(at, b"()'#\\\"; "[usize::from(dice.next() % 8)]),
            _ => text.truncate(at),
        }
        let run = run_bytes(&["--heap-limit", "256M"], &text);
        assert!(matches!(run.code(), Some(0 | 1)), "{}", run.report());
        assert!(!run.errors.contains("panicked at"), "{}", run.report());
    }
}

#[test]
fn files_that_are_no_programs() {
    run_bytes(&[], b"(display 1)\n(display \"\xff\xfe\")\n")
        .failed_with(&["program.scm:2", "not UTF-8"]);
    run(&["no-such-file.scm"], b"").failed_with(&["no-such-file.scm"]);
    run(&["."], b"").failed_with(&["cannot read ."]);
    run_bytes(&[], b"").printed("");
    run_bytes(&[], b"#!/usr/bin/env lisle\n(display 1)").printed("1");
    run_bytes(&[], b"\0").failed_with(&["program.scm:1"]);
    run_bytes(&[], "\u{feff}(display 1)".as_bytes());
}

const LIMIT: [&str; 2] = ["--heap-limit", "64M"];

#[test]
fn what_is_larger_than_the_heap_is_refused() {
    for (form, name) in [
        ("(make-vector 1000000000000 0)", "heap limit"),
        ("(make-string 1000000000000 #\\a)", "heap limit"),
        ("(make-bytevector 1000000000000 0)", "heap limit"),
        ("(make-list 1000000000000 0)", "heap limit"),
        ("(make-vector (expt 10 30) 0)", "make-vector"),
        ("(make-vector -1 0)", "make-vector"),
    ] {
        let text = format!("\n{form}\n");
        run_text(&LIMIT, &text).failed_with(&["program.scm:2", name]);
    }
}

#[test]
fn growth_without_bound_is_caught_and_the_program_goes_on() {
    run_text(
        &LIMIT,
        "(define (caught-in thunk)
           (display (guard (e ((heap-exhausted? e) 'caught) ((error-object? e) e)) (thunk)))
           ;; Afterwards there is room again.
           (display (length (make-list 300000 0)))
           (newline))
         (define (list-growth l) (list-growth (cons 1 l)))
         (define (string-growth s) (string-growth (string-append s s)))
         (define (vector-growth v) (vector-growth (make-vector (* 2 (vector-length v)) v)))
         (define (closure-growth f) (closure-growth (lambda () (f))))
         (define (table-growth table n) (hash-table-set! table n (list n)) (table-growth table (+ n 1)))
         (define (port-growth port) (write-string \"some text\" port) (port-growth port))
         (define (number-growth n) (number-growth (* n n)))
         (define (deep n) (cons n (deep (+ n 1))))
         (define (infinite n) (+ 1 (infinite (+ n 1))))
         (define (continuations l) (continuations (cons (call/cc (lambda (k) k)) l)))
         (for-each
          (lambda (turn)
            (caught-in (lambda () (list-growth '())))
            (caught-in (lambda () (string-growth \"abcdefgh\")))
            (caught-in (lambda () (vector-growth (vector 1 2 3))))
            (caught-in (lambda () (closure-growth (lambda () 1))))
            (caught-in (lambda () (table-growth (make-hash-table) 0)))
            (caught-in (lambda () (deep 0)))
            (caught-in (lambda () (infinite 0)))
            (caught-in (lambda () (continuations '()))))
          '(1 2))
         (infinite 0)",
    )
    .failed_with(&["heap limit reached", "program.scm:14"]);
}

#[test]
fn growth_without_bound_is_survived() {
    let run = run_text(
        &LIMIT,
        "(define (infinite n) (+ 1 (infinite (+ n 1))))
         (define (grow l) (grow (cons 1 l)))
         (define (attempt thunk)
           (call/cc (lambda (k) (with-exception-handler (lambda (e) (k 'escaped)) thunk))))
         (display (attempt (lambda () (infinite 0))))
         (display (attempt (lambda () (grow '()))))
         (display (guard (e (#f 1)) 'inner))
         (display (guard (e ((symbol? e) e))
           (guard (e ((string? e) e)) (dynamic-wind (lambda () #f) (lambda () (infinite 0)) (lambda () (raise 'after))))))
         (display (guard (e ((heap-exhausted? e) 'outer))
           (guard (e ((string? e) e)) (infinite 0))))
         (newline)
         (display (guard (e (#t 'not-in-thread))
           (thread-join! (thread-start! (make-thread (lambda () (infinite 0)) 'deep)))))
         (display (guard (e (#t 'caught)) (infinite 0)))",
    );
    run.printed("escapedescapedinnerafterouter\nnot-in-threadcaught");
    assert!(run.errors.contains("in thread deep: heap limit reached"), "{}", run.report());
}

#[test]
fn handlers_that_recurse_without_end_are_ended() {
    let run = run_text(
        &LIMIT,
        "(define (infinite n) (+ 1 (infinite (+ n 1))))
         (with-exception-handler (lambda (e) (infinite 0)) (lambda () (infinite 0)))",
    );
    run.failed_with(&["heap limit reached"]);
    let run = run_text(
        &LIMIT,
        "(define (again e) (with-exception-handler again (lambda () (raise e))))
         (again 'x)",
    );
    run.failed_with(&["heap limit reached"]);
}

#[test]
fn a_stack_of_handlers() {
    run_text(
        &[],
        "(define (nest n)
           (if (= n 0)
               (raise 'deep)
               (with-exception-handler (lambda (e) (raise (cons n e))) (lambda () (nest (- n 1))))))
         (define (depth x) (if (pair? x) (+ 1 (depth (cdr x))) 0))
         (display (depth (guard (e (#t e)) (nest 100000))))
         (define (guards n)
           (if (= n 0) (raise 'deep) (guard (e ((number? e) e)) (guards (- n 1)))))
         (display (guard (e (#t e)) (guards 10000)))",
    )
    .printed("100000deep");
}

#[test]
fn output_is_complete_whatever_ends_the_program() {
    let partial = |text: &str, status: i32, output: &str| {
        let run = run_text(&[], text);
        assert_eq!((run.code(), run.output.as_str()), (Some(status), output), "{}", run.report());
    };
    partial("(display 1) (car 2)", 1, "1");
    partial("(display 1) (exit 3)", 3, "1");
    partial("(display 1) (exit #f)", 1, "1");
    partial("(display 1) (emergency-exit 4)", 4, "1");
    partial("(display 1) (nowhere)", 1, "1");
    partial("(display 1) )", 1, "1");
    partial("(display 1) (raise 'x)", 1, "1");
    partial("(dynamic-wind newline (lambda () (exit 7)) (lambda () (display 'out)))", 7, "\nout");
    partial(
        "(define t (make-thread (lambda () (dynamic-wind newline (lambda () (exit 9)) (lambda () (display 'out))))))
         (thread-start! t)
         (thread-join! t)",
        9,
        "\nout",
    );
}

#[test]
fn programs_come_from_everywhere() {
    let standard = run::<&str>(&[], b"(display (command-line))");
    standard.printed("(lisle)");
    run(&["-", "a", "b"], b"(display (cdr (command-line)))").printed("(a b)");
    run(&["-e", "(display 1) (* 6 7)"], b"").printed("142");
    run(&["-e", "(read-line)"], b"a line\n").printed("\"a line\"");
    run(&["-e", "(cdr (command-line))", "x", "--stats"], b"").printed("(\"x\" \"--stats\")");
    run(
        &[
            "-e",
            "(define x 1)",
            "-e",
            "x",
            "-e",
            "(values 'a \"b\")",
            "-e",
            "(cdr (command-line))",
            "y",
        ],
        b"",
    )
    .printed("1\na\n\"b\"\n(\"y\")");
    run(&["-e", "\n(car 1)"], b"").failed_with(&["<command line>:2:1"]);
    run::<&str>(&[], b"\n(car 1)").failed_with(&["<stdin>:2:1"]);
}

#[test]
fn commands_that_are_used_wrongly_say_so() {
    let wrong = |arguments: &[&str], message: &str| {
        let run = run(arguments, b"");
        assert_eq!(run.code(), Some(2), "{}", run.report());
        assert!(run.errors.contains(message), "{}", run.report());
    };
    wrong(&["disasm"], "disasm needs one FILE");
    wrong(&["disasm", "a", "b"], "disasm needs one FILE");
    wrong(&["gc-report"], "gc-report needs one FILE");
    wrong(&["repl", "a"], "repl takes no arguments");
    wrong(&["--nothing", "a"], "there is no option --nothing");
    wrong(&["--fuel", "-1", "-e", "1"], "`-1` is no whole number");
    wrong(&["--fail-allocation", "0", "-e", "1"], "the first is number 1");
    wrong(&["--allow-read", "-e", "1"], "--sandbox");
    wrong(&["--heap-limit", "0", "-e", "1"], "at least 4M");
    wrong(&["--timeout", "-1", "-e", "1"], "`-1` is no time");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_for_tools_too() {
    let run = run(&["--error-format", "json", "nowhere.scm"], b"");
    assert_eq!(run.code(), Some(1), "{}", run.report());
    assert!(run.errors.starts_with("{\"") && run.errors.contains("cannot read nowhere.scm"));
}

/// Small structure that is an endless text, and an endless form.
#[test]
fn what_is_shared_many_times_over_is_refused() {
    let with = |form: &str| {
        format!(
            "(define (shared n) (if (= n 0) (list 1) (let ((x (shared (- n 1)))) (list x x))))
             (define env (interaction-environment))
             (display (guard (e ((heap-exhausted? e) 'refused)) {form}))"
        )
    };
    let flags = ["--heap-limit", "64M"];
    run_text(&flags, &with("(eval (list 'quote (shared 60)) env)")).printed("refused");
    run_text(&flags, &with("(write (shared 60) (open-output-string))")).printed("refused");
}

/// What the reader makes of a text counts as memory, and is let go of.
#[test]
fn a_datum_larger_than_the_heap_is_refused() {
    let run = run_text(
        &["--heap-limit", "64M"],
        "(define (outcome text)
           (guard (e ((heap-exhausted? e) 'refused)) (read (open-input-string text)) 'read))
         (write (map outcome (list (make-string 15000000 #\\() \"(a b)\")))",
    );
    run.printed("(refused read)");
    assert!(run.peak < 400 << 20, "it took {} KiB", run.peak >> 10);
}

/// Ports that nothing refers to give their files back when there is no room for another.
#[cfg(unix)]
#[test]
fn forgotten_ports_do_not_use_up_the_files_of_a_process() {
    let lisle = command();
    let forget = "(do ((i 0 (+ i 1))) ((= i 200) i) (open-input-file \"Cargo.toml\"))";
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""])
        .arg(lisle.get_program())
        .args(lisle.get_args())
        .args(["-e", forget])
        .current_dir(root())
        .output()
        .expect("there is a shell");
    assert_eq!(text_of(&output), "200\n");
}

/// Nothing interrupts a search, so it must not take the product of two lengths.
#[test]
fn searching_a_string_takes_time_in_proportion() {
    run_text(
        &[],
        "(define text (make-string 400000 #\\a))
         (define late (string-append (make-string 200000 #\\a) \"b\"))
         (define early (string-append \"b\" (make-string 200000 #\\a)))
         (write (list (string-search-forward late text 0)
                      (string-search-backward early text 400000)
                      (length (string-search-all (make-string 200000 #\\a) text))
                      (length (string-split text late))
                      (string-split \"--a---b--\" \"--\")))",
    )
    .printed("(#f #f 200001 1 (\"\" \"a\" \"-b\" \"\"))");
}

/// A continuation of a form of the program includes the forms after it.
#[test]
fn going_back_to_an_earlier_form_runs_the_later_ones_again() {
    run_text(
        &[],
        "(define k #f)
         (define n 0)
         (display (+ 1 (call/cc (lambda (c) (set! k c) 0))))
         (set! n (+ n 1))
         (if (< n 4) (k n))
         (display 'end)",
    )
    .printed("1234end");
}
