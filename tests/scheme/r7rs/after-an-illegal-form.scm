;; A library procedure that is first mentioned in a form that turns out to be illegal can be used later.
;; expect: illegal illegal
;; expect: 1 2 (1 2 3)
(import (scheme base) (scheme write) (scheme eval) (scheme repl) (srfi 1) (srfi 132))

(define here (interaction-environment))
(define (try form)
  (display (guard (e (#t 'illegal)) (eval form here))))

(try '(list (list-index even? '(1 2)) (if)))
(display " ")
(try '(begin (list-sort < '(3 1 2)) (string-join '("a")) (let ((x)) x)))
(newline)
(display (eval '(list-index even? '(1 2)) here))
(display " ")
(display (eval '(string-length (string-join '("a" "b") "")) here))
(display " ")
(display (eval '(list-sort < '(3 1 2)) here))
(newline)
