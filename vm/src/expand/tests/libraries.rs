//! Libraries, imports, inclusion and conditional expansion.

use super::{World, check_core, check_error, check_value, core_of};

const COUNTER: &str = "(define-library (my counter)
  (export (rename next! count!) twice)
  (import (scheme base))
  (begin (define n 0)
         (define (next!) (set! n (+ n 1)) n)
         (define-syntax twice (syntax-rules () ((_ e) (begin e (next!)))))))";

#[test]
fn a_library_exports_variables_and_macros() {
    check_value(
        &format!("{COUNTER} (import (scheme base) (my counter)) (list (count!) (twice (count!)))"),
        "(1 3)",
    );
    check_value(
        &format!(
            "{COUNTER} (import (scheme base) (prefix (only (my counter) count!) c:)) (c:count!)"
        ),
        "1",
    );
    check_value(&format!("{COUNTER} (import (rename (my counter) (count! up))) (up)"), "1");
    check_value(&format!("{COUNTER} (import (except (my counter) twice)) (count!)"), "1");
}

#[test]
fn a_program_with_imports_sees_only_those() {
    check_core("(import (only (scheme base) car)) (cdr 1)", "(cdr '1)");
    check_value("(import (only (scheme base) define list)) (define if list) (if 1)", "(1)");
    check_error("(import (only (scheme base) car frob)) 1", "does not export frob");
    check_error("(import (no such)) 1", "no such library: (no such)");
    check_error(
        &format!("{COUNTER} (import (scheme base) (my counter)) (set! count! 1)"),
        "imported",
    );
    check_error("(import (only (scheme base) set! car)) (set! car 1)", "imported");
}

#[test]
fn one_library_exports_what_all_do() {
    check_core("(import (lisle base)) (delay (if 1 2 car))", &core_of("(delay (if 1 2 car))"));
    check_value("(import (only (lisle base) cut <> + quote)) ((cut + <> 1) 2)", "3");
}

#[test]
fn an_imported_name_can_be_defined_anew() {
    check_value("(import (scheme base)) (define (car x) 'mine) (car '(1))", "mine");
}

#[test]
fn a_library_is_instantiated_once_and_before_its_users() {
    let world = World::new()
        .with_file("a.sld", "(define-library (a) (export a) (import (scheme base)) (begin (define a (list 1))))")
        .with_file("b/1.sld", "(define-library (b 1) (export b) (import (scheme base) (a)) (begin (define b (cons 0 a))))");
    let units = world.core("(import (b 1)) (import (a)) b").expect("it is a program");
    assert_eq!(units, "(define a (list '1))\n(define b (cons '0 a))\nb");
    let unused = format!("{COUNTER} 1");
    assert_eq!(World::new().core(&unused).as_deref(), Ok("'1"));
}

#[test]
fn a_failed_import_leaves_its_libraries_to_be_instantiated() {
    let world = World::new().with_file(
        "a.sld",
        "(define-library (a) (export a) (import (scheme base)) (begin (define a 1)))",
    );
    assert!(world.core("(import (a) (no such))").is_err());
    assert_eq!(world.core("(import (a)) a").as_deref(), Ok("(define a '1)\na"));
}

#[test]
fn cyclic_imports_are_an_error() {
    let world = World::new()
        .with_file("a.sld", "(define-library (a) (export) (import (b)))")
        .with_file("b.sld", "(define-library (b) (export) (import (a)))");
    let error = world.core("(import (a))").expect_err("a cycle");
    assert!(error.message.contains("imports itself"), "{error}");
}

#[test]
fn library_declarations_can_be_conditional_and_included() {
    let world = World::new()
        .with_file("decls.scm", "(export x) (import (scheme base))")
        .with_file("body.scm", "(define x 'included)")
        .with_file("l.sld", "(define-library (l) (include-library-declarations \"decls.scm\")
            (cond-expand ((and lisle (not frob) (library (scheme base))) (include \"body.scm\")) (else (begin (define x 2)))))");
    assert_eq!(world.value("(import (l)) x").as_deref(), Ok("included"));
}

#[test]
fn errors_in_libraries_are_reported() {
    check_error("(define-library (l) (export nothing))", "neither defined nor imported");
    check_error("(define-library (l) (define x 1))", "no declaration of a library");
    check_error("(define-library 5)", "a library's name");
    check_error("(import 5)", "expected import sets");
}

#[test]
fn cond_expand_and_include_work_everywhere() {
    check_value("(cond-expand (frob 1) ((library (no such)) 2) ((or frob r7rs) 3))", "3");
    check_value("(list (cond-expand (frob 1) (else 2)))", "(2)");
    check_value("(cond-expand (lisle (import (scheme base)) (define x 1))) x", "1");
    let world =
        World::new().with_file("f.scm", "(define y 2) (define (g) y)").with_file("ci.scm", "'ABC");
    assert_eq!(world.value("(include \"f.scm\") (g)").as_deref(), Ok("2"));
    assert_eq!(world.value("(let () (include \"f.scm\") (g))").as_deref(), Ok("2"));
    assert_eq!(world.value("(include-ci \"ci.scm\")").as_deref(), Ok("abc"));
    assert!(world.value("(include \"none.scm\")").is_err());
}

#[test]
fn expanders_can_be_used_from_several_threads() {
    const fn shared<T: Send + Sync>() {}
    shared::<crate::expand::Expander>();
    shared::<crate::expand::Unit>();
}
