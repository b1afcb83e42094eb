;;; fibc.scm -- Fibonacci numbers over a counter arithmetic whose steps capture continuations.
;;; Size: the index.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (successor n) (+ n 1))
(define (predecessor n) (- n 1))

(define (add a b return)
  (if (= b 0)
      (return a)
      (add (successor a) (predecessor b) return)))

(define (fibc n return)
  (cond ((= n 0) (return 0))
        ((= n 1) (return 1))
        (else
         (add (call-with-current-continuation
               (lambda (return) (fibc (predecessor n) return)))
              (call-with-current-continuation
               (lambda (return) (fibc (predecessor (predecessor n)) return)))
              return))))

(define (fib-by-loop n)
  (let loop ((n n) (a 0) (b 1))
    (if (= n 0) a (loop (- n 1) b (+ a b)))))

(run-benchmark "fibc" 25
  (lambda (n) (= (fib-by-loop n) (fibc n (lambda (value) value)))))
