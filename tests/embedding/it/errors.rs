//! What the host learns of what goes wrong.

use lisle::{Capabilities, Error, ErrorKind, Root, Vm};
use std::error::Error as _;
use std::fmt;

#[derive(Debug)]
struct OutOfPaper(u32);

impl fmt::Display for OutOfPaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tray {} is empty", self.0)
    }
}

impl std::error::Error for OutOfPaper {}

#[test]
fn the_hosts_own_error_comes_back_as_the_source() {
    let vm = Vm::new().unwrap();
    vm.define("print", |tray: u32| Err::<(), _>(OutOfPaper(tray))).unwrap();
    let error = vm.eval::<()>("(define (job) (+ 1 (print 3)))\n(job)").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Host);
    assert_eq!(error.message(), "tray 3 is empty");
    let source = error.source().and_then(|source| source.downcast_ref::<OutOfPaper>());
    assert!(matches!(source, Some(OutOfPaper(3))));
    let names: Vec<&str> = error.backtrace().iter().map(|f| f.procedure.as_str()).collect();
    assert_eq!(names[..2], ["print", "job"]);
    // Caught and raised again in between.
    let error = vm.eval::<()>("(guard (e ((string? e) 1)) (job))").unwrap_err();
    assert!(error.source().is_some_and(|source| source.is::<OutOfPaper>()));
}

#[test]
fn kinds_and_places() {
    let vm = Vm::builder().capabilities(Capabilities::ALL).build().unwrap();
    let cases = [
        ("(car 1)", ErrorKind::Type),
        ("(vector-ref (vector 1) 5)", ErrorKind::Range),
        ("((lambda (x) x))", ErrorKind::Arity),
        ("nonexistent", ErrorKind::Unbound),
        ("(5 5)", ErrorKind::NotProcedure),
        ("(quotient 1 0)", ErrorKind::DivideByZero),
        ("(raise 5)", ErrorKind::Raised),
        ("(error \"what\" 1)", ErrorKind::General),
        ("(if)", ErrorKind::Syntax),
        ("(1 2", ErrorKind::Read),
        ("(open-input-file \"/there/is/none\")", ErrorKind::File),
    ];
    for (text, kind) in cases {
        let error = vm.eval_named::<Root>("case.scm", &format!("\n  {text}")).unwrap_err();
        assert_eq!(error.kind(), kind, "{text}: {error}");
        let place = error.place().unwrap_or_else(|| panic!("{text} has a place"));
        assert_eq!((place.file.as_str(), place.line), ("case.scm", 2), "{text}");
    }
}

#[test]
fn errors_are_shared_between_threads_and_shown() {
    fn is_shared<T: Send + Sync + 'static>(_: &T) {}
    let vm = Vm::new().unwrap();
    let error = vm.eval_named::<Root>("rules.scm", "(error \"no rule for\" 'x 1)").unwrap_err();
    is_shared(&error);
    assert_eq!(error.to_string(), "rules.scm:1:1: no rule for: x 1");
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.clone().into();
    assert_eq!(Error::host(boxed).kind(), error.kind());
}

#[test]
fn a_full_heap_is_an_error_and_the_machine_goes_on() {
    let vm = Vm::builder().heap_limit(32 << 20).build().unwrap();
    for _ in 0..3 {
        let text = "(let loop ((l '())) (loop (cons (make-vector 100 0) l)))";
        assert_eq!(vm.eval::<Root>(text).unwrap_err().kind(), ErrorKind::HeapExhausted);
        assert_eq!(vm.eval::<i64>("(apply + (map square '(1 2 3)))").unwrap(), 14);
    }
}
