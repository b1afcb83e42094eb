;; Nested comments
;; expect: 4 checks
(import (scheme base) (scheme write) (srfi 30))
(include "../check.scm")

(check '(1 #| 2 |# 3) '(1 3))
(check '(1 #| 2 #| 3 |# 4 |# 5) '(1 5))
(check (+ 1 #|| a ||# 2) 3)
(check '(a #|
 ; |# b) '(a b))

(report)
