;;; call10m.scm -- ten million calls of a procedure of one argument, not inlined.
;;; Size: millions of calls.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (identity x) x)

;;; The callee comes as an argument so that no compiler can put its body here.
(define (call-many callee count)
  (let loop ((left count) (last 0))
    (if (= left 0)
        last
        (loop (- left 1) (callee left)))))

(run-benchmark "call10m" 10
  (lambda (millions)
    (= 1 (call-many (if (= millions 0) car identity) (* millions 1000000)))))
