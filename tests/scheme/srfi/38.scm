;; Shared structure
;; expect: 7 checks
(import (scheme base) (scheme write) (srfi 38))
(include "../check.scm")

(define (written write obj)
  (let ((port (open-output-string)))
    (write obj port)
    (get-output-string port)))
(define ring (list 1 2))
(set-cdr! (cdr ring) ring)
(check (written write-with-shared-structure ring) "#0=(1 2 . #0#)")
(check (written write/ss (let ((a (list 1))) (list a a))) "(#0=(1) #0#)")
(check (written write/ss '(1 "x" #\a)) "(1 \"x\" #\\a)")
(define back (read-with-shared-structure (open-input-string "#1=(a b . #1#)")))
(check (list (car back) (cadr back) (eq? back (cddr back))) '(a b #t))
(define pair (read/ss (open-input-string "(#0=(x) #0#)")))
(check (eq? (car pair) (cadr pair)) #t)
(define both (read/ss (open-input-string (written write/ss ring))))
(check (eq? both (cddr both)) #t)
(check (eof-object? (read/ss (open-input-string ""))) #t)

(report)
