;; Boxes
;; expect: 7 checks
(import (scheme base) (scheme write) (scheme box))
(include "../check.scm")

(define b (box 1))
(check (box? b) #t)
(check (box? '(1)) #f)
(check (unbox b) 1)
(set-box! b 2)
(check (unbox b) 2)
(check (eqv? (box 1) (box 1)) #f)
(check-raises (unbox '(1)))
(check-raises (set-box! 5 1))

(report)
