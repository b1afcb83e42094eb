//! Tests of the passes, on expressions shown as text.

use super::known::Known;
use super::labels;
use super::{constant, escape, letrec, simplify};
use crate::compile::tests::support::World;
use crate::core_form::{Core, VarId, Vars};

/// An expression as text, every variable with its number.
fn show(core: &Core, vars: &Vars, world: &World) -> String {
    let all = |parts: &[Core]| {
        parts.iter().map(|part| format!(" {}", show(part, vars, world))).collect::<String>()
    };
    let name = |var: &VarId| format!("{}{}", world.symbols.name(vars.info(*var).name), var.0);
    let bind = |bindings: &[(VarId, Core)]| {
        let bindings = bindings
            .iter()
            .map(|(var, value)| format!("({} {})", name(var), show(value, vars, world)));
        bindings.collect::<Vec<_>>().join(" ")
    };
    match core {
        Core::Const(datum) => match constant::datum_fixnum(datum) {
            Some(n) => n.to_string(),
            None => format!("{:?}", constant::truth(core)),
        },
        Core::Unspecified => "unspecified".into(),
        Core::Local(var, _) => name(var),
        Core::Global(id, _) => world.globals.borrow()[id.0 as usize].clone(),
        Core::SetLocal(var, value, _) => {
            format!("(set! {} {})", name(var), show(value, vars, world))
        }
        Core::SetGlobal(_, value, _) => format!("(set! global {})", show(value, vars, world)),
        Core::DefineGlobal(_, value, _) => show(value, vars, world),
        Core::If(test, then, otherwise) => format!(
            "(if {} {} {})",
            show(test, vars, world),
            show(then, vars, world),
            show(otherwise, vars, world)
        ),
        Core::Lambda(lambda) => {
            let clause = &lambda.clauses[0];
            let params: Vec<String> = clause.params.iter().map(name).collect();
            format!("(lambda ({}) {})", params.join(" "), show(&clause.body, vars, world))
        }
        Core::Seq(parts) => format!("(begin{})", all(parts)),
        Core::Call(call) => format!("({}{})", show(&call.callee, vars, world), all(&call.args)),
        Core::Let(bindings, body) => {
            format!("(let ({}) {})", bind(bindings), show(body, vars, world))
        }
        Core::Letrec(bindings, body) => {
            format!("(letrec ({}) {})", bind(bindings), show(body, vars, world))
        }
    }
}

fn pass(text: &str, run: impl FnOnce(Core, &mut Vars, &Known<'_>) -> Core) -> String {
    let world = World::default();
    let (core, mut vars) = world.core(text);
    let core = world.with_context(|context| run(core, &mut vars, &Known::new(context)));
    show(&core, &vars, &world)
}

fn simplified(text: &str) -> String {
    pass(text, |core, vars, known| {
        (0..4)
            .fold(letrec::fix(core, vars, known), |core, _| simplify::simplify(core, vars, known).0)
    })
}

#[test]
fn constants_are_folded() {
    assert_eq!(simplified("(+ 1 (* 2 3) (- 5))"), "(+ 7 (- 5))");
    assert_eq!(simplified("(if (< 1 2) 3 (car 1))"), "3");
    assert_eq!(simplified("(let ((x 2)) (let ((y x)) (+ x y)))"), "4");
    assert_eq!(simplified("(quotient 1 0)"), "(quotient 1 0)");
}

#[test]
fn a_call_of_very_many_arguments_is_not_nested() {
    for callee in ["+", "<"] {
        let call = format!("({callee}{})", " x".repeat(1000));
        assert_eq!(simplified(&call), call);
    }
}

#[test]
fn procedures_called_once_or_small_are_inlined() {
    assert_eq!(
        simplified("((lambda (x) (display x)) (car y))"),
        "(let ((x0 (car y))) (display x0))"
    );
    assert_eq!(simplified("(let ((f (lambda (x) (+ x 1)))) (f (f 1)))"), "3");
    assert_eq!(simplified("(let ((f (lambda (x) x))) (begin (f 1) (f 2)))"), "2");
}

#[test]
fn what_nobody_needs_is_removed() {
    assert_eq!(simplified("(let ((x (cons 1 2))) 3)"), "3");
    assert_eq!(simplified("(let ((x (car y))) 3)"), "(begin (car y) 3)");
    assert_eq!(simplified("(let ((x 1)) (begin (set! x (display 2)) 3))"), "(begin (display 2) 3)");
    assert_eq!(simplified("(letrec ((f (lambda () (f)))) 3)"), "3");
}

#[test]
fn tests_lose_their_temporaries() {
    assert_eq!(
        simplified("(if (let ((t (car x))) (if t t (cdr x))) 1 2)"),
        "(if (if (car x) Some(true) (cdr x)) 1 2)"
    );
    assert_eq!(simplified("(if (not (car x)) 1 2)"), "(if (car x) 2 1)");
}

#[test]
fn letrec_is_split_into_what_it_is_made_of() {
    let fixed = |text| pass(text, letrec::fix);
    assert_eq!(
        fixed("(letrec ((f (lambda () (g))) (x (car y)) (g (lambda () x))) (f))"),
        "(let ((x1 (car y))) (let ((g2 (lambda () x1))) (let ((f0 (lambda () (g2)))) (f0))))"
    );
    assert_eq!(
        fixed("(letrec ((f (lambda () x)) (x (f))) x)"),
        "(letrec ((x1 x1)) (letrec ((f0 (lambda () x1))) (begin (set! x1 (f0)) x1)))"
    );
    assert_eq!(
        fixed("(letrec ((a (display 1)) (b (display 2))) 3)"),
        "(let ((a0 (display 1))) (let ((b1 (display 2))) 3))"
    );
}

#[test]
fn a_loop_is_a_label_and_a_recursion_is_not() {
    let labels = |text| {
        let world = World::default();
        let (core, vars) = world.core(text);
        labels::find(&core, &vars).len()
    };
    assert_eq!(labels("(let loop ((i 0)) (if (< i 9) (loop (+ i 1)) i))"), 1);
    assert_eq!(labels("(+ 1 (let loop ((i 0)) (if (< i 9) (loop (+ i 1)) i)))"), 1);
    assert_eq!(labels("(let loop ((i 0)) (if (< i 9) (+ 1 (loop (+ i 1))) i))"), 0);
    assert_eq!(labels("(let loop ((i 0)) (lambda () (loop i)))"), 0);
    assert_eq!(labels("(let loop ((i 0)) (if (< i 9) (loop) i))"), 0);
    assert_eq!(labels("(let ((k (lambda (x) (display x)))) (if y (k 1) (k 2)))"), 1);
    assert_eq!(labels("(letrec ((f (lambda () (g))) (g (lambda () (f)))) (f))"), 2);
    assert_eq!(labels("(letrec ((f (lambda () (g))) (g (lambda () (f)))) (list (f)))"), 0);
}

#[test]
fn an_escape_needs_a_continuation_that_stays() {
    let escapes = |text| {
        let shown = pass(text, |core, vars, known| escape::convert(core, vars, known));
        shown.contains("%call/ec")
    };
    assert!(escapes("(call/cc (lambda (k) (+ 1 (k 2))))"));
    assert!(escapes("(call/cc (lambda (k) (for-each (lambda (x) (k x)) y)))"));
    assert!(escapes("(call/cc (lambda (k) (let loop ((i 0)) (if (f i) (k i) (loop (+ i 1))))))"));
    assert!(!escapes("(call/cc (lambda (k) k))"));
    assert!(!escapes("(call/cc (lambda (k) (f k)))"));
    assert!(!escapes("(call/cc (lambda (k) (f (lambda () (k 1)))))"));
    assert!(!escapes("(call/cc (lambda (k) (for-each k y)))"));
}
