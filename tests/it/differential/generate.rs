//! Random expressions, by subject. Each is closed, ends soon, and depends on nothing that the
//! report leaves open: the order in which operands are evaluated, what unspecified values are.

use crate::random::Random;

type Subject = (&'static str, fn(&mut Random) -> String);

const SUBJECTS: [Subject; 9] = [
    ("arithmetic", |random| arithmetic(random, 3)),
    ("integers", integers),
    ("number text", number_text),
    ("strings", |random| strings(random, 2)),
    ("characters", characters),
    ("lists", |random| lists(random, 3)),
    ("quasiquote", quasiquote),
    ("syntax-rules", syntax_rules),
    ("control", control),
];

/// So many expressions, of all subjects in turn.
pub fn expressions(count: usize, seed: u64) -> Vec<(&'static str, String)> {
    let mut random = Random(seed);
    let subjects = SUBJECTS.iter().cycle().take(count);
    subjects.map(|(name, make)| (*name, make(&mut random))).collect()
}

fn integer(random: &mut Random) -> String {
    match random.below(8) {
        0..=4 => random.between(-20, 20).to_string(),
        5 => random.between(-1 << 62, (1 << 62) - 1).to_string(),
        6 => (random.between(1, 1 << 40) as i128 * random.between(-1 << 60, 1 << 60) as i128)
            .to_string(),
        _ => random
            .pick(&["1152921504606846975", "-1152921504606846976", "4611686018427387904"])
            .to_owned(),
    }
}

fn real(random: &mut Random) -> String {
    match random.below(8) {
        0..=3 => integer(random),
        4 | 5 => format!("{}/{}", random.between(-30, 30), random.between(1, 30)),
        6 => format!("{}.{}", random.between(-99, 99), random.below(1000)),
        _ => format!("{}e{}", random.between(1, 9), random.between(-8, 12)),
    }
}

/// Numbers of all sorts, and what is computed from them.
fn arithmetic(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return match random.below(12) {
            0 => format!("{}{:+}i", random.between(-9, 9), random.between(1, 9)),
            _ => real(random),
        };
    }
    let deeper = depth - 1;
    let one = arithmetic(random, deeper);
    match random.below(12) {
        0..=4 => {
            let operation = random.pick(&["+", "-", "*", "/"]);
            format!("({operation} {one} {})", arithmetic(random, deeper))
        }
        5 => format!(
            "({} {one})",
            random.pick(&["floor", "ceiling", "round", "truncate", "numerator", "denominator"])
        ),
        6 => format!("({} {one})", random.pick(&["abs", "-", "square", "exact", "inexact", "/"])),
        7 => format!(
            "({} {one})",
            random.pick(&[
                "real-part",
                "imag-part",
                "magnitude",
                "number->string",
                "exact-integer?"
            ])
        ),
        8 => format!("(expt {one} {})", random.between(-3, 6)),
        9 => format!(
            "({} {one} {})",
            random.pick(&["<", "=", ">", "<=", "max", "min", "eqv?"]),
            real(random)
        ),
        10 => format!(
            "({} {one})",
            random.pick(&[
                "zero?",
                "positive?",
                "negative?",
                "integer?",
                "rational?",
                "real?",
                "exact?"
            ])
        ),
        _ => format!("({} {})", random.pick(&["sqrt", "exp", "sin", "atan"]), real(random)),
    }
}

/// Division of integers and what else takes only them.
fn integers(random: &mut Random) -> String {
    let (a, b) = (integer(random), integer(random));
    match random.below(6) {
        0 | 1 => {
            let operation = random.pick(&[
                "quotient",
                "remainder",
                "modulo",
                "floor-quotient",
                "floor-remainder",
                "truncate-quotient",
                "truncate-remainder",
                "gcd",
                "lcm",
                "floor/",
                "truncate/",
            ]);
            format!("({operation} {a} {b})")
        }
        2 => format!("(exact-integer-sqrt (abs {a}))"),
        3 => format!("(list (even? {a}) (odd? {b}) (= {a} {b}) (< {a} {b}))"),
        4 => format!("(number->string {a} {})", random.pick(&["2", "8", "10", "16"])),
        _ => format!(
            "(rationalize {}/{} 1/{})",
            random.between(-99, 99),
            random.between(1, 99),
            random.between(1, 20)
        ),
    }
}

/// Texts that may be numbers.
fn number_text(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(5) {
        text.push_str(random.pick(&[
            "1", "2", "10", "7", "/", ".", "e", "+", "-", "i", "a", "f", "1/2", ".5", "e2", "+i",
        ]));
    }
    let radix = random.pick(&["10", "10", "10", "16", "8", "2"]);
    format!("(string->number {text:?} {radix})")
}

fn text(random: &mut Random) -> String {
    let letters = ["a", "b", "Z", " ", "1", "λ", "Σ", "ß", "é", "x", "."];
    let length = random.below(7);
    (0..length).map(|_| random.pick(&letters)).collect()
}

fn strings(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return format!("{:?}", text(random));
    }
    let one = strings(random, depth - 1);
    let (start, end) = (random.below(5), random.below(7));
    match random.below(14) {
        0 => format!("(string-append {one} {})", strings(random, depth - 1)),
        1 => format!("(substring {one} {start} {end})"),
        2 => format!("(string-copy {one} {start})"),
        3 => format!(
            "({} {one})",
            random.pick(&["string-upcase", "string-downcase", "string-foldcase"])
        ),
        4 => format!(
            "({} {one} {})",
            random.pick(&[
                "string<?",
                "string=?",
                "string>?",
                "string-ci=?",
                "string<=?",
                "string>=?"
            ]),
            strings(random, depth - 1)
        ),
        5 => format!("(string->list {one} {start})"),
        6 => format!("(list->string (reverse (string->list {one})))"),
        7 => format!("(string-map char-upcase {one})"),
        8 => format!("(string->vector {one})"),
        9 => format!("(string->utf8 {one})"),
        10 => {
            format!("(let ((s (string-copy {one}))) (string-copy! s {start} {:?}) s)", text(random))
        }
        11 => format!("(let ((s (string-copy {one}))) (string-fill! s #\\* {start} {end}) s)"),
        12 => format!("(string-map (lambda (a b) (if (char<? a b) a b)) {one} {:?})", text(random)),
        _ => {
            format!("(call-with-port (open-input-string {one}) (lambda (p) (read-string {end} p)))")
        }
    }
}

fn characters(random: &mut Random) -> String {
    let code = match random.below(5) {
        0 | 1 => random.below(128),
        2 => 0xa0 + random.below(0x200),
        3 => 0x370 + random.below(0x200),
        _ => 0x1e00 + random.below(0x200),
    };
    let c = format!("(integer->char {code})");
    match random.below(3) {
        0 => format!("({} {c})", random.pick(&["char-upcase", "char-downcase", "char-foldcase"])),
        1 => format!(
            "(list (char-alphabetic? {c}) (char-numeric? {c}) (char-whitespace? {c}) (char-upper-case? {c}) (char-lower-case? {c}))"
        ),
        _ => format!("(list (digit-value {c}) (char-ci=? {c} (integer->char {})))", code ^ 32),
    }
}

fn datum(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random.pick(&["a", "b", "c", "1", "2", "\"s\"", "#\\x", "#t", "()"]).to_owned();
    }
    match random.below(4) {
        0 => datum(random, 0),
        1 => format!("#({})", random.some(3, |random| datum(random, depth - 1))),
        2 => format!("({} . {})", datum(random, depth - 1), datum(random, 0)),
        _ => format!("({})", random.some(4, |random| datum(random, depth - 1))),
    }
}

/// A list of small numbers, in several ways.
fn lists(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return format!("(list {})", random.some(6, |random| random.below(9).to_string()));
    }
    let deeper = depth - 1;
    let one = lists(random, deeper);
    let (k, n) = (random.below(5), random.below(9));
    match random.below(17) {
        0 => format!("(append {one} {})", lists(random, deeper)),
        1 => format!("(reverse {one})"),
        2 => format!("(list-tail {one} {k})"),
        3 => format!("(map (lambda (x) (+ x {n})) {one})"),
        4 => format!("(map (lambda (x y) (- x y)) {one} {})", lists(random, deeper)),
        5 => format!("(or (memv {n} {one}) '())"),
        6 => format!("(let ((l (list-copy {one}))) (list-set! l {k} {n}) l)"),
        7 => format!("(vector->list (vector-map square (list->vector {one})))"),
        8 => format!("(vector->list (list->vector {one}) {k})"),
        9 => format!(
            "(let loop ((l {one}) (r '())) (if (null? l) r (loop (cdr l) (if (odd? (car l)) (cons (car l) r) r))))"
        ),
        10 => format!("(let ((v (list->vector {one}))) (vector-fill! v {n} {k}) (vector->list v))"),
        11 => {
            format!("(let ((v (list->vector {one}))) (vector-copy! v {k} #(7 8)) (vector->list v))")
        }
        12 => format!("(do ((l {one} (cdr l)) (s '() (cons (length l) s))) ((null? l) s))"),
        13 => format!("(list (apply + {n} {one}))"),
        14 => format!("(bytevector->numbers (apply bytevector {one}) {k})")
            .replace("bytevector->numbers", "(lambda (b i) (list (bytevector-u8-ref b i)))"),
        15 => {
            format!("(let ((r '())) (for-each (lambda (x) (set! r (cons (* x {n}) r))) {one}) r)")
        }
        _ => {
            let (a, b) = (datum(random, 2), datum(random, 2));
            format!("(list (if (equal? '{a} '{b}) 1 0) (if (equal? '{a} '{a}) 1 0) (length {one}))")
        }
    }
}

fn quasiquote(random: &mut Random) -> String {
    format!("(let ((x 5) (l '(1 2)) (v '#(3))) `{})", template(random, 3, 1))
}

/// A quasiquote template at a level.
fn template(random: &mut Random, depth: usize, level: usize) -> String {
    if depth == 0 {
        return random.pick(&["a", "b", "1", "()", "\"s\""]).to_owned();
    }
    let deeper = depth - 1;
    match random.below(8) {
        0 => template(random, 0, level),
        1 if level == 1 => random.pick(&[",x", ",(+ x 1)", ",(car l)", ",l", ",v"]).to_owned(),
        1 => format!(",{}", template(random, deeper, level - 1)),
        2 if level == 1 => {
            format!("({} ,@l {})", template(random, deeper, 1), template(random, deeper, 1))
        }
        2 => format!("(,@{} z)", template(random, deeper, level - 1)),
        3 => format!("#({})", random.some(3, |random| template(random, deeper, level))),
        4 if level < 3 => format!("`{}", template(random, deeper, level + 1)),
        5 => format!("({} . {})", template(random, deeper, level), template(random, 0, level)),
        _ => format!("({})", random.some(4, |random| template(random, deeper, level))),
    }
}

/// A macro with one rule, whose pattern has variables of several ellipsis depths, and its use.
fn syntax_rules(random: &mut Random) -> String {
    let (pattern, out, input) = match random.below(8) {
        0 => ("a b ...", "a (b ...) b ... a", random_forms(random, 1)),
        1 => ("(a b ...) ...", "(b ... a) ... (a ...)", random_groups(random)),
        2 => ("(a ...) ...", "a ... ... end", random_groups(random)),
        3 => ("a ... z", "z (a a) ...", random_forms(random, 1)),
        4 => ("a ... y . z", "z y a ...", random_forms(random, 1)),
        5 => (
            "#(a ...) b ...",
            "#(b ... a ...)",
            format!("#({}) {}", random_forms(random, 0), random_forms(random, 0)),
        ),
        6 => ("k (a b ...) ...", "((k a) (b k) ...) ...", format!("9 {}", random_groups(random))),
        _ => {
            ("x => y", "y => x (... ...)", format!("{} => {}", datum(random, 1), datum(random, 1)))
        }
    };
    let second =
        random.pick(&["(_ . rest) '(other rest)", "(_ any (... ...)) '(any (... ...) no)"]);
    let second = second.replace("(... ...)", "...");
    format!(
        "(let-syntax ((m (syntax-rules (=>) ((_ {pattern}) '({out})) ({second})))) (m {input}))"
    )
}

fn random_forms(random: &mut Random, least: usize) -> String {
    let first = if least > 0 { format!("{} ", datum(random, 1)) } else { String::new() };
    first + &random.some(4, |random| datum(random, 1))
}

fn random_groups(random: &mut Random) -> String {
    random.some(3, |random| match random.below(6) {
        0 => datum(random, 0),
        _ => format!("({} {})", datum(random, 1), random.some(3, |random| datum(random, 0))),
    })
}

/// A program that leaves a trace of the order in which things happen.
fn control(random: &mut Random) -> String {
    let body = step(random, 4, &["k"]);
    format!(
        "(let* ((trace '()) (fuel 3) (p (make-parameter 0)) (note (lambda (x) (set! trace (cons x trace)) x))) \
         (note (call/cc (lambda (k) (with-exception-handler (lambda (e) (note 'last) (k (note e))) (lambda () {body}))))) \
         (reverse trace))"
    )
}

/// One step of such a program, inside of these continuations.
fn step(random: &mut Random, depth: usize, continuations: &[&str]) -> String {
    let number = random.below(90) + 10;
    if depth == 0 {
        let k = random.pick(continuations);
        return match random.below(6) {
            0 => format!("({k} (note {number}))"),
            1 => format!("(raise (note {number}))"),
            2 => "(note (p))".to_owned(),
            _ => format!("(note {number})"),
        };
    }
    let deeper = depth - 1;
    let one = step(random, deeper, continuations);
    match random.below(10) {
        0 => format!(
            "(dynamic-wind (lambda () (note 'in{number})) (lambda () {one}) (lambda () (note 'out{number})))"
        ),
        1 => {
            let name = format!("k{depth}");
            let inner: Vec<&str> = continuations.iter().copied().chain([name.as_str()]).collect();
            format!("(note (call/cc (lambda ({name}) {})))", step(random, deeper, &inner))
        }
        2 => format!("(guard (e ((even? e) (note 'even) e)) {one})"),
        3 => format!(
            "(guard (e ((assv e '((11 . 1) (13 . 2))) => cdr) (else (note 'else) e)) {one})"
        ),
        4 => format!(
            "(with-exception-handler (lambda (e) (note 'handler) (+ e 1)) (lambda () {one}))"
        ),
        5 => format!("(note (raise-continuable {one}))"),
        6 => format!("(parameterize ((p {number})) {one})"),
        7 => format!(
            "(let ((v {one})) (if (> fuel 0) (begin (set! fuel (- fuel 1)) {})) v)",
            step(random, deeper, continuations)
        ),
        8 => format!(
            "(let ((again #f)) (let ((v (call/cc (lambda (c) (set! again c) {number})))) (note v) (if (> fuel 0) (begin (set! fuel (- fuel 1)) {one} (again (+ v 1))) v)))"
        ),
        _ => format!("(begin {one} {})", step(random, deeper, continuations)),
    }
}
