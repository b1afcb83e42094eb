;; skip-with: --stress-gc --stress-frames
;; A loop that passes a fresh closure to itself, which the next one captures in turn: only the last
;; few may stay alive.
;; expect: 500000
;; expect: 1
(import (scheme base) (scheme write))
(define (loop n f)
  (if (= n 0)
      (f)
      (loop (- n 1) (let ((m n)) (lambda () m)))))
(define (count n total)
  (if (= n 0)
      total
      (let ((add (lambda (x) (+ x 1))))
        (count (- n 1) (add total)))))
(write (count 500000 0))
(newline)
(write (loop 500000 (lambda () 'none)))
(newline)
