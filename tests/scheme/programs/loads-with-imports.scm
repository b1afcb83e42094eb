;; The same in a program that says what it imports; the interaction environment has what is standard, too
;; expect: 2 (main 1) 5 (1 2)
;; expect: #t

(import (scheme base) (scheme eval) (scheme load) (scheme repl) (scheme write))
(define (from-main x) (list 'main x))
(define counter 1)
(define here (interaction-environment))
(load "parts/second.scm")
(write counter) (display " ")
(write (eval '(from-main 1) here)) (display " ")
(eval '(define-values (five list-of) (values (exact (floor (sqrt 25))) list)) here)
(write five) (display " ")
(write (list-of 1 counter)) (newline)
;; What is not imported is still not the program's.
(write (guard (e (#t #t)) (sqrt 4))) (newline)
