;; Datum comments
;; expect: 6 checks
(import (scheme base) (scheme write) (srfi 62))
(include "../check.scm")

(check (+ 1 #;(* 2 3) 4) 5)
(check '(a #;b c) '(a c))
(check '(a . (b #;c)) '(a b))
(check '(a #;#;b c d) '(a d))
(check '(a . #;b c) '(a . c))
(check '#(1 #; 2 3) #(1 3))

(report)
