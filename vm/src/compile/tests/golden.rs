//! Small programs and their code.

use super::support::World;

/// The code of the procedure that `text` defines, without the form that defines it.
fn show(text: &str) -> String {
    let world = World::default();
    let code = world.compile(text);
    let shown = world.show(&code);
    shown.split_once("\n\n").expect("a procedure is defined").1.to_owned()
}

fn check(text: &str, expected: &str) {
    let trim = |text: &str| {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let found = show(text);
    assert_eq!(trim(&found), trim(expected), "{text}\n{found}");
}

#[test]
fn arguments_are_made_where_the_callee_wants_them() {
    check(
        "(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))",
        "fib: frame 5, captures 0
           clause of 1
             0  JumpUnlessLtI    r0 2 -> 3
             2  Return           r0
             3  AddI             r3 r0 -1
             4  CallGlobal       r1 1 fib
             6  AddI             r4 r0 -2
             7  CallGlobal       r2 1 fib
             9  Add              r1 r1 r2
            10  Return           r1",
    );
}

#[test]
fn a_loop_stays_in_its_frame() {
    check(
        "(define (count n) (let loop ((i 0) (acc 0)) \
           (if (= i n) acc (loop (+ i 1) (+ acc i)))))",
        "count: frame 4, captures 0
           clause of 1
             0  Fixnum           r1 0
             1  Fixnum           r2 0
             2  JumpUnlessNumEq  r1 r0 -> 5
             4  Return           r2
             5  Add              r2 r2 r1
             6  AddILoop         r1 r1 1 -> 2",
    );
}

#[test]
fn a_loop_inside_a_loop_stays_in_the_same_frame() {
    check(
        "(define (nest n) (letrec ((inner (lambda (j s) (if (= j n) s (inner (+ j 1) (+ s 1)))))) \
           (let outer ((i 0) (s 0)) (if (= i n) s (outer (+ i 1) (inner 0 s))))))",
        "nest: frame 5, captures 0
           clause of 1
             0  Fixnum           r1 0
             1  Fixnum           r2 0
             2  JumpUnlessNumEq  r1 r0 -> 5
             4  Return           r2
             5  AddI             r1 r1 1
             6  Move             r4 r2
             7  Fixnum           r3 0
             8  JumpUnlessNumEq  r3 r0 -> 12
            10  Move             r2 r4
            11  Loop             -> 2
            12  AddI             r3 r3 1
            13  AddILoop         r4 r4 1 -> 8
            15  Loop             -> 2",
    );
}

#[test]
fn a_counter_lives_in_an_environment() {
    check(
        "(define (make) (let ((n 0)) (lambda () (set! n (+ n 1)) n)))",
        "make: frame 4, captures 0
           clause of 0
             0  Fixnum           r2 0
             1  EnvOpen          r0 1
             2  EnvClose         r0 r0
             3  Closure          r3 lambda r0
             5  Return           r3
         lambda: frame 1, captures 1
           clause of 0
             0  EnvFreeRef       r0 0 0
             1  AddI             r0 r0 1
             2  EnvFreeSet       r0 0 0
             3  EnvFreeRef       r0 0 0
             4  Return           r0",
    );
}

#[test]
fn a_closed_procedure_is_a_constant() {
    check(
        "(define (f l) (let ((add (lambda (x y) (begin (display x) (display y) (display x) \
           (display y) (display x) (+ x y))))) (list (add 1 2) (add 3 4) add)))",
        "f: frame 6, captures 0
           clause of 1
             0  Const            r2 lambda
             2  Fixnum           r3 1
             3  Fixnum           r4 2
             4  CallKnown        r1 2
             5  Const            r3 lambda
             7  Fixnum           r4 3
             8  Fixnum           r5 4
             9  CallKnown        r2 2
            10  Const            r3 lambda
            12  PrimN            r1 r1..4 list
            14  Return           r1
         lambda: frame 3, captures 0
           clause of 2
             0  Prim1            r2 r0 display
             2  Prim1            r2 r1 display
             4  Prim1            r2 r0 display
             6  Prim1            r2 r1 display
             8  Prim1            r2 r0 display
            10  Add              r2 r0 r1
            11  Return           r2",
    );
}

#[test]
fn tests_inside_tests_jump_straight_to_the_arms() {
    check(
        "(define (h x y) (if (if x (eq? y 'a) (memv y '(b c))) (display 1) (< x y 3)))",
        "h: frame 3, captures 0
           clause of 2
             0  JumpIfFalse      r0 -> 6
             1  Const            r2 'a
             3  JumpUnlessEq     r1 r2 -> 19
             5  Jump             -> 15
             6  Const            r2 'b
             8  JumpUnlessEq     r1 r2 -> 11
            10  Jump             -> 15
            11  Const            r2 'c
            13  JumpUnlessEq     r1 r2 -> 19
            15  Fixnum           r2 1
            16  Prim1            r2 r2 display
            18  Return           r2
            19  JumpUnlessLt     r0 r1 -> 24
            21  Fixnum           r2 3
            22  Lt               r2 r1 r2
            23  Return           r2
            24  ReturnImmediate  0",
    );
}

#[test]
fn an_early_exit_is_an_escape() {
    check(
        "(define (find l) (call/cc (lambda (return) \
           (for-each (lambda (x) (if (zero? x) (return x) 0)) l) #f)))",
        "find: frame 4, captures 0
           clause of 1
             0  Closure          r3 lambda r0
             2  TailCallGlobal   r1 1 %call/ec
         lambda: frame 5, captures 1
           clause of 1
             0  Closure          r3 lambda r0
             2  FreeRef          r4 0
             3  CallGlobal       r1 2 for-each
             5  ReturnImmediate  0
         lambda: frame 4, captures 1
           clause of 1
             0  JumpUnlessNumEqI r0 0 -> 5
             2  FreeRef          r2 0
             3  Move             r3 r0
             4  TailCall         r1 1
             5  Fixnum           r1 0
             6  Return           r1",
    );
}

#[test]
fn a_continuation_that_gets_away_is_no_escape() {
    let kept = show("(define (f) (call/cc (lambda (k) (lambda () (k 1)))))");
    assert!(kept.contains("call/cc") && !kept.contains("%call/ec"), "{kept}");
    let stored = show("(define (f) (call/cc (lambda (k) (set! x k) (k 1))))");
    assert!(stored.contains("call/cc") && !stored.contains("%call/ec"), "{stored}");
}
