;;; compute.scm -- threads that compute without allocating.
;;; Arguments: threads, Fibonacci index of each.

(import (scheme base) (scheme write) (scheme process-context) (srfi 18))
(include "../support/threads.scm")

(define (fib n)
  (if (< n 2)
      n
      (+ (fib (- n 1)) (fib (- n 2)))))

(define (fib-by-loop n)
  (let loop ((n n) (a 0) (b 1))
    (if (= n 0) a (loop (- n 1) b (+ a b)))))

(run-threads-benchmark "compute"
  (lambda (threads n)
    (in-threads threads (lambda () (= (fib n) (fib-by-loop n))))))
