;;; tak.scm -- Takeuchi's function: three arguments, calls nested in arguments.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (tak x y z)
  (if (< y x)
      (tak (tak (- x 1) y z) (tak (- y 1) z x) (tak (- z 1) x y))
      z))

(run-benchmark "tak" 400
  (lambda (repetitions)
    (repeatedly repetitions (lambda () (= 7 (tak 18 12 6))))))
