;;; array-fill.scm -- a vector filled and read back in a plain loop.
;;; Size: millions of elements written.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define count 1000000)

(define (fill! v)
  (let loop ((i 0))
    (if (< i count)
        (begin (vector-set! v i (* i 2)) (loop (+ i 1))))))

(define (sum v)
  (let loop ((i 0) (sum 0))
    (if (= i count) sum (loop (+ i 1) (+ sum (vector-ref v i))))))

(run-benchmark "array-fill" 30
  (lambda (repetitions)
    (let ((v (make-vector count 0)))
      (repeatedly repetitions
        (lambda ()
          (fill! v)
          (= (sum v) (* count (- count 1))))))))
