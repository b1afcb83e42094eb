;;; list-recursion.scm -- lists built by recursion that is not a tail call.
;;; Size: repetitions of 100,000 elements.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (numbers from to)
  (if (= from to)
      '()
      (cons from (numbers (+ from 1) to))))

(define (map-over procedure list)
  (if (null? list)
      '()
      (cons (procedure (car list)) (map-over procedure (cdr list)))))

(define (append-two a b)
  (if (null? a)
      b
      (cons (car a) (append-two (cdr a) b))))

(define (sum list)
  (if (null? list)
      0
      (+ (car list) (sum (cdr list)))))

(run-benchmark "list-recursion" 30
  (lambda (repetitions)
    (repeatedly repetitions
      (lambda ()
        (let ((list (numbers 0 100000)))
          (= (sum (append-two (map-over (lambda (x) (* 2 x)) list) list))
             (* 3 (quotient (* 100000 99999) 2))))))))
