;; let-values, let*-values
;; expect: 7 checks
(import (except (scheme base) let-values let*-values) (scheme write) (srfi 11))
(include "../check.scm")

(check (let-values (((a b) (values 1 2)) ((c) (values 3))) (list a b c)) '(1 2 3))
(check (let-values (((a . rest) (values 1 2 3)) (all (values 4 5))) (list a rest all)) '(1 (2 3) (4 5)))
(check (let ((a 'a) (b 'b))
         (let-values (((a b) (values b a)) ((c) (values a))) (list a b c)))
       '(b a a))
(check (let ((a 'a) (b 'b))
         (let*-values (((a b) (values b a)) ((c) (values a))) (list a b c)))
       '(b a b))
(check (let*-values () 5) 5)
(check (let-values () (define x 1) x) 1)
(check-raises (let-values (((a b) (values 1 2 3))) a))

(report)
