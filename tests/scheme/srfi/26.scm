;; cut, cute
;; expect: 18 checks
(import (scheme base) (scheme write) (srfi 26))
(include "../check.scm")

(check ((cut list)) '())
(check ((cut list <...>)) '())
(check ((cut list 1)) '(1))
(check ((cut list <>) 1) '(1))
(check ((cut list 1 <>) 2) '(1 2))
(check ((cut list 1 <...>) 2 3) '(1 2 3))
(check ((cut list 1 <> 3 <>) 2 4) '(1 2 3 4))
(check ((cut list 1 <> 3 <...>) 2) '(1 2 3))
(check ((cut <> 1 2) list) '(1 2))
(check ((cut <> <...>) list 1) '(1))
(check-raises ((cut list 1 <>)))
(check-raises ((cut list 1 <>) 1 2))
(check (map (cut * 2 <>) '(1 2 3)) '(2 4 6))
(check ((cute list 1 <> 3 <...>) 2 4 5) '(1 2 3 4 5))
(check ((cute <> 'a) list) '(a))
;; cut evaluates the others at each call, cute once
(define n 0)
(define (next) (set! n (+ n 1)) n)
(check (let ((f (cut list (next) <>))) (f 'a) (f 'b)) '(2 b))
(check (let ((f (cute list (next) <>))) (f 'a) (f 'b)) '(3 b))
(check ((cute (begin (next) list) <>) n) '(4))

(report)
