;;; primes.scm -- primes by filtering lists of numbers.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (numbers from to)
  (if (> from to) '() (cons from (numbers (+ from 1) to))))

(define (without-multiples-of n list)
  (cond ((null? list) '())
        ((= 0 (remainder (car list) n)) (without-multiples-of n (cdr list)))
        (else (cons (car list) (without-multiples-of n (cdr list))))))

(define (sift list)
  (if (null? list)
      '()
      (cons (car list) (sift (without-multiples-of (car list) (cdr list))))))

(run-benchmark "primes" 10
  (lambda (repetitions)
    (repeatedly repetitions (lambda () (= 669 (length (sift (numbers 2 5000))))))))
