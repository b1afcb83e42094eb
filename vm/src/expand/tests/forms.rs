//! The forms of the language, one by one.

use super::{World, check_core, check_error, check_value, core_of, error_of};

#[test]
fn primitive_forms_become_core() {
    check_core("'(a . b)", "'(a . b)");
    check_core("(if 1 2)", "(if '1 '2 #!unspecific)");
    check_core("(lambda (a b . c) a)", "(lambda (a.0 b.1 . c.2) a.0)");
    check_core("(lambda x x)", "(lambda (. x.0) x.0)");
    check_core("(define (f x) (g x))", "(define f (lambda (x.0) (g x.0)))");
    check_core("(define x) (set! x 1)", "(define x #!unspecific)\n(set! x '1)");
    check_core("(begin 1 2)", "'1\n'2");
    check_core("(begin)", "");
    check_core("(lambda () (begin 1 2) 3)", "(lambda () (begin '1 '2 '3))");
    check_core("\"s\" #(1 a) #u8(1 2) #\\a", "'\"s\"\n'#(1 a)\n'#u8(1 2)\n'#\\a");
    check_core("(case-lambda ((a) a) ((a . b) b))", "(case-lambda ((a.0) a.0) ((a.1 . b.2) b.2))");
}

#[test]
fn binding_forms_become_core() {
    check_core("(let ((x 1) (y 2)) (+ x y))", "(let ((x.0 '1) (y.1 '2)) (+ x.0 y.1))");
    check_core("(let* ((x 1) (x x)) x)", "(let ((x.0 '1)) (let ((x.1 x.0)) x.1))");
    check_core("(letrec ((f (lambda () (f)))) f)", "(letrec* ((f.0 (lambda () (f.0)))) f.0)");
    check_core(
        "(let loop ((i 0)) (loop (+ i 1)))",
        "(letrec* ((loop.0 (lambda (i.1) (loop.0 (+ i.1 '1))))) (loop.0 '0))",
    );
    check_core(
        "(do ((i 0 (+ i 1)) (j 5)) ((= i 3) j) (list i))",
        "(letrec* ((do.2 (lambda (i.0 j.1) (if (= i.0 '3) j.1 (begin (list i.0) (do.2 (+ i.0 '1) j.1)))))) (do.2 '0 '5))",
    );
    check_core(
        "(let-values (((a b) (values 1 2)) (c 3)) c)",
        "(call-with-values (lambda () (values '1 '2)) (lambda (a.0 b.1) (call-with-values (lambda () '3) (lambda (. c.2) c.2))))",
    );
    check_value(
        "(let*-values (((a b) (values 1 2)) ((x . y) (values b a))) (list a b x y))",
        "(1 2 2 (1))",
    );
    check_value(
        "(let ((a 1)) (let-values (((a) (values 2)) ((b) (values a))) (list a b)))",
        "(2 1)",
    );
    check_value("(receive (a . rest) (values 1 2 3) (list a rest))", "(1 (2 3))");
    check_value("(define x 1) (define (get) x) (list (fluid-let ((x 2)) (get)) (get))", "(2 1)");
}

#[test]
fn conditionals_mean_what_they_should() {
    check_value("(cond ((memv 2 '(1 2)) => (lambda (x) x)) (else 0))", "#t");
    check_value("(cond (#f 1) (7) (else 2))", "7");
    check_value("(cond (#f 1))", "unspecified");
    check_value("(case (+ 1 1) ((1) 'one) ((2 3) 'two) (else 'many))", "two");
    check_value("(case 'x ((1) 1) (else => (lambda (k) (list k))))", "(x)");
    check_value("(case 9 ((0 1 2 3 4 5 6 7 8 9) 'digit) (else 'no))", "digit");
    check_value("(case 1 ((1) => (lambda (k) (+ k 1))))", "2");
    check_value("(list (and) (and 1 2) (and #f 2) (or) (or #f 2) (or 1 2))", "(#t 2 #f #f 2 1)");
    check_value("(list (when 1 2 3) (unless #f 4) (unless 1 2))", "(3 4 unspecified)");
}

#[test]
fn bodies_become_letrec_star() {
    check_core(
        "(lambda () (define a 1) (define (f) a) (f))",
        "(lambda () (letrec* ((a.0 '1) (f.1 (lambda () a.0))) (f.1)))",
    );
    check_value(
        "(let () (define-values (a b . c) (values 1 2 3 4)) (define d (+ a b)) (list d c))",
        "(3 (3 4))",
    );
    check_value("(let () (begin (define a 1) (define b 2)) (+ a b))", "3");
    check_value("(let ((x 1)) (set! x 2) (define y x) (+ y 1))", "3");
    check_value(
        "(let () (define-record-type p (make x y) p? (x px) (y py set-py!)) (let ((r (make 1 2))) (set-py! r 5) (list (p? r) (p? 1) (px r) (py r))))",
        "(#t #f 1 5)",
    );
    check_value(
        "(let () (define (even n) (if (= n 0) #t (odd (- n 1)))) (define (odd n) (if (= n 0) #f (even (- n 1)))) (even 10))",
        "#t",
    );
}

#[test]
fn quasi_quotation_builds_data() {
    check_core("`(a b)", "'(a b)");
    check_core("`(1 ,x)", "(list '1 x)");
    check_core("`(1 . ,x)", "(cons '1 x)");
    check_core("`(,@x)", "x");
    check_value("(let ((x 1) (l '(2 3))) `(0 ,x ,@l 4 . ,x))", "(0 1 2 3 4 . 1)");
    check_value("(let ((l '(2 3))) `#(1 ,@l ,(+ 2 2)))", "#(1 2 3 4)");
    check_value(
        "`(1 `(2 ,(3 ,(+ 1 3))))",
        "(1 (quasiquote (2 (unquote (3 (unquote (+ 1 3)))))))"
            .replace("(unquote (+ 1 3))", "4")
            .as_str(),
    );
    check_value(
        "`(1 ```,,@,,@(list (+ 1 2)) 4)",
        "(1 (quasiquote (quasiquote (quasiquote (unquote (unquote-splicing (unquote 3)))))) 4)",
    );
    check_value(
        "`,@(list 1)",
        "error: unquote-splicing: there is no list around it to splice into: ,@(list 1)",
    );
    check_value("(let ((a 1)) `(1 2 3 4 5 6 ,@'(7) ,a . b))", "(1 2 3 4 5 6 7 1 . b)");
}

#[test]
fn guards_and_their_like_call_internal_procedures() {
    check_core(
        "(guard (e ((eqv? e 1) 2)) (f))",
        "(%guard (lambda () (f)) (lambda (e.0 no-match.1) (if (eqv? e.0 '1) '2 (no-match.1))) '#f)",
    );
    check_core(
        "(guard (e (else e)) 1 2)",
        "(%guard (lambda () (begin '1 '2)) (lambda (e.0) e.0) '#t)",
    );
    check_core("(parameterize ((p 1) (q 2)) 3)", "(%parameterize (list p '1 q '2) (lambda () '3))");
    check_core("(delay 1)", "(%make-promise-lazy (lambda () (%make-promise-eager '1)))");
    check_core("(delay-force p)", "(%make-promise-lazy (lambda () p))");
    check_core(
        "(let ((list 1) (%parameterize 2)) (parameterize ((list 3)) 4))",
        "(let ((list.0 '1) (%parameterize.1 '2)) (%parameterize-one list.0 '3 (lambda () '4)))",
    );
}

#[test]
fn records_are_procedures_over_internal_ones() {
    check_core(
        "(define-record-type point (make-point y) #f (x point-x) (y point-y set-point-y!))",
        "(begin (define point (%make-record-type 'point '#(x y))) \
         (define make-point (lambda (y.0) (%record point #!unspecific y.0))) \
         (define point-x (lambda (record.1) (%record-ref record.1 point '0 'point-x))) \
         (define point-y (lambda (record.2) (%record-ref record.2 point '1 'point-y))) \
         (define set-point-y! (lambda (record.3 value.4) (%record-set! record.3 point '1 value.4 'set-point-y!))))",
    );
    check_error("(define-record-type p (make z) p? (x))", "does not have");
}

#[test]
fn cut_cute_rec_and_let_star_work() {
    check_value("((cut list 1 <> 3 <>) 2 4)", "(1 2 3 4)");
    check_value("((cut list 1 <...>) 2 3)", "(1 2 3)");
    check_value("((cut <> 1 2) +)", "3");
    check_value(
        "(let ((n 0)) (define f (cute list <> (begin (set! n (+ n 1)) n))) (f 'a) (f 'b))",
        "(b 1)",
    );
    check_value("((rec (f n) (if (= n 0) 1 (* n (f (- n 1))))) 5)", "120");
    check_value("(and-let* ((x 1) ((< x 2)) (y (+ x 1))) (list x y))", "(1 2)");
    check_value("(and-let* ((x #f)) (car x))", "#f");
    check_value("(and-let* ((x 3)))", "3");
    check_value("((named-lambda (f x) x) 4)", "4");
    check_value("(assert (= 1 1))", "unspecified");
    check_core("(assert #f)", "(if '#f #!unspecific (error '\"assertion failed\" '#f))");
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    check_error("(if)", "if: expected (if test then [else]): (if)");
    check_error("(lambda (x 1) x)", "the parameter list must consist of identifiers");
    check_error("(lambda (x x) x)", "x is bound twice");
    check_error("(lambda (x))", "lambda: the body is empty");
    check_error("(lambda () (define x 1))", "ends without an expression");
    check_error("(let ((x)) x)", "let: expected a binding");
    check_error("(let ((x 1) (x 2)) x)", "bound twice");
    check_error("(f . x)", "not a proper list");
    check_error("()", "no expression");
    check_error("(set! car 1)", "imported");
    check_error("(set! if 1)", "keyword");
    check_error("if", "if is a keyword");
    check_error("(+ (define x 1) 2)", "definition may only stand");
    check_error("(cond (else 1) (2 3))", "else must be the last clause");
    check_error("(else)", "misplaced");
    check_error("(let () (define a 1) (define a 2) a)", "defined twice");
    check_error("(list '(1 #0=2) '#0#)", "label");
    let error = error_of("(list 1\n  (if))");
    assert_eq!((error.span.start, error.span.end), (10, 14));
    assert_eq!(error.form.as_deref(), Some("(if)"));
}

#[test]
fn a_definition_that_fails_defines_nothing() {
    let world = World::new();
    let session_programs = "(define car (if))";
    assert!(world.core(session_programs).is_err());
    check_value("(define car (let ((old car)) (lambda (x) (old (cdr x))))) (car '(1 2))", "2");
}

#[test]
fn circular_constants_are_allowed_in_quotations() {
    check_core("'#0=(a . #0#)", "'#0=(a . #0#)");
    check_error("#0=(a . #0#)", "only stand in constants");
}

#[test]
fn deep_nesting_is_an_error_and_never_an_overflow() {
    let deep = |n: usize| format!("{}1{}", "(+ ".repeat(n), ")".repeat(n));
    check_error(&deep(100_000), "nested too deeply");
    let mut world = World::new();
    world.limits.depth = 100;
    assert!(world.core(&deep(90)).is_ok());
    assert!(world.core(&deep(110)).is_err());
    assert!(world.core(&format!("(cond {})", "(1 2) ".repeat(60))).is_err());
    assert!(world.core(&format!("`{}1{}", "(,x ".repeat(5000), ")".repeat(5000))).is_err());
    assert!(
        core_of(&format!("'{}1{}", "(".repeat(500_000), ")".repeat(500_000))).len() > 1_000_000
    );
}
