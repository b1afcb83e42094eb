//! What docs/sharing.md promises of objects that threads share, where it is more than "old values or
//! new ones", which `races.rs` has. Each test gives the promise many moments to be broken at.

use crate::child::run_sized;

/// Four threads run `(work i)` at the same time; `results` is the list of what they returned. Then
/// `check` is evaluated, which has to be true.
#[track_caller]
fn share(imports: &str, definitions: &str, check: &str) {
    let text = format!(
        "(import (lisle base) {imports})
         (define (collect n f)
           (let loop ((k 0) (l '())) (if (< k n) (loop (+ k 1) (cons (f k) l)) (reverse l))))
         (define (repeat n f) (let loop ((k 0)) (if (< k n) (begin (f k) (loop (+ k 1))))))
         (define (every? ok? . lists) (not (memq #f (apply map ok? lists))))
         (define (same? . values) (every? (lambda (v) (eq? v (car values))) values))
         (define (distinct? values)
           (let ((t (make-equal-hash-table)))
             (for-each (lambda (v) (hash-table-set! t v #t)) values)
             (= (hash-table-size t) (length values))))
         (define (holds? v content) (every? equal? (vector->list v) content))
         {definitions}
         (define threads (map (lambda (i) (make-thread (lambda () (work i)))) '(0 1 2 3)))
         (for-each thread-start! threads)
         (define results (map thread-join! threads))
         (write {check})"
    );
    run_sized(&[], 100, &text).printed("#t");
}

/// Each run of a thunk would give another value.
#[test]
fn a_promise_has_one_value() {
    share(
        "",
        "(define promises
           (list->vector
            (collect (size 6000)
                     (lambda (n)
                       (case (modulo n 3)
                         ((0) (delay (list n)))
                         ((1) (delay-force (delay (list n))))
                         (else (delay-force (let ((p (delay (list n)))) (delay-force p)))))))))
         (define (work i) (map force (vector->list promises)))",
        "(apply every? same? results)",
    );
}

/// Promises that continue in one of two others, which one is left to chance: all keep their values.
#[test]
fn promises_that_become_one_keep_their_value() {
    share(
        "",
        "(define n (size 3000))
         (define ends (list->vector (collect (* 2 n) (lambda (k) (delay (list k))))))
         (define starts
           (list->vector
            (collect n (lambda (k) (delay-force (vector-ref ends (+ (* 2 k) (random-integer 2))))))))
         (define (work i)
           (collect n (lambda (k)
                        (let ((k (if (even? i) k (- n k 1))))
                          (if (= i 3) (force (vector-ref ends (* 2 k))))
                          (force (vector-ref starts k))))))",
        "(and (every? same? (car results) (reverse (cadr results)) (caddr results)
                      (reverse (cadddr results)))
              (every? (lambda (k) (equal? (force (vector-ref ends k)) (list k)))
                      (collect (* 2 n) (lambda (k) k))))",
    );
}

#[test]
fn a_stream_is_computed_once() {
    share(
        "(srfi 41)",
        "(define (tail n) (if (= n 0) stream-null (stream-cons (list n) (tail (- n 1)))))
         (define stream (tail (size 3000)))
         (define (work i) (stream->list stream))",
        "(apply every? same? results)",
    );
}

#[test]
fn a_random_number_is_drawn_by_one_thread() {
    share(
        "(srfi 27)",
        "(define source (make-random-source))
         (define draw (random-source-make-integers source))
         (define (work i)
           (collect (size 3000) (lambda (k) (cons (random-integer (expt 2 64)) (draw 4294967000)))))
         (define (state) (random-source-state-ref source))
         (define (replay)
           (let ((draw (random-source-make-integers (make-random-source))))
             (collect (* 4 (size 3000)) (lambda (k) (draw 4294967000)))))",
        "(let ((all (apply append results)))
           (and (distinct? (map car all))
                (equal? (list-sort < (map cdr all)) (list-sort < (replay)))))",
    );
}

/// Also in tables with an equivalence of the program's, and weak ones.
#[test]
fn no_update_of_a_hash_table_is_lost() {
    share(
        "",
        "(define tables
           (list (make-equal-hash-table) (make-eqv-hash-table) (make-weak-eqv-hash-table)
                 (make-hash-table (lambda (a b) (= a b)) (lambda (n) (modulo n 7)))))
         (define (work i)
           (repeat (size 4000)
                   (lambda (n)
                     (for-each
                      (lambda (t)
                        (hash-table-update! t (modulo n 10) (lambda (v) (+ v 1)) (lambda () 0))
                        (hash-table-update!/default t 'all (lambda (v) (+ v 1)) 0))
                      (list (car tables) (cadr tables) (caddr tables)))
                     (hash-table-update!/default (cadddr tables) (modulo n 10)
                                                 (lambda (v) (+ v 1)) 0))))
         (define expected (* 4 (quotient (size 4000) 10)))",
        "(every? (lambda (t) (every? (lambda (k) (= (hash-table-ref t k) expected))
                                    '(0 1 2 3 4 5 6 7 8 9)))
                tables)",
    );
}

#[test]
fn a_key_is_interned_by_one_thread() {
    share(
        "(only (srfi 125) hash-table-intern!)",
        "(define t (make-equal-hash-table))
         (define (work i)
           (collect (size 5000) (lambda (n) (hash-table-intern! t n (lambda () (list i n))))))",
        "(apply every? same? results)",
    );
}

/// One thread puts 0, 1, 2, ... in and then takes them out in the same order: what the others see at
/// one moment is an interval.
#[test]
fn a_walk_sees_a_table_at_one_moment() {
    share(
        "",
        "(define t (make-eqv-hash-table))
         (define done #f)
         (define (interval? keys)
           (or (null? keys) (= (length keys) (+ 1 (- (apply max keys) (apply min keys))))))
         (define (walked)
           (let ((keys '())) (hash-table-walk t (lambda (k v) (set! keys (cons k keys)))) keys))
         (define (write-all)
           (repeat (size 20)
                   (lambda (round)
                     (repeat 500 (lambda (n) (hash-table-set! t n n)))
                     (repeat 500 (lambda (n) (hash-table-delete! t n)))))
           (set! done #t)
           #t)
         (define (work i)
           (if (= i 0)
               (write-all)
               (let loop ()
                 (cond (done #t)
                       ((and (interval? (walked)) (interval? (hash-table-keys t))
                             (interval? (map car (hash-table->alist (hash-table-copy t)))))
                        (loop))
                       (else #f)))))",
        "(every? values results)",
    );
}

/// Whatever one call writes stands in the output in one piece.
#[test]
fn what_one_call_writes_stays_together() {
    share(
        "",
        "(define port (open-output-string))
         (define n (size 3000))
         (define (work i)
           (repeat n (lambda (k) (write (list 'from i k (make-string 40 #\\x)) port)
                                 (write-string \"(from me too)\" port))))
         (define (count-whole)
           (let ((in (open-input-string (get-output-string port))))
             (let loop ((count 0))
               (let ((datum (read in)))
                 (cond ((eof-object? datum) count)
                       ((and (list? datum) (eq? (car datum) 'from)
                             (or (equal? (cdr datum) '(me too))
                                 (= (string-length (cadddr datum)) 40)))
                        (loop (+ count 1)))
                       (else datum))))))",
        "(equal? (count-whole) (* 8 n))",
    );
}

#[test]
fn what_one_call_reads_is_read_by_one_thread() {
    share(
        "",
        "(define n (size 12000))
         (define (text-of f)
           (let ((out (open-output-string))) (repeat n (lambda (k) (f k out))) (get-output-string out)))
         (define lines (open-input-string (text-of (lambda (k out) (write k out) (newline out)))))
         (define data (open-input-string (text-of (lambda (k out) (write (list k \"a b\") out)))))
         (define (all read port)
           (let loop ((l '()))
             (let ((x (read port))) (if (eof-object? x) l (loop (cons x l))))))
         (define (work i)
           (let* ((numbers (map string->number (all read-line lines))) (lists (all read data)))
             (cons numbers lists)))",
        "(let ((numbers (list-sort < (apply append (map car results))))
               (lists (apply append (map cdr results))))
           (and (equal? numbers (collect n values))
                (equal? (list-sort < (map car lists)) (collect n values))
                (every? (lambda (l) (equal? (cdr l) '(\"a b\"))) lists)))",
    );
}

/// Each thread stores at places of its own, which share words with those of others.
#[test]
fn stores_to_neighbouring_elements_are_not_lost() {
    share(
        "(srfi 160 u16) (srfi 160 u32) (srfi 160 f32) (srfi 160 base)",
        "(define bytes (make-bytevector 8 0))
         (define shorts (make-u16vector 4 0))
         (define words (make-u32vector 4 0))
         (define floats (make-f32vector 4 0))
         (define n (size 60000))
         (define (work i)
           (let loop ((k 1))
             (bytevector-u8-set! bytes i (modulo k 251))
             (u16vector-set! shorts i (modulo k 65521))
             (u32vector-set! words i k)
             (f32vector-set! floats i k)
             (cond ((not (and (= (bytevector-u8-ref bytes i) (modulo k 251))
                              (= (u16vector-ref shorts i) (modulo k 65521))
                              (= (u32vector-ref words i) k)
                              (= (f32vector-ref floats i) k)))
                    #f)
                   ((< k n) (loop (+ k 1)))
                   (else #t))))",
        "(every? values results)",
    );
}

/// Numbers whose bytes all differ: a mixture of two would be neither.
#[test]
fn elements_of_homogeneous_vectors_are_never_torn() {
    share(
        "(srfi 160 base)",
        "(define doubles (make-f64vector 2 0.))
         (define words (make-u64vector 2 0))
         (define shorts (make-s16vector 4 0))
         (define good (list 0. 3.141592653589793 -1e300 1e-300))
         (define whole (list 0 #xffffffffffffffff #x0123456789abcdef #xfedcba9876543210))
         (define small (list 0 -1 256 -256))
         (define (work i)
           (let loop ((k 0))
             (f64vector-set! doubles 1 (list-ref good (modulo (+ i k) 4)))
             (u64vector-set! words 1 (list-ref whole (modulo (+ i k) 4)))
             (s16vector-set! shorts 1 (list-ref small (modulo (+ i k) 4)))
             (cond ((= k (size 60000)) #t)
                   ((and (memv (f64vector-ref doubles 1) good) (memv (u64vector-ref words 1) whole)
                         (memv (s16vector-ref shorts 1) small))
                    (loop (+ k 1)))
                   (else #f))))",
        "(every? values results)",
    );
}

/// Strings that become wide while other threads store into them.
#[test]
fn stores_to_neighbouring_characters_are_not_lost() {
    share(
        "",
        "(define strings (list->vector (collect (size 4000) (lambda (k) (make-string 8 #\\-)))))
         (define (mine i) (string-ref \"ab\\x3bb;\\x1F600;\" i))
         (define (work i)
           (vector-for-each (lambda (s) (string-set! s i (mine i)) (string-set! s (+ i 4) (mine i)))
                            strings))",
        "(every? (lambda (s) (string=? s \"ab\\x3bb;\\x1F600;ab\\x3bb;\\x1F600;\")) (vector->list strings))",
    );
}

#[test]
fn a_parameter_is_bound_for_one_thread() {
    share(
        "",
        "(define p (make-parameter 'outside))
         (define inherited
           (parameterize ((p 'inherited)) (thread-start! (make-thread (lambda () (p))))))
         (define (work i)
           (let loop ((k 0))
             (cond ((= k (size 20000)) (and (eq? (p) 'outside) (eq? (thread-join! inherited) 'inherited)))
                   ((eqv? (parameterize ((p (+ k i))) (p)) (+ k i)) (loop (+ k 1)))
                   (else #f))))",
        "(every? values results)",
    );
}

#[test]
fn a_name_is_one_symbol_for_all_threads() {
    share(
        "",
        "(define (work i)
           (collect (size 5000) (lambda (n) (string->symbol (string-append \"s\" (number->string n))))))",
        "(apply every? same? results)",
    );
}

/// Threads compile at the same time, each definitions of its own and one of all.
#[test]
fn evaluation_takes_turns() {
    share(
        "(scheme eval) (scheme repl) (only (srfi 113) set-unfold)",
        "(define (work i)
           (let* ((lists (environment '(srfi 1) '(srfi 113) '(scheme base)))
                  (here (interaction-environment))
                  (name (string->symbol (string-append \"mine-\" (number->string i)))))
             (eval (list 'define name 0) here)
             (eval '(define common 'defined) here)
             (repeat (size 300) (lambda (k) (eval (list 'set! name (list '+ name 1)) here)))
             (list (eval 'set-unfold lists) (eval name here) (eval 'common here))))",
        "(and (apply same? set-unfold (map car results))
              (every? (lambda (r) (equal? (cdr r) (list (size 300) 'defined))) results))",
    );
}

/// Libraries that take a while to run, imported by all threads at the same time.
#[test]
fn a_library_is_run_before_anyone_uses_it() {
    share(
        "(scheme eval) (scheme repl)",
        "(repeat
           8
           (lambda (k)
             (eval `(define-library (slow ,k)
                      (export value)
                      (import (scheme base))
                      (begin
                        (define (spin n) (if (> n 0) (spin (- n 1)) (list ,k)))
                        (define value (spin (quotient ,(size 10000000) 100)))))
                   (interaction-environment))))
         (define (work i)
           (collect 8 (lambda (k)
                        (if (odd? i)
                            (eval 'value (environment `(slow ,k)))
                            (let ((name (string->symbol (string-append \"value\" (number->string k)))))
                              (eval `(import (rename (slow ,k) (value ,name))) (interaction-environment))
                              (eval name (interaction-environment)))))))",
        "(apply every? same? results)",
    );
}

/// Plain data that a thread fills before it hands them over are seen filled.
#[test]
fn what_is_handed_over_is_seen_as_it_was_left() {
    share(
        "",
        "(define n (size 4000))
         (define there (make-channel 2))
         (define back (make-channel))
         (define lock (make-mutex))
         (define changed (make-condition-variable))
         (define slot #f)
         (define (filled k) (let ((v (make-vector 3 0)) (s (make-string 3 #\\a)))
           (vector-fill! v k) (string-fill! s #\\x3bb) (cons v s)))
         (define (good? x k) (and (equal? (car x) (vector k k k)) (equal? (cdr x) (make-string 3 #\\x3bb))))
         (define (put x)
           (mutex-lock! lock)
           (if slot
               (begin (mutex-unlock! lock changed) (put x))
               (begin (set! slot x) (condition-variable-broadcast! changed) (mutex-unlock! lock))))
         (define (take)
           (mutex-lock! lock)
           (if slot
               (let ((x slot)) (set! slot #f) (condition-variable-broadcast! changed) (mutex-unlock! lock) x)
               (begin (mutex-unlock! lock changed) (take))))
         (define (work i)
           (case i
             ((0) (repeat n (lambda (k) (channel-send! there (filled k)))) #t)
             ((1) (every? values (collect n (lambda (k) (good? (channel-receive! there) k)))))
             ((2) (repeat n (lambda (k) (put (filled k)))) #t)
             (else (every? values (collect n (lambda (k) (good? (take) k)))))))
         (define kept #f)
         (define child
           (let ((x (filled 1)))
             (thread-start! (make-thread (lambda () (set! kept (filled 2)) (good? x 1))))))",
        "(and (thread-join! child) (good? kept 2) (every? values results))",
    );
}

#[test]
fn a_value_sent_is_received_once() {
    share(
        "",
        "(define n (size 4000))
         (define channel (make-channel 5))
         (define (work i)
           (if (< i 2)
               (begin (repeat n (lambda (k) (channel-send! channel (+ k (* i n))))) '())
               (collect n (lambda (k) (channel-receive! channel)))))",
        "(equal? (list-sort < (apply append results)) (collect (* 2 n) values))",
    );
}
