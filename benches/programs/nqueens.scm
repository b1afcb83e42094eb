;;; nqueens.scm -- all ways to place queens on a 9 by 9 board, with lists.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (numbers-down-from n)
  (if (= n 0) '() (cons n (numbers-down-from (- n 1)))))

(define (safe? row distance placed)
  (or (null? placed)
      (let ((other (car placed)))
        (and (not (= other (+ row distance)))
             (not (= other (- row distance)))
             (safe? row (+ distance 1) (cdr placed))))))

(define (append-to a b)
  (if (null? a) b (cons (car a) (append-to (cdr a) b))))

;;; Tries the rows of `candidates`; those of `passed` were already tried in this column.
(define (count-ways candidates passed placed)
  (if (null? candidates)
      (if (null? passed) 1 0)
      (+ (if (safe? (car candidates) 1 placed)
             (count-ways (append-to (cdr candidates) passed) '() (cons (car candidates) placed))
             0)
         (count-ways (cdr candidates) (cons (car candidates) passed) placed))))

(run-benchmark "nqueens" 80
  (lambda (repetitions)
    (repeatedly repetitions
      (lambda () (= 352 (count-ways (numbers-down-from 9) '() '()))))))
