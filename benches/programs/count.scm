;;; count.scm -- a recursion that is not a tail call, as deep as it is asked for.
;;; Size: depth.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (count n)
  (if (= n 0)
      0
      (+ 1 (count (- n 1)))))

(run-benchmark "count" 10000000
  (lambda (depth) (= (count depth) depth)))
