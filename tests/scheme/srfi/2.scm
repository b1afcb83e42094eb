;; and-let*
;; expect: 13 checks
(import (scheme base) (scheme write) (srfi 2))
(include "../check.scm")

(check (and-let* () 1) 1)
(check (and-let* ()) #t)
(check (and-let* ((x 1))) 1)
(check (and-let* ((x #f))) #f)
(check (and-let* (((positive? 1)))) #t)
(check (and-let* ((x 5) ((positive? x)) (y (+ x 1))) (* x y)) 30)
(check (and-let* ((x -5) ((positive? x)) (y (error "not reached"))) y) #f)
(define z 3)
(check (and-let* (z ((odd? z))) 'odd) 'odd)
(check (and-let* ((x 1) (x (+ x 1))) x) 2)
(check (and-let* ((x #f)) (error "not reached")) #f)
(check (and-let* ((x 1)) (define y 2) (+ x y)) 3)
(check (let ((x 1)) (and-let* (x ((> x 1))))) #f)
(check (and-let* ((p (assq 'b '((a . 1) (b . 2)))) (v (cdr p))) v) 2)

(report)
