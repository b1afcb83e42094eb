;;; generator.scm -- a tree's leaves handed out one by one by re-entrant continuations.
;;; Size: tree depth.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (make-tree depth from)
  (if (= depth 0)
      from
      (let ((half (expt 2 (- depth 1))))
        (cons (make-tree (- depth 1) from) (make-tree (- depth 1) (+ from half))))))

;;; A procedure that answers the leaves from left to right and then `done`.
(define (leaves tree done)
  (define caller #f)
  (define (walk tree)
    (if (pair? tree)
        (begin (walk (car tree)) (walk (cdr tree)))
        (call-with-current-continuation
         (lambda (rest)
           (set! resume (lambda () (rest #f)))
           (caller tree)))))
  (define (resume)
    (walk tree)
    (set! resume (lambda () (caller done)))
    (caller done))
  (lambda ()
    (call-with-current-continuation
     (lambda (return)
       (set! caller return)
       (resume)))))

(define (same-fringe-sum a b)
  (let ((next-a (leaves a #f)) (next-b (leaves b #f)))
    (let loop ((sum 0))
      (let ((x (next-a)) (y (next-b)))
        (cond ((not x) (and (not y) sum))
              ((eqv? x y) (loop (+ sum x)))
              (else #f))))))

(run-benchmark "generator" 19
  (lambda (depth)
    (let ((count (expt 2 depth)))
      (eqv? (quotient (* count (- count 1)) 2)
            (same-fringe-sum (make-tree depth 0) (make-tree depth 0))))))
