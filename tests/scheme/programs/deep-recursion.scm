;; Recursion a million calls deep, through procedures of several kinds
;; expect: 1000000
;; expect: 1000000
;; expect: 500000500000
;; skip-stress: every frame of a million is promoted
(import (scheme base) (scheme write))
(define (depth n) (if (= n 0) 0 (+ 1 (depth (- n 1)))))
(write (depth 1000000))
(newline)
(define (copy l) (if (null? l) '() (cons (car l) (copy (cdr l)))))
(write (length (copy (make-list 1000000 0))))
(newline)
(define (sum n) (let ((k (lambda (m) (+ n m)))) (if (= n 0) 0 (k (sum (- n 1))))))
(write (sum 1000000))
(newline)
