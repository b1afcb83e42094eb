//! Races of guest programs: threads that use the same object without a lock. They may see old values
//! or new ones, but never a torn one, and nothing they do breaks the heap, which is verified around
//! every collection.

use crate::child::run_sized;

/// Four threads run `(work i)` at the same time, with collections going on; then `check` is shown.
#[track_caller]
fn race(definitions: &str, check: &str, printed: &str) {
    let text = format!(
        "{definitions}
         (define (spawn i) (thread-start! (make-thread (lambda () (work i)))))
         (define threads (map spawn '(0 1 2 3)))
         (define outcomes (map thread-join! threads))
         (define bad (let loop ((l outcomes)) (cond ((null? l) #f) ((eq? (car l) 'fine) (loop (cdr l))) (else (car l)))))
         (write (if bad (list 'bad bad) {check}))"
    );
    run_sized(&["--verify-heap"], 200, &text).printed(printed);
}

#[test]
fn on_a_pair() {
    race(
        "(define p (cons (cons 0 0) (list 0)))
         (define (work i)
           (let loop ((n 0))
             (if (= n (size 200000))
                 'fine
                 (let ((a (car p)) (b (cdr p)))
                   (if (and (pair? a) (eqv? (car a) (cdr a)) (pair? b) (null? (cdr b)))
                       (begin
                         (set-car! p (cons n n))
                         (set-cdr! p (list i))
                         (loop (+ n 1)))
                       (list a b))))))",
        "(pair? (car p))",
        "#t",
    );
}

#[test]
fn on_a_vector() {
    race(
        "(define v (make-vector 8 (cons 0 0)))
         (define (work i)
           (let loop ((n 0))
             (if (= n (size 200000))
                 'fine
                 (let ((x (vector-ref v (modulo n 8))))
                   (if (and (pair? x) (eqv? (car x) (cdr x)))
                       (begin
                         (vector-set! v (modulo (+ n i) 8) (cons n n))
                         (if (= 0 (modulo n 100)) (vector-fill! v (cons i i)))
                         (if (= 0 (modulo n 100)) (vector-copy! v 0 v 3 8))
                         (loop (+ n 1)))
                       x)))))",
        "(vector-length v)",
        "8",
    );
}

/// Strings that are narrow until the first wide character is put in, and grow by nothing else.
#[test]
fn on_strings_that_become_wide() {
    race(
        "(define s (make-string 64 #\\a))
         (define alphabet (string #\\a #\\z #\\x3bb #\\x1F600))
         (define (known? c) (or (char=? c #\\a) (char=? c #\\z) (char=? c #\\x3bb) (char=? c #\\x1F600)))
         (define (all-known? s) (let loop ((i 0)) (or (= i 64) (and (known? (string-ref s i)) (loop (+ i 1))))))
         (define (work i)
           (let loop ((n 0))
             (cond ((= n (size 60000)) 'fine)
                   ((not (known? (string-ref s (modulo n 64)))) (list 'char (string-ref s (modulo n 64))))
                   ((not (= (string-length s) 64)) (list 'length (string-length s)))
                   (else
                    (if (and (= i 0) (= 0 (modulo n 1000)))
                        (set! s (make-string 64 #\\a)))
                    (string-set! s (modulo (* n 7) 64) (string-ref alphabet (modulo n 4)))
                    (cond ((= 0 (modulo n 500))
                           (string-fill! s #\\z (modulo n 30) 40))
                          ((= 0 (modulo n 301))
                           (string-copy! s 3 (substring s 0 50)))
                          ((and (= 0 (modulo n 307)) (not (all-known? (string-copy s))))
                           (error \"a strange character\")))
                    (loop (+ n 1))))))",
        "(all-known? s)",
        "#t",
    );
}

/// Strings that become wide while others put them together, and characters copied within one string
/// while another of its characters becomes wide.
#[test]
fn on_narrow_strings_that_are_joined_or_shifted() {
    race(
        "(define (fresh) (string-copy \"0123456789abcdef0123456789abcdef0123456789abcdef\"))
         (define parts (vector (fresh) (fresh) (fresh)))
         (define (shifted? s) (string=? (substring s 1 33) \"0123456789abcdef0123456789abcdef\"))
         (define (work i)
           (let loop ((n 0))
             (if (= n (size 60000))
                 'fine
                 (let ((s (vector-ref parts (modulo n 3))))
                   (case i
                     ((0) (vector-set! parts (modulo n 3) (fresh)) (loop (+ n 1)))
                     ((1) (string-set! s 47 #\\x3bb) (loop (+ n 1)))
                     ((2) (if (= 192 (string-length (string-append s s s s))) (loop (+ n 1)) 'joined))
                     (else
                      (let* ((own (fresh))
                             (other (thread-start! (make-thread (lambda () (string-set! own 40 #\\x3bb))))))
                        (string-copy! own 1 own 0 32)
                        (thread-join! other)
                        (if (shifted? own) (loop (+ n 100)) own))))))))",
        "(string-length (vector-ref parts 0))",
        "48",
    );
}

#[test]
fn on_a_record() {
    race(
        "(define-record-type point (make-point x y) point? (x point-x set-point-x!) (y point-y set-point-y!))
         (define p (make-point (vector 0 0) (vector 0 0)))
         (define (whole? v) (and (vector? v) (eqv? (vector-ref v 0) (vector-ref v 1))))
         (define (work i)
           (let loop ((n 0))
             (cond ((= n (size 200000)) 'fine)
                   ((not (and (point? p) (whole? (point-x p)) (whole? (point-y p)))) (point-x p))
                   (else
                    (set-point-x! p (vector n n))
                    (set-point-y! p (vector i i))
                    (loop (+ n 1))))))",
        "(point? p)",
        "#t",
    );
}

#[test]
fn on_a_hash_table() {
    race(
        "(define t (make-equal-hash-table))
         (define u (make-eqv-hash-table))
         (define (work i)
           (let loop ((n 0))
             (if (= n (size 40000))
                 'fine
                 (let* ((key (list (modulo n 500))) (found (hash-table-ref/default t key key)))
                   (cond ((not (equal? found key)) (list found key))
                         (else
                          (hash-table-set! t key key)
                          (hash-table-set! u (modulo (* n 13) 700) n)
                          (if (= 0 (modulo n 3)) (hash-table-delete! t (list (modulo (* n 7) 500))))
                          (hash-table-update!/default u 'count (lambda (x) (+ x 1)) 0)
                          (if (= 0 (modulo n 5000)) (hash-table-walk t (lambda (k v) (if (not (equal? k v)) (error \"torn\" k v)))))
                          (if (= 0 (modulo n 7000)) (length (hash-table->alist u)))
                          (if (and (= i 0) (= 0 (modulo n 9000))) (hash-table-clear! t))
                          (loop (+ n 1))))))))",
        "(= (hash-table-ref/default u 'count 0) (* 4 (size 40000)))",
        "#t",
    );
}

#[test]
fn on_a_bytevector() {
    race(
        "(define b (make-bytevector 4096 7))
         (define (work i)
           (let loop ((n 0))
             (cond ((= n (size 200000)) 'fine)
                   ((not (memv (bytevector-u8-ref b (modulo n 4096)) '(7 0 1 2 3)))
                    (bytevector-u8-ref b (modulo n 4096)))
                   (else
                    (bytevector-u8-set! b (modulo (* n 31) 4096) i)
                    (if (= 0 (modulo n 1000)) (bytevector-copy! b 0 b (modulo n 2000) 3000))
                    (if (= 0 (modulo n 999)) (bytevector-fill! b i (modulo n 2000) 3000))
                    (loop (+ n 1))))))",
        "(bytevector-length b)",
        "4096",
    );
}

/// Variables that are shared and assigned: captured ones, globals, parameters' boxes.
#[test]
fn on_variables() {
    race(
        "(define g (vector 0 0))
         (define (cell) (let ((x (vector 0 0))) (cons (lambda () x) (lambda (y) (set! x y)))))
         (define c (cell))
         (define p (make-parameter (vector 0 0)))
         (define (whole? v) (and (vector? v) (eqv? (vector-ref v 0) (vector-ref v 1))))
         (define (work i)
           (let loop ((n 0))
             (cond ((= n (size 200000)) 'fine)
                   ((not (and (whole? g) (whole? ((car c))) (whole? (p)))) (list g ((car c))))
                   (else
                    (set! g (vector n n))
                    ((cdr c) (vector i i))
                    (p (vector n n))
                    (loop (+ n 1))))))",
        "(whole? g)",
        "#t",
    );
}

/// Growing data: whoever reads it sees whole elements, though perhaps not the latest.
#[test]
fn on_growing_lists_and_numbers() {
    race(
        "(define l '())
         (define big (expt 10 30))
         (define x 1.5e300)
         (define (work i)
           (let loop ((n 0))
             (cond ((= n (size 100000)) 'fine)
                   ((not (let check ((k 0) (l l)) (or (= k 5) (null? l) (and (eqv? (caar l) (cdar l)) (check (+ k 1) (cdr l))))))
                    'torn)
                   ((not (and (> big 1) (integer? big) (> x 1.))) (list big x))
                   (else
                    (set! l (if (= 0 (modulo n 100)) '() (cons (cons n n) l)))
                    (set! big (+ (expt 10 30) n))
                    (set! x (* 1.5e300 (+ 1 (modulo n 100))))
                    (loop (+ n 1))))))",
        "(integer? big)",
        "#t",
    );
}

/// One port, one parameter, one channel, one promise for all.
#[test]
fn on_ports_and_promises() {
    race(
        "(define port (open-output-string))
         (define in (open-input-string (make-string 100000 #\\x3bb)))
         (define c (make-channel 3))
         (define ones (let next ((n (size 20000))) (if (= n 0) '() (cons-stream 1 (next (- n 1))))))
         (define (walk s sum) (if (null? s) sum (walk (force (cdr s)) (+ sum (car s)))))
         (define (work i)
           (let loop ((n 0))
             (cond ((= n (size 20000)) (if (= (walk ones 0) (size 20000)) 'fine 'stream))
                   (else
                    (write-string \"ab\" port)
                    (let ((c (read-char in))) (if (not (or (eof-object? c) (char=? c #\\x3bb))) (error \"torn\" c)))
                    (channel-try-send! c n)
                    (channel-try-receive! c)
                    (loop (+ n 1))))))",
        "(= (string-length (get-output-string port)) (* 8 (size 20000)))",
        "#t",
    );
}

/// Lists whose length changes while they are spread over arguments, and pairs while they are taken apart.
#[test]
fn on_lists_that_become_arguments() {
    race(
        "(define (list-of-length n) (if (= n 0) '() (cons n (list-of-length (- n 1)))))
         (define lists (map list-of-length '(20 60 100 300)))
         (define (any . rest) (let ((n (length rest))) (and (<= 10 n) (<= n 300))))
         (define (some a b . rest) (let ((n (length rest))) (and (<= 8 n) (<= n 298))))
         (define (change l)
           (let* ((pair (list-tail l 9)) (rest (cdr pair)))
             (set-cdr! pair '())
             (set-cdr! pair rest)))
         (define (second l) (guard (e ((error-object? e) 19)) (cadr l)))
         (define ends (list 20 19))
         (define (work i)
           (let loop ((n 0) (all lists))
             (cond ((= n (size 100000)) 'fine)
                   ((null? all) (loop (+ n 1) lists))
                   ((= i 0) (for-each change lists) (set-cdr! ends 'none) (set-cdr! ends (list 19)) (loop (+ n 1) all))
                   ((not (and (apply any (car all)) (apply some (car all)))) 'torn)
                   ((not (= (second ends) 19)) 'second)
                   ((< (apply vector-length (list (apply vector (car all)))) 10) 'vector)
                   (else (loop (+ n 1) (cdr all))))))",
        "(map length lists)",
        "(20 60 100 300)",
    );
}
