;;; cpstak.scm -- Takeuchi's function in continuation-passing style: short-lived closures.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (cpstak x y z)
  (define (tak x y z continue)
    (if (< y x)
        (tak (- x 1) y z
             (lambda (a)
               (tak (- y 1) z x
                    (lambda (b)
                      (tak (- z 1) x y
                           (lambda (c) (tak a b c continue)))))))
        (continue z)))
  (tak x y z (lambda (value) value)))

(run-benchmark "cpstak" 100
  (lambda (repetitions)
    (repeatedly repetitions (lambda () (= 7 (cpstak 18 12 6))))))
