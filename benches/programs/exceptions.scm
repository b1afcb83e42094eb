;;; exceptions.scm -- conditions raised through a few frames and caught by guard.
;;; Size: thousands of them.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (fail-below depth n)
  (if (= depth 0)
      (raise n)
      (+ 1 (fail-below (- depth 1) n))))

(define (catch n)
  (guard (thrown ((number? thrown) (+ thrown 1)))
    (fail-below 5 n)))

(run-benchmark "exceptions" 200
  (lambda (thousands)
    (let ((count (* 1000 thousands)))
      (let loop ((i 0) (sum 0))
        (if (= i count)
            (= sum (quotient (* count (+ count 1)) 2))
            (loop (+ i 1) (+ sum (catch i))))))))
