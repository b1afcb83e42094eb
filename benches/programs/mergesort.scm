;;; mergesort.scm -- lists of pseudo-random numbers sorted by merging.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (random-list count)
  (let loop ((i 0) (seed 7) (list '()))
    (if (= i count)
        list
        (let ((seed (remainder (+ (* seed 1103515245) 12345) 2147483648)))
          (loop (+ i 1) seed (cons seed list))))))

(define (merge a b)
  (cond ((null? a) b)
        ((null? b) a)
        ((< (car b) (car a)) (cons (car b) (merge a (cdr b))))
        (else (cons (car a) (merge (cdr a) b)))))

(define (sort-list list count)
  (if (< count 2)
      (if (= count 0) '() (cons (car list) '()))
      (let ((half (quotient count 2)))
        (merge (sort-list list half)
               (sort-list (list-tail list half) (- count half))))))

(define (ascending? list)
  (or (null? list)
      (null? (cdr list))
      (and (<= (car list) (cadr list))
           (ascending? (cdr list)))))

(run-benchmark "mergesort" 8
  (lambda (repetitions)
    (let ((list (random-list 100000)))
      (repeatedly repetitions
        (lambda ()
          (let ((sorted (sort-list list 100000)))
            (and (= (length sorted) 100000) (ascending? sorted))))))))
