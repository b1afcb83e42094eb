;;; allocate.scm -- threads that do nothing but make pairs.
;;; Arguments: threads, millions of pairs of each.

(import (scheme base) (scheme write) (scheme process-context) (srfi 18))
(include "../support/threads.scm")

(define (numbers count)
  (let loop ((i 0) (list '()))
    (if (= i count) list (loop (+ i 1) (cons i list)))))

(define (allocate millions)
  (let loop ((left (* 1000 millions)))
    (or (= left 0)
        (and (= 999 (car (numbers 1000)))
             (loop (- left 1))))))

(run-threads-benchmark "allocate"
  (lambda (threads millions)
    (in-threads threads (lambda () (allocate millions)))))
