;;; churn.scm -- short-lived pairs beside a million pairs that stay: collector load.
;;; Size: millions of pairs.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (numbers count)
  (let loop ((i 0) (list '()))
    (if (= i count) list (loop (+ i 1) (cons i list)))))

(define (length-of list)
  (let loop ((list list) (count 0))
    (if (null? list) count (loop (cdr list) (+ count 1)))))

(run-benchmark "churn" 30
  (lambda (millions)
    (let ((kept (numbers 1000000)))
      (and (repeatedly (* 1000 millions) (lambda () (= 1000 (length-of (numbers 1000)))))
           (= 1000000 (length-of kept))))))
