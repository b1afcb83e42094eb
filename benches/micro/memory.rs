//! Micro benchmarks of the heap: allocation, the write barrier, and collections with several
//! threads to stop.

use divan::Bencher;
use divan::counter::ItemsCount;
use lisle::Vm;

/// Objects made, or stores done, in one call.
const STEPS: u32 = 100_000;

fn main() {
    divan::main();
}

/// A machine that has seen `definitions`.
fn machine(definitions: &str) -> Vm {
    let vm = Vm::new().expect("a machine can be made");
    vm.eval_text(definitions).expect("the definitions are correct");
    vm
}

/// Times `call` in a machine that has seen `definitions`.
fn bench_scheme(bencher: Bencher<'_, '_>, definitions: &str, call: &str) {
    let vm = machine(definitions);
    bencher
        .counter(ItemsCount::new(STEPS))
        .bench_local(|| vm.eval_text(call).expect("the call returns"));
}

/// Pairs that die at once.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn allocate_pairs(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define (run n last) (if (= n 0) last (run (- n 1) (cons n n))))",
        &format!("(run {STEPS} #f)"),
    );
}

/// Vectors of four elements that die at once.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn allocate_vectors(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define (run n last) (if (= n 0) last (run (- n 1) (make-vector 4 n))))",
        &format!("(run {STEPS} #f)"),
    );
}

/// A list that is kept while it is made, so that it survives collections.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn allocate_surviving_list(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define kept '())
         (define (build n list) (if (= n 0) list (build (- n 1) (cons n list))))
         (define (run n) (set! kept (build n '())))",
        &format!("(run {STEPS})"),
    );
}

/// Small integers stored into an old vector: the barrier has nothing to record.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn store_number_into_old(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define old (make-vector 100000 0))
         (define (run n) (if (= n 0) 'done (begin (vector-set! old (- n 1) n) (run (- n 1)))))",
        &format!("(run {STEPS})"),
    );
}

/// A fresh pair stored into each slot of an old vector: the barrier records every store.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn store_young_into_old(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(define old (make-vector 100000 0))
         (define (run n)
           (if (= n 0) 'done (begin (vector-set! old (- n 1) (cons n n)) (run (- n 1)))))",
        &format!("(run {STEPS})"),
    );
}

/// Pairs, kept and made one after the other, as keys told by their address: looked up while garbage is
/// made, so that the young ones move.
#[divan::bench(args = ["make-hash-table eq?", "make-weak-eq-hash-table"], sample_count = 10, sample_size = 1)]
fn look_up_by_address(bencher: Bencher<'_, '_>, table: &str) {
    bench_scheme(
        bencher,
        &format!(
            "(import (scheme base) (srfi 69) (lisle weak))
             (define keys (make-vector {STEPS}))
             (define table ({table}))
             (do ((i 0 (+ i 1))) ((= i {STEPS}))
               (vector-set! keys i (list i))
               (hash-table-set! table (vector-ref keys i) i))
             (define (run n last)
               (if (= n 0)
                   last
                   (run (- n 1)
                        (list n (hash-table-ref/default table (vector-ref keys (- n 1)) #f)))))"
        ),
        &format!("(run {STEPS} #f)"),
    );
}

/// Keys that die as soon as they are in a weak table.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn fill_weak_table_with_dying_keys(bencher: Bencher<'_, '_>) {
    bench_scheme(
        bencher,
        "(import (scheme base) (srfi 69) (lisle weak))
         (define table (make-weak-eq-hash-table))
         (define (run n)
           (if (= n 0) 'done (begin (hash-table-set! table (list n) n) (run (- n 1)))))",
        &format!("(run {STEPS})"),
    );
}

/// One thread allocates while so many others run an endless loop: every collection stops them.
#[divan::bench(args = [0, 1, 7], sample_count = 10, sample_size = 1)]
fn stop_running_threads(bencher: Bencher<'_, '_>, others: u32) {
    let vm = machine(
        "(import (scheme base) (srfi 18))
         (define stop? #f)
         (define (spin) (if stop? 'done (spin)))
         (define (start n)
           (if (= n 0) '() (cons (thread-start! (make-thread spin)) (start (- n 1)))))
         (define (run n last) (if (= n 0) last (run (- n 1) (make-vector 60 n))))",
    );
    vm.eval_text(&format!("(define threads (start {others}))")).expect("threads can be started");
    bencher
        .counter(ItemsCount::new(STEPS))
        .bench_local(|| vm.eval_text(&format!("(run {STEPS} #f)")).expect("the call returns"));
    vm.eval_text("(set! stop? #t) (for-each thread-join! threads)").expect("the threads end");
}
