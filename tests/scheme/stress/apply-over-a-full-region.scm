;; divide: 20
;; Calls that need more room than the stack region has left, at every depth
;; expect: 4950 5050 ok
(import (scheme base) (scheme write) (scheme process-context))
(include "../size.scm")
(define numbers (let loop ((i 99) (l '())) (if (< i 0) l (loop (- i 1) (cons i l)))))
(define (sum . all) (apply + all))
(define (sum-of-many a b c d e f g . rest) (+ a b c d e f g (apply + rest)))
(define (deep n)
  (if (= n 0)
      0
      (let ((x (apply sum numbers)) (y (apply sum-of-many 100 numbers)))
        (if (and (= x 4950) (= y 5050))
            (begin (deep (- n 1)) 'ok)
            (list 'wrong x y n)))))
(define (depths n) (if (= n 0) 'ok (let ((r (deep n))) (if (eq? r 'ok) (depths (- n 997)) r))))
(write (apply sum numbers))
(display " ")
(write (apply sum-of-many 100 numbers))
(display " ")
(write (deep (size 30000)))
(newline)
