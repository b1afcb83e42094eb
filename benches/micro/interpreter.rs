//! Micro benchmarks of the interpreter: calls, closures, continuations, and the price of the
//! safepoint poll that every loop makes.
//!
//! Each benchmark defines a procedure once and then times calls of it from Rust, so the few
//! microseconds of reading and compiling the call are part of every figure; the work is large
//! enough to drown them.

use divan::Bencher;
use lisle::Vm;

/// Steps of the loops below.
const STEPS: u32 = 100_000;

fn main() {
    divan::main();
}

/// Times `call` in a machine that has seen `definitions`.
fn bench_scheme(bencher: Bencher<'_, '_>, definitions: &str, call: &str) {
    let vm = Vm::new().expect("a machine can be made");
    vm.eval_text(definitions).expect("the definitions are correct");
    bencher
        .counter(divan::counter::ItemsCount::new(STEPS))
        .bench_local(|| vm.eval_text(call).expect("the call returns"));
}

/// A loop that does nothing: one poll, one comparison and one subtraction a step.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn empty_loop(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define (run n) (if (= n 0) 'done (run (- n 1))))",
        &format!("(run {STEPS})"),
    );
}

/// A call that is not a tail call, of a procedure that is not known in advance.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn call_unknown(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define (identity x) x)
         (define (run f n) (if (= n 0) 'done (begin (f n) (run f (- n 1)))))",
        &format!("(run identity {STEPS})"),
    );
}

/// Frames on frames, then all of them returned through.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn deep_recursion(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define (run n) (if (= n 0) 0 (+ 1 (run (- n 1)))))",
        &format!("(run {STEPS})"),
    );
}

/// A closure of one variable made and called at once.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn make_closure(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define (adder n) (lambda (x) (+ x n)))
         (define (run n sum) (if (= n 0) sum (run (- n 1) ((adder n) sum))))",
        &format!("(run {STEPS} 0)"),
    );
}

/// A continuation captured and returned through normally: one frame promoted, one reinstated.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn capture_and_return(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define (run n)
           (if (= n 0) 'done (begin (call/cc (lambda (k) n)) (run (- n 1)))))",
        &format!("(run {STEPS})"),
    );
}

/// A continuation captured and called, from a stack of so many frames.
#[divan::bench(args = [10, 1_000, 100_000], sample_count = 10, sample_size = 1)]
fn capture_and_throw(bencher: Bencher<'_, '_>, depth: u32) {
    bench_scheme(
        bencher,
        "(define (throw-many n)
           (if (= n 0) 0 (begin (call/cc (lambda (k) (k n))) (throw-many (- n 1)))))
         (define (run depth n)
           (if (= depth 0) (throw-many n) (+ 1 (run (- depth 1) n))))",
        &format!("(run {depth} {STEPS})"),
    );
}

/// One continuation entered again and again.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn reenter(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define (run n)
           (let ((left n) (again #f))
             (call/cc (lambda (k) (set! again k)))
             (if (= left 0) 'done (begin (set! left (- left 1)) (again #f)))))",
        &format!("(run {STEPS})"),
    );
}
