;; receive
;; expect: 5 checks
(import (scheme base) (scheme write) (srfi 8))
(include "../check.scm")

(check (receive (a b) (values 1 2) (list a b)) '(1 2))
(check (receive all (values 1 2 3) all) '(1 2 3))
(check (receive (a . rest) (values 1 2 3) (list a rest)) '(1 (2 3)))
(check (receive () (values) 'none) 'none)
(check (receive (q r) (floor/ 7 2) (define s (+ q r)) s) 4)

(report)
