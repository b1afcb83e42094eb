;; Assumptions
;; expect: 5 checks
(import (scheme base) (scheme write) (srfi 145))
(include "../check.scm")

(check (assume (memv 2 '(1 2 3))) '(2 3))
(check (assume #t "never said") #t)
(check-raises (assume (= 1 2)))
(check (guard (e (#t (list (error-object-message e) (error-object-irritants e))))
         (assume (= 1 2) "numbers differ" 1 2))
       '("numbers differ" ((= 1 2) 1 2)))
(check (guard (e (#t (error-object-irritants e))) (assume (eq? 'a 'b))) '((eq? 'a 'b)))

(report)
