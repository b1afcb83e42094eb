;;; closures.scm -- a million closures of one variable made, kept and called.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define count 1000000)

(define (make-all)
  (let loop ((i 0) (kept '()))
    (if (= i count)
        kept
        (loop (+ i 1) (cons (lambda (x) (+ x i)) kept)))))

(define (sum closures)
  (let loop ((closures closures) (total 0))
    (if (null? closures)
        total
        (loop (cdr closures) (+ total ((car closures) 1))))))

(run-benchmark "closures" 3
  (lambda (repetitions)
    (repeatedly repetitions
      (lambda () (= (sum (make-all)) (quotient (* count (+ count 1)) 2))))))
