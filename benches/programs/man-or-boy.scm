;;; man-or-boy.scm -- Knuth's man-or-boy test: closures that change a variable of their frame.
;;; Size: k, up to 20.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (a k x1 x2 x3 x4 x5)
  (define (b)
    (set! k (- k 1))
    (a k b x1 x2 x3 x4))
  (if (<= k 0)
      (+ (x4) (x5))
      (b)))

(define answers
  '#(1 0 -2 0 1 0 1 -1 -10 -30 -67 -138 -291 -642 -1446 -3250 -7244 -16065 -35601 -78985 -175416))

(run-benchmark "man-or-boy" 19
  (lambda (k)
    (= (vector-ref answers k)
       (a k (lambda () 1) (lambda () -1) (lambda () -1) (lambda () 1) (lambda () 0)))))
