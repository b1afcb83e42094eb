;; divide: 1000
;; A loop that passes a fresh closure to itself, which the next one captures in turn: only the last
;; few may stay alive.
;; expect: #t
;; expect: 1
(import (scheme base) (scheme write) (scheme process-context))
(include "../size.scm")
(define (loop n f)
  (if (= n 0)
      (f)
      (loop (- n 1) (let ((m n)) (lambda () m)))))
(define (count n total)
  (if (= n 0)
      total
      (let ((add (lambda (x) (+ x 1))))
        (count (- n 1) (add total)))))
(define n (size 500000))
(write (= n (count n 0)))
(newline)
(write (loop n (lambda () 'none)))
(newline)
