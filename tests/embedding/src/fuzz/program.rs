//! Random programs, by a grammar: legal and illegal ones, that end and that do not.

use crate::random::Random;

/// Values that need no evaluation.
const ATOMS: &[&str] = &[
    "0",
    "1",
    "-7",
    "42",
    "1.5",
    "+inf.0",
    "+nan.0",
    "2/3",
    "100000000000000000000001",
    "#t",
    "#f",
    "'()",
    "'a",
    "\"\"",
    "\"text\"",
    "\"λ€\"",
    "#\\x",
    "'(1 2 3)",
    "'#(1 2)",
    "#u8(1 2)",
    "car",
    "list",
    "saved",
    "table",
    "counter",
    "(current-thread)",
    "channel",
    "lock",
    "parameter",
    "(if #f #f)",
];

/// Procedures, each with how many arguments to give it.
const PROCEDURES: &[(&str, usize)] = &[
    ("+", 2),
    ("-", 2),
    ("*", 2),
    ("/", 2),
    ("quotient", 2),
    ("exact", 1),
    ("inexact", 1),
    ("sqrt", 1),
    ("cons", 2),
    ("car", 1),
    ("cdr", 1),
    ("list", 3),
    ("append", 2),
    ("reverse", 1),
    ("length", 1),
    ("list->vector", 1),
    ("vector-ref", 2),
    ("vector-fill!", 2),
    ("vector->list", 1),
    ("set-car!", 2),
    ("set-cdr!", 2),
    ("memq", 2),
    ("assoc", 2),
    ("equal?", 2),
    ("eq?", 2),
    ("procedure?", 1),
    ("number->string", 1),
    ("string-append", 2),
    ("string-length", 1),
    ("string->symbol", 1),
    ("string-ref", 2),
    ("apply", 2),
    ("map", 2),
    ("for-each", 2),
    ("vector-map", 2),
    ("list-copy", 1),
    ("hash-table-set!", 3),
    ("hash-table-ref/default", 3),
    ("hash-table->alist", 1),
    ("values", 2),
    ("counter-add!", 2),
    ("host-call", 2),
    ("host-swallow", 1),
    ("host-limits", 1),
    ("host-keep!", 1),
    ("host-async", 1),
    ("host-window", 1),
    ("log!", 2),
    ("draw!", 1),
    ("host-rest", 3),
    ("host-map", 1),
    ("raise", 1),
    ("raise-continuable", 1),
    ("exact->inexact", 1),
    ("channel-try-send!", 2),
    ("thread-join!", 1),
    ("make-parameter", 1),
    ("force", 1),
    ("display", 1),
    ("call/cc", 1),
    ("call-with-values", 2),
    ("string->number", 1),
    ("list-tail", 2),
    ("expt", 2),
    ("min", 2),
];

/// Forms with holes: `@` is an expression, `%` a body in which `v` is bound.
const FORMS: &[&str] = &[
    "(if @ @ @)",
    "(begin @ @)",
    "(let ((v @)) %)",
    "(let* ((v @) (w %)) %)",
    "(letrec ((f (lambda (v) (if (and (number? v) (< 0 v 30)) (f (- v 1)) %)))) (f 20))",
    "((lambda (v . rest) %) @ @)",
    "(lambda (v) %)",
    "(lambda args @)",
    "(case-lambda ((v) %) ((v w) %))",
    "(let loop ((i 0) (v '())) (if (< i 40) (loop (+ i 1) (cons i v)) %))",
    "(let loop ((i 0)) (if (< i 5) (begin @ (loop (+ i 1))) @))",
    "(do ((i 0 (+ i 1)) (v @ %)) ((= i 4) v))",
    "(call/cc (lambda (v) %))",
    "(call/cc (lambda (v) (set! saved v) %))",
    "(call/cc (lambda (v) (v @) @))",
    "(if (and (procedure? saved) (< (begin (set! turns (+ turns 1)) turns) 50)) (saved @) @)",
    "(dynamic-wind (lambda () @) (lambda () @) (lambda () @))",
    "(guard (v (#t %)) @)",
    "(guard (v ((string? v) %)) @)",
    "(with-exception-handler (lambda (v) %) (lambda () @))",
    "(error \"made\" @ @)",
    "(+ 1 (raise-continuable @))",
    "(parameterize ((parameter @)) @)",
    "(thread-join! (thread-start! (make-thread (lambda () @))))",
    "(thread-start! (make-thread (lambda () @)))",
    "(begin (channel-send! channel @) (channel-receive! channel))",
    "(begin (mutex-lock! lock) (let ((v @)) (mutex-unlock! lock) %))",
    "(delay @)",
    "(make-vector 20 @)",
    "(vector-ref (make-vector 5 @) 3)",
    "(let-values (((v w) (values @ @))) %)",
    "(define-values (x y) (values @ @))",
    "(set! global @)",
    "(begin (define global @) global)",
    "(eval '@ (interaction-environment))",
    "(let-syntax ((m (syntax-rules () ((_ a) (list a a))))) (m @))",
    "(host-eval \"(list 1 2 (quote x))\")",
    "(host-eval \"(let ((v 1)) (raise v))\")",
    "(host-call (lambda (v) %) @)",
    "(host-call (call/cc (lambda (k) k)) @)",
    "(call/cc (lambda (k) (host-call (lambda (v) (k %)) @)))",
    "(host-swallow (lambda () @))",
    "(host-limits (lambda () @))",
    "(host-fail \"no\")",
    "(host-panic)",
    "(host-kept)",
    "(host-collect)",
    "(host-block)",
    "(log! log \"line\")",
    "(draw! canvas)",
    "(make-counter)",
    "(call-with-prompt (make-prompt-tag) (lambda () @) (lambda (k v) %))",
    "(call/ec (lambda (v) (v @)))",
    "(collect-garbage)",
    "(exit 3)",
    "(let ((v (make-string 1000 #\\a))) (string-length (string-append v v)))",
    "(with-output-to-string (lambda () (write @)))",
    "(call-with-output-string (lambda (port) (write @ port)))",
    "(list-sort (lambda (a b) @) (list 3 1 2))",
    "(thread-sleep! 0.001)",
    "(let loop () (loop))",
    "(let loop ((v '())) (loop (cons v v)))",
    "(define (endless v) (cons 1 (endless v))) (endless 1)",
];

/// What programs refer to. Evaluated once in each machine.
pub const PRELUDE: &str = "
(define saved #f)
(define turns 0)
(define global 1)
(define table (make-equal-hash-table))
(define channel (make-channel))
(define lock (make-mutex))
(define parameter (make-parameter 1))
(define counter (make-counter))
(define log (make-log))
(define canvas (make-canvas))
";

/// A program.
pub fn program(random: &mut Random) -> String {
    let mut text = String::new();
    if random.once_in(12) {
        text += "(import (fuzz library)) (fuzzed 1) ";
    }
    for _ in 0..=random.below(3) {
        let size = 2 + random.below(5);
        text += &expression(random, size, false);
        text += " ";
    }
    // Not always a legal program, nor even a text of data.
    if random.once_in(25) {
        let cut = random.below(text.chars().count());
        text = text.chars().enumerate().filter(|(at, _)| *at != cut).map(|(_, c)| c).collect();
    }
    text
}

/// A lambda expression, of a procedure that the host calls.
pub fn procedure(random: &mut Random) -> String {
    let size = 1 + random.below(4);
    format!(
        "(lambda args (let ((v (if (pair? args) (car args) 0))) {}))",
        expression(random, size, true)
    )
}

fn expression(random: &mut Random, depth: usize, in_body: bool) -> String {
    if in_body && random.once_in(3) {
        return "v".to_owned();
    }
    if depth == 0 || random.once_in(6) {
        return (*random.pick(ATOMS)).to_owned();
    }
    if random.once_in(3) {
        let (name, count) = *random.pick(PROCEDURES);
        let arguments: Vec<String> =
            (0..count).map(|_| expression(random, depth - 1, in_body)).collect();
        return format!("({name} {})", arguments.join(" "));
    }
    let mut text = String::new();
    for c in random.pick(FORMS).chars() {
        match c {
            '@' => text += &expression(random, depth - 1, in_body),
            '%' => text += &expression(random, depth - 1, true),
            _ => text.push(c),
        }
    }
    text
}
