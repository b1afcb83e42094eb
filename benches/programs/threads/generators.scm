;;; generators.scm -- threads that take numbers from generators made of re-entrant continuations.
;;; Arguments: threads, thousands of numbers of each.

(import (scheme base) (scheme write) (scheme process-context) (srfi 18))
(include "../support/threads.scm")

;;; A procedure that answers the numbers below `count`, and then #f.
(define (numbers count)
  (define caller #f)
  (define (walk i)
    (when (< i count)
      (call-with-current-continuation
       (lambda (rest)
         (set! resume (lambda () (rest #f)))
         (caller i)))
      (walk (+ i 1))))
  (define (resume)
    (walk 0)
    (set! resume (lambda () (caller #f)))
    (caller #f))
  (lambda ()
    (call-with-current-continuation
     (lambda (return)
       (set! caller return)
       (resume)))))

(define (sum-of next)
  (let loop ((sum 0))
    (let ((number (next)))
      (if number (loop (+ sum number)) sum))))

(run-threads-benchmark "generators"
  (lambda (threads thousands)
    (let ((count (* 1000 thousands)))
      (in-threads threads
        (lambda () (= (quotient (* count (- count 1)) 2) (sum-of (numbers count))))))))
