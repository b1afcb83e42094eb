;; divide: 1000
;; Recursion a million calls deep, through procedures of several kinds
;; expect: #t
;; expect: #t
;; expect: #t
(import (scheme base) (scheme write) (scheme process-context))
(include "../size.scm")
(define many (size 1000000))
(define (depth n) (if (= n 0) 0 (+ 1 (depth (- n 1)))))
(write (= many (depth many)))
(newline)
(define (copy l) (if (null? l) '() (cons (car l) (copy (cdr l)))))
(write (= many (length (copy (make-list many 0)))))
(newline)
(define (sum n) (let ((k (lambda (m) (+ n m)))) (if (= n 0) 0 (k (sum (- n 1))))))
(write (= (sum many) (/ (* many (+ many 1)) 2)))
(newline)
