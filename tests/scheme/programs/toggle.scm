;; divide: 1000
;; Two states that call each other with fresh data for ever, or nearly.
;; expect: (on #t)
(import (scheme base) (scheme write) (scheme process-context))
(include "../size.scm")
(define (on n state) (if (= n 0) (list 'on (cdr state)) (off (- n 1) (cons 'off (+ 1 (cdr state))))))
(define (off n state) (if (= n 0) (list 'off (cdr state)) (on (- n 1) (cons 'on (+ 1 (cdr state))))))
(define n (size 1000000))
(define end (on n (cons 'on 0)))
(write (list (car end) (= (cadr end) n)))
(newline)
