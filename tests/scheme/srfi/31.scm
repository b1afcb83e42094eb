;; rec
;; expect: 4 checks
(import (scheme base) (scheme write) (srfi 31))
(include "../check.scm")

(check ((rec (f n) (if (= n 0) 1 (* n (f (- n 1))))) 5) 120)
(check ((rec f (lambda (n) (if (= n 0) 1 (* n (f (- n 1)))))) 5) 120)
(check ((rec (f . items) (if (null? items) 0 (+ 1 (apply f (cdr items))))) 1 2 3) 3)
(check (let ((f 'outer)) (rec g f)) 'outer)

(report)
