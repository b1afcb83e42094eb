;; The heap limit is hit a thousand times in one process, and then an ordinary program runs.
;; flags: --heap-limit 8M
;; seconds: 120
;; skip-stress: fills the heap a thousand times
;; expect: 1000 caught
;; expect: 6765
;; expect: 50000
(import (lisle base))

(define (caught? thunk)
  (guard (e ((heap-exhausted? e)
             ;; A handler has room to work in.
             (= 1000 (length (vector->list (make-vector 1000 1))))))
    (thunk)
    #f))

(define (list-growth l) (list-growth (cons l l)))
(define (string-growth s) (string-growth (string-append s s)))
(define (vector-growth v) (vector-growth (vector-append v v)))
(define (number-growth n bits) (number-growth (arithmetic-shift n bits) (* 2 bits)))
(define text (make-string 10000 #\a))
(define (port-growth port) (write-string text port) (port-growth port))
(define (deep n) (+ 1 (deep (+ n 1))))

(define (nth-way n)
  (case (modulo n 50)
    ((0 10 20 30 40) (make-vector 1000000000000 0))
    ((1) (make-string 1000000000000 #\a))
    ((2) (make-bytevector 1000000000000 1))
    ((3) (make-list 1000000000 1))
    ((4) (string-growth "abcd"))
    ((5) (vector-growth (vector 1 2 3)))
    ((6) (number-growth 1 1000))
    ((7) (port-growth (open-output-string)))
    ((8) (deep 0))
    ((9) (list-growth (list)))
    (else (make-vector 100000000 n))))

(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))

(let loop ((n 0) (caught 0))
  (if (< n 1000)
      (loop (+ n 1) (if (caught? (lambda () (nth-way n))) (+ caught 1) caught))
      (begin
        (display caught)
        (display " caught")
        (newline))))
(display (fib 20))
(newline)
(display (length (iota 50000)))
(newline)
