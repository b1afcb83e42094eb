;;; ctak.scm -- Takeuchi's function, every value passed on by a captured continuation.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (ctak x y z)
  (call-with-current-continuation (lambda (return) (ctak-into return x y z))))

(define (ctak-into return x y z)
  (if (< y x)
      (call-with-current-continuation
       (lambda (return)
         (ctak-into return
                    (call-with-current-continuation
                     (lambda (return) (ctak-into return (- x 1) y z)))
                    (call-with-current-continuation
                     (lambda (return) (ctak-into return (- y 1) z x)))
                    (call-with-current-continuation
                     (lambda (return) (ctak-into return (- z 1) x y))))))
      (return z)))

(run-benchmark "ctak" 30
  (lambda (repetitions)
    (repeatedly repetitions (lambda () (= 7 (ctak 18 12 6))))))
