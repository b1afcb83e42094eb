;; => in case
;; expect: 6 checks
(import (except (scheme base) case) (scheme write) (srfi 87))
(include "../check.scm")

(check (case 3 ((1 2) 'low) ((3 4) => (lambda (x) (* x 10))) (else 'no)) 30)
(check (case 9 ((1 2) 'low) (else => (lambda (x) (list 'other x)))) '(other 9))
(check (case 1 ((1 2) 'low) (else => list)) 'low)
(check (case 'c ((a) 1) ((b c) => list)) '(c))
(check (case (* 2 3) ((2 3 5 7) 'prime) ((1 4 6 8 9) 'composite)) 'composite)
(check (case 'x ((a) 1) (else 2 3)) 3)

(report)
