;;; deep.scm -- makes short lists at the bottom of a deep recursion.
;;; Arguments: frames alive, millions of pairs.

(import (scheme base) (scheme write) (scheme process-context))
(include "../support/pauses.scm")

(define (descend depth work)
  (if (= depth 0)
      (if (work) 0 -1)
      (let ((below (descend (- depth 1) work)))
        (if (< below 0) below (+ 1 below)))))

(run-pauses-benchmark "deep"
  (lambda (depth millions)
    (= depth (descend depth
                      (lambda ()
                        (measure-from-here)
                        (make-lists millions))))))
