//! Programs for the corners that random ones don't reach.

use super::random::agree;
use super::support::World;
use crate::compile::{CompileError, compile_toplevel};
use std::fmt::Write;

/// Enough for a nesting of 200, unoptimised.
const STACK: usize = 1 << 20;

fn check(text: &str) {
    assert!(agree(text), "{text} takes too long");
}

#[test]
fn rest_parameters_are_lists() {
    check("((lambda (a . b) (cons b a)) 1 2 3)");
    check("((lambda (. b) b))");
    check("(let ((f (lambda (a . b) (display a) (display b) a))) (+ (f 1) (f 2 3) (f 4 5 6)))");
    check("(let ((f (lambda (a . b) (display a) (display b) a))) (f))");
}

#[test]
fn wrong_argument_counts_are_errors_at_run_time() {
    check("(begin (display 1) (car 1 2))");
    check("(begin (display 1) ((lambda (x) x)))");
    check("(let ((f (lambda (x) (display x)))) (begin (f 1) (f 1 2)))");
    check("(letrec ((f (lambda (x) (if (< x 0) (f) (f (- x 1)))))) (f 3))");
}

#[test]
fn letrec_variables_read_too_early_are_errors() {
    check("(letrec ((a b) (b 1)) a)");
    check("(letrec ((f (lambda () (display b) b)) (b (f))) b)");
    check("(letrec ((f (lambda () b)) (b 2) (c (f))) (+ b c))");
    check(
        "(letrec ((f (lambda (x) (if x (g #f) b))) (g (lambda (x) (f x))) (b (display 1)) \
           (c (f #t)) (d (lambda () (set! b c)))) (begin (d) (f #t)))",
    );
    check("(letrec ((x (lambda () (car y))) (y (cons (lambda () (x)) 2))) (pair? (x)))");
}

#[test]
fn closures_in_loops_have_variables_of_their_own() {
    check(
        "(let ((l (let loop ((i 0) (l '())) (if (= i 3) l (loop (+ i 1) (cons (lambda () i) l)))))) \
           (list ((car l)) ((cadr l))))",
    );
    check(
        "(let ((l (let loop ((i 0) (l '())) (if (= i 3) l (loop (+ i 1) (cons (lambda () \
           (set! i (+ i 10)) i) l)))))) (let ((a ((car l)))) (list a ((car l)) ((cadr l)))))",
    );
}

#[test]
fn values_reach_their_consumer() {
    check("(call-with-values (lambda () (values 1 2 3)) (lambda (a . b) (list a b)))");
    check(
        "(let ((x 3)) (call-with-values (lambda () (if (< x 2) (values 1 2) (begin (display 1) \
           (values 4 x)))) (lambda (a b) (display a) (- a b))))",
    );
    check("(call-with-values (lambda () (display 1)) list)");
}

#[test]
fn memv_in_tests_and_elsewhere() {
    check("(let ((f (lambda (x) (if (memv x '(1 2 3)) 'yes 'no)))) (list (f 1) (f 3) (f 4)))");
    check("(memv 2 '(1 2 3))");
}

#[test]
fn arithmetic_of_any_number_of_arguments() {
    check("(let ((x 3)) (list (+) (*) (+ x 1 2) (- x 1 2) (- x) (* 2 x x) (- 5 x) (+ 1000 x)))");
    check("(let ((x 3) (f (lambda () (display 1) 4))) (list (< 1 x (f)) (< x 1 (f)) (> 5 x 2 1)))");
}

#[test]
fn apply_of_a_list_is_a_call() {
    check("(apply + 1 2 (list 3 4))");
    check("(apply list '())");
    check("(let ((l (list 1 2))) (apply list 0 l))");
}

#[test]
fn more_variables_than_registers() {
    let mut text = String::new();
    for n in 0..400 {
        write!(text, "(let ((v{n} (+ {n} (car (list 1))))) ").unwrap();
    }
    text.push_str("(+");
    (0..400).for_each(|n| write!(text, " v{n}").unwrap());
    text.push_str(&")".repeat(401));
    check(&text);

    let bindings: String =
        (0..300).fold(String::new(), |text, n| format!("{text} (v{n} (car (list {n})))"));
    check(&format!("(let ({bindings}) (+ v0 v17 v299))"));
    let changes: String =
        (0..300).fold(String::new(), |text, n| format!("{text} (set! v{n} (+ v{n} 1))"));
    check(&format!("(let ({bindings}) {changes} (+ v0 v17 v299))"));
}

#[test]
fn many_local_procedures() {
    let names = || 0..300;
    let bindings: String = names().fold(String::new(), |text, n| {
        format!("{text} (f{n} (lambda (x) (display x) (+ x {n} y y)))")
    });
    let calls: String =
        names().fold(String::new(), |text, n| format!("{text} (f{n} {n}) (f{n} 1)"));
    check(&format!("(let ((y (car (list 1)))) (letrec ({bindings}) {calls} (display f3)))"));
    check(&format!(
        "(let ((y 1)) (letrec ({bindings}) (let ((z (lambda () {calls} f7))) (z) (z))))"
    ));
}

#[test]
fn more_arguments_than_registers() {
    let args: String = (0..700).fold(String::new(), |text, n| format!("{text} {n}"));
    check(&format!("(list {args})"));
    check(&format!("(vector {args})"));
    check(&format!("(+ {args})"));
    check(&format!("((lambda l l) {args})").replace("lambda l l", "lambda (. l) l"));
}

#[test]
fn code_too_long_for_short_jumps() {
    let display = "(display x) (set! y (car (list x)))".repeat(3000);
    check(&format!(
        "(let ((y 0)) (let ((f (lambda (x) (if (pair? x) (begin {display} 1) (display 2))))) \
         (begin (f 1) (f 2) y)))"
    ));
}

#[test]
fn a_long_form_compiles_in_reasonable_time() {
    let definitions: String =
        (0..5000).fold(String::new(), |text, n| text + &format!("(define (f{n} x) (+ x {n}))"));
    let world = World::default();
    let code = world.compile(&format!("(begin {definitions})"));
    assert_eq!(code.constants.len(), 10_000);
}

#[test]
fn deep_nesting_needs_little_native_stack() {
    let text = "(let ((x (car (list 1)))) (+ x ".repeat(100) + "1" + &"))".repeat(100);
    let compile = move || {
        let world = World::default();
        world.compile(&text).words.len()
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(compile).unwrap();
    assert!(thread.join().unwrap() > 100);
}

#[test]
fn a_long_form_can_be_given_up() {
    let world = World::default();
    let compile = |text: &str| {
        let (core, mut vars) = world.core(text);
        world.with_context(|context| compile_toplevel(core, &mut vars, context))
    };
    let long = format!("(list {})", "(car y) ".repeat(10_000));
    assert!(compile(&long).is_ok());
    world.stops.set(true);
    assert_eq!(compile(&long).err(), Some(CompileError::Interrupted));
    assert!(compile("(list (car y))").is_ok());
}
