;;; call-captured.scm -- calls of closures that read, and that change, a captured variable.
;;; Size: millions of calls.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (make-reader start)
  (lambda (x) (+ x start)))

(define (make-counter)
  (let ((total 0))
    (lambda (x)
      (set! total (+ total x))
      total)))

(define (call-many callee count)
  (let loop ((left count) (last 0))
    (if (= left 0)
        last
        (loop (- left 1) (callee 1)))))

(run-benchmark "call-captured" 12
  (lambda (millions)
    (let ((count (* millions 1000000)))
      (and (= 8 (call-many (make-reader 7) count))
           (= count (call-many (make-counter) count))))))
