;;; ackermann.scm -- Ackermann's function of 3 and the size: deep recursion with few arguments.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (ackermann m n)
  (cond ((= m 0) (+ n 1))
        ((= n 0) (ackermann (- m 1) 1))
        (else (ackermann (- m 1) (ackermann m (- n 1))))))

(run-benchmark "ackermann" 9
  (lambda (n)
    (= (ackermann 3 n) (- (expt 2 (+ n 3)) 3))))
