;; divide: 100
;; Lazy algorithms in bounded space
;; expect: 10 checks
(import (scheme base) (scheme write) (srfi 45) (scheme process-context))
(include "../check.scm")
(include "../size.scm")

(define r (delay (begin (set! count (+ count 1)) 'hi)))
(define count 0)
(check (list (force r) (force r) count) '(hi hi 1))
(check (force (eager 5)) 5)
(check (force (force (eager (delay 5)))) 5)
(check (force (lazy (eager 6))) 6)
(check (force (lazy (delay (+ 1 2)))) 3)
(define (stream-drop s n) (lazy (if (= n 0) s (stream-drop (cdr (force s)) (- n 1)))))
(define (from n) (delay (cons n (from (+ n 1)))))
(check (car (force (stream-drop (from 0) (size 20000)))) (size 20000))
(define (loop n) (if (= n 0) (delay 'done) (lazy (loop (- n 1)))))
(check (force (loop (size 100000))) 'done)
;; Forced again while it is computed: the first value stays
(define x 5)
(define p (delay (begin (set! x (+ x 1)) (if (> x 10) x (force p)))))
(check (list (force p) (begin (set! x 100) (force p))) '(11 11))
(define q (let ((first? #t)) (delay (if first? (begin (set! first? #f) (force q) 'second) 'first))))
(check (force q) 'first)
(check (force (lazy (lazy (lazy (eager 'deep))))) 'deep)

(report)
