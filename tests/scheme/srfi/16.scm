;; case-lambda
;; expect: 7 checks
(import (scheme base) (scheme write) (srfi 16))
(include "../check.scm")

(define plus
  (case-lambda
    (() 0)
    ((x) x)
    ((x y) (list 'two x y))
    ((x y . z) (list 'more x y z))))
(check (plus) 0)
(check (plus 1) 1)
(check (plus 1 2) '(two 1 2))
(check (plus 1 2 3 4) '(more 1 2 (3 4)))
(check ((case-lambda ((a b) 'two) (all all)) 1) '(1))
(check-raises ((case-lambda ((a) a) ((a b) b))))
(check-raises ((case-lambda ((a) a) ((a b) b)) 1 2 3))

(report)
