;; define of procedures that return procedures
;; expect: 7 checks
(import (except (scheme base) define) (scheme write) (srfi 219))
(include "../check.scm")

(define x 5)
(define (plain a) (* a x))
(define ((adder a) b) (+ a b))
(define (((three a) b . c) . d) (define s (list a b c d)) s)
(check x 5)
(check (plain 2) 10)
(check ((adder 1) 2) 3)
(check (map (adder 10) '(1 2)) '(11 12))
(check (((three 1) 2 3) 4 5) '(1 2 (3) (4 5)))
(check (let () (define ((inner a) b) (- a b)) ((inner 5) 3)) 2)
(check-raises ((adder 1)))

(report)
