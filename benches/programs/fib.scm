;;; fib.scm -- doubly recursive Fibonacci numbers: calls, comparison and small sums.
;;; Size: the index.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (fib n)
  (if (< n 2)
      n
      (+ (fib (- n 1)) (fib (- n 2)))))

(define (fib-by-loop n)
  (let loop ((n n) (a 0) (b 1))
    (if (= n 0) a (loop (- n 1) b (+ a b)))))

(run-benchmark "fib" 36
  (lambda (n) (= (fib n) (fib-by-loop n))))
