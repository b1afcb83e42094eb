//! Macros: pattern matching, ellipses, and hygiene.

use super::{World, check_error, check_value};

const SWAP: &str =
    "(define-syntax swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))";
const MY_OR: &str = "(define-syntax my-or (syntax-rules () ((_) #f) ((_ e) e)
    ((_ e r ...) (let ((t e)) (if t t (my-or r ...))))))";

#[test]
fn an_inserted_variable_captures_nothing() {
    check_value(
        &format!("{SWAP} (let ((tmp 1) (other 2)) (swap! tmp other) (list tmp other))"),
        "(2 1)",
    );
    check_value(&format!("{MY_OR} (let ((t 5)) (my-or #f t))"), "5");
}

#[test]
fn an_inserted_reference_is_not_captured() {
    check_value(&format!("{MY_OR} (let ((if list) (let 3)) (my-or #f 7))"), "7");
    check_value(
        "(define-syntax m (syntax-rules () ((_ x) (list x 2)))) (let ((list +)) (m 1))",
        "(1 2)",
    );
}

#[test]
fn a_keyword_can_be_shadowed_by_a_variable() {
    check_value("(let ((if list)) (if 1 2 3))", "(1 2 3)");
    check_value("(let ((else #f)) (cond (else 1) (#t 2)))", "2");
    check_value("(let ((=> #f)) (cond (#t => 'ok)))", "ok");
    check_value("(define else #f) (cond (else 1) (#t 2))", "2");
}

#[test]
fn the_ellipsis_and_the_underscore_go_by_their_binding() {
    check_value(
        "(let ((... 2)) (let-syntax ((s (syntax-rules () ((_ x ...) 'bad) ((_ . r) 'ok)))) (s a b c)))",
        "ok",
    );
    check_value("(define-syntax m (syntax-rules () ((_ _ x) 'x))) (m 1 2)", "2");
    check_value(
        "(define-syntax m (syntax-rules (_) ((m _) 'line) ((m x) 'other))) (list (m _) (m a))",
        "(line other)",
    );
    check_value(
        "(define-syntax m (syntax-rules (...) ((m ...) 'dots) ((m x) 'other))) (list (m ...) (m a))",
        "(dots other)",
    );
}

#[test]
fn literals_match_by_binding() {
    let program = "(define-syntax m (syntax-rules (else) ((_ else) 'literal) ((_ x) 'other)))";
    check_value(&format!("{program} (m else)"), "literal");
    check_value(&format!("{program} (let ((else 1)) (m else))"), "other");
    check_value(
        "(define-syntax m (syntax-rules (from) ((_ from x) 'x) ((_ y z) 'no))) (m from 3)",
        "3",
    );
}

#[test]
fn ellipses_nest() {
    let my_let = "(define-syntax my-let* (syntax-rules () ((_ ((n v) ...) b ...) ((lambda (n ...) b ...) v ...))))";
    check_value(&format!("{my_let} (my-let* ((a 1) (b 2)) (+ a b))"), "3");
    check_value(
        "(define-syntax m (syntax-rules () ((_ (a b ...) ...) '((b ... a) ...)))) (m (1 2 3) (4) (5 6))",
        "((2 3 1) (4) (6 5))",
    );
    check_value(
        "(define-syntax m (syntax-rules () ((_ (a ...) ...) '(a ... ...)))) (m (1 2) () (3))",
        "(1 2 3)",
    );
    check_value(
        "(define-syntax m (syntax-rules () ((_ (x y ...) ...) '((x (x y) ...) ...)))) (m (a b c) (d e))",
        "((a (a b) (a c)) (d (d e)))",
    );
    check_value(
        "(define-syntax m (syntax-rules () ((_ ((a (b ...)) ...) c) '(c ((a b) ...) ...)))) (m ((1 (1)) (2 (2))) 9)",
        "(9 ((1 1)) ((2 2)))",
    );
}

#[test]
fn patterns_may_follow_the_ellipsis() {
    check_value(
        "(define-syntax m (syntax-rules () ((_ a ... y z) '(z y a ...)))) (m 1 2 3 4)",
        "(4 3 1 2)",
    );
    check_value(
        "(define-syntax m (syntax-rules () ((_ a ... . r) '((a ...) r)))) (m 1 2 . 3)",
        "((1 2) 3)",
    );
    check_value(
        "(define-syntax m (syntax-rules () ((_ a ... b . r) '((a ...) b r)))) (m 1 2 . 3)",
        "((1) 2 3)",
    );
    check_value("(define-syntax m (syntax-rules () ((_ a . r) 'r))) (m 1 2 3)", "(2 3)");
}

#[test]
fn vectors_are_patterns_and_templates() {
    check_value(
        "(define-syntax m (syntax-rules () ((_ #(a b ...)) '#(b ... (a))))) (m #(1 2 3))",
        "#(2 3 (1))",
    );
    check_value(
        "(define-syntax m (syntax-rules () ((_ #(a ... z)) '(z a ...)) ((_ x) 'no))) (list (m #(1 2)) (m 1))",
        "((2 1) no)",
    );
}

#[test]
fn ellipses_can_be_chosen_and_escaped() {
    check_value(
        "(define-syntax m (syntax-rules ::: () ((_ a :::) '(a ::: ...)))) (m 1 2)",
        "(1 2 ...)",
    );
    check_value("(define-syntax m (syntax-rules () ((_ a) '(a (... ...))))) (m 1)", "(1 ...)");
    check_value(
        "(define-syntax m (syntax-rules () ((_ a ...) '((... (a ...)) a ...)))) (m 1)",
        "error: this pattern variable needs more ellipses in the template: a",
    );
    let be_like_begin = "(define-syntax be-like-begin (syntax-rules () ((_ name)
        (define-syntax name (syntax-rules () ((_ expr (... ...)) (begin expr (... ...))))))))";
    check_value(&format!("{be_like_begin} (be-like-begin sequence) (sequence 1 2 3 4)"), "4");
}

#[test]
fn macros_define_macros() {
    let jabberwocky = "(define-syntax jabberwocky (syntax-rules () ((_ hatter)
        (begin (define march-hare 42)
               (define-syntax hatter (syntax-rules () ((_) march-hare)))))))";
    check_value(&format!("{jabberwocky} (jabberwocky mad-hatter) (mad-hatter)"), "42");
    check_value(
        &format!(
            "(let () {jabberwocky} (jabberwocky mad-hatter) (let ((march-hare 1)) (mad-hatter)))"
        ),
        "42",
    );
    check_value(
        "(define-syntax make (syntax-rules () ((_ name value)
           (define-syntax name (syntax-rules () ((_ x) (let ((t value)) (list t x))))))))
         (make pair-with 'v) (let ((t 1)) (pair-with t))",
        "(v 1)",
    );
}

#[test]
fn petrofkas_let_of_let_keeps_names_apart() {
    check_value(
        "(let ((x 1))
           (let-syntax ((foo (syntax-rules () ((_ y) (let-syntax ((bar (syntax-rules () ((_) (let ((x 2)) y))))) (bar))))))
             (foo x)))",
        "1",
    );
    check_value(
        "(let ((x 1)) (letrec-syntax ((foo (syntax-rules () ((_ y) (bar y))))
           (bar (syntax-rules () ((_ x) (let ((x x)) (+ x 1)))))) (foo x)))",
        "2",
    );
    check_value(
        "(let ((a 1)) (letrec-syntax ((foo (syntax-rules () ((_ b) (bar a b)))) (bar (syntax-rules () ((_ c d) (cons c (let ((c 3)) (list d c 'c))))))) (let ((a 2)) (foo a))))",
        "(1 2 3 a)",
    );
}

#[test]
fn let_syntax_and_letrec_syntax_differ_in_scope() {
    check_value(
        "(let ((x 'outer)) (let-syntax ((m (syntax-rules () ((m) x)))) (let ((x 'inner)) (m))))",
        "outer",
    );
    check_value(
        "(letrec-syntax ((my-or (syntax-rules () ((_) #f) ((_ e) e) ((_ e1 e2 ...) (let ((temp e1)) (if temp temp (my-or e2 ...)))))))
           (let ((x #f) (y 7) (temp 8) (let not) (if not)) (my-or x (let temp) (if y) y)))",
        "7",
    );
}

#[test]
fn quotation_strips_renamings() {
    check_value("(define-syntax m (syntax-rules () ((_) '(a #(b) . c)))) (m)", "(a #(b) . c)");
    check_value("(define-syntax m (syntax-rules () ((_ x) `(a ,x ,@(list x))))) (m 1)", "(a 1 1)");
    check_value(
        "(define-syntax m (syntax-rules () ((_ k) (case k ((a) 1) (else 2))))) (m 'a)",
        "1",
    );
}

#[test]
fn internal_definitions_by_macros_are_hygienic() {
    let define_getter = "(define-syntax def (syntax-rules () ((_ name v) (begin (define hidden v) (define (name) hidden)))))";
    check_value(&format!("(let () {define_getter} (def a 1) (def b 2) (list (a) (b)))"), "(1 2)");
    check_value(&format!("{define_getter} (def a 1) (def b 2) (list (a) (b))"), "(1 2)");
}

#[test]
fn while_loops_can_be_written() {
    check_value(
        "(define-syntax while (syntax-rules () ((_ c b ...) (let loop () (when c b ... (loop))))))
         (let ((i 0) (loop 5)) (while (< i 3) (set! i (+ i 1)) (set! loop (+ loop 1))) (list i loop))",
        "(3 8)",
    );
    check_value(
        "(define-syntax my-for (syntax-rules (in) ((_ x in l b) (let loop ((r l) (acc '())) (if (null? r) acc (loop (cdr r) (let ((x (car r))) (cons b acc))))))))
         (my-for y in '(1 2 3) (* y y))",
        "(9 4 1)",
    );
}

#[test]
fn a_keyword_can_be_defined_as_another() {
    check_value("(define-syntax my-if if) (my-if #f 1 2)", "2");
    check_value(&format!("{MY_OR} (define-syntax o my-or) (o #f 3)"), "3");
}

#[test]
fn errors_in_macros_are_reported() {
    check_error(
        "(define-syntax m (syntax-rules () ((_ a) a))) (m)",
        "no rule of this macro fits its use: (m)",
    );
    check_error("(define-syntax m (syntax-rules () ((_ a a) a)))", "twice");
    check_error("(define-syntax m (syntax-rules () ((_ a ...) a)))", "needs more ellipses");
    check_error("(define-syntax m (syntax-rules () ((_ a) (a ...))))", "ellipsis");
    check_error(
        "(define-syntax m (syntax-rules () ((_ (a ...) (b ...)) '((a b) ...)))) (m (1 2) (3))",
        "different lengths",
    );
    check_error("(define-syntax m 3)", "syntax-rules");
    check_error(
        "(define-syntax m (syntax-rules () ((_ x) (syntax-error \"bad thing:\" x)))) (m (a b))",
        "bad thing: (a b)",
    );
}

#[test]
fn expansion_for_ever_ends_in_an_error() {
    let mut world = World::new();
    world.limits.steps = 100_000;
    let error = |text: &str| world.core(text).expect_err("endless").to_string();
    assert!(
        error("(define-syntax m (syntax-rules () ((_) (m)))) (m)").contains("does it ever end")
    );
    let grows = "(define-syntax m (syntax-rules () ((_ x ...) (m x ... x ...)))) (m 1 2)";
    assert!(error(grows).contains("does it ever end"));
    let deepens = "(define-syntax m (syntax-rules () ((_) (+ 1 (m))))) (m)";
    assert!(error(deepens).contains("nested too deeply"));
    let defines = "(define-syntax m (syntax-rules () ((_ k) (begin (define-syntax k2 (syntax-rules () ((_ x) (m x)))) (k2 k))))) (m a)";
    assert!(error(defines).contains("does it ever end"), "{}", error(defines));
}

#[test]
fn an_endless_expansion_can_be_interrupted() {
    use crate::expand::{ExpandError, ExpandErrorKind, Session};
    use crate::read::read_one;
    use crate::source::{SourceId, Span};
    let world = World::new();
    let stop = || Err(ExpandError::new("stop", Span::NONE).of_kind(ExpandErrorKind::Interrupted));
    let session = Session {
        symbols: &world.symbols,
        sources: &world.sources,
        host: &world.host,
        loader: &world.files,
        check: &stop,
        limits: world.limits,
    };
    let text = "(letrec-syntax ((m (syntax-rules () ((_) (m))))) (m))";
    let read = read_one(SourceId(1), text, &world.symbols).expect("it is a datum");
    let (form, _) = read.expect("there is a datum");
    let environment = world.expander.interaction_environment();
    let error = world.expander.expand_toplevel(&session, &form, environment);
    assert_eq!(error.map(|_| ()).map_err(|e| e.kind), Err(ExpandErrorKind::Interrupted));
}
