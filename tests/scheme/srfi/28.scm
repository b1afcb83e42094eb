;; format
;; expect: 9 checks
(import (scheme base) (scheme write) (srfi 28))
(include "../check.scm")

(check (format "Hello, ~a" "World!") "Hello, World!")
(check (format "Error, list is too short: ~s~%" '(one "two" 3))
       "Error, list is too short: (one \"two\" 3)\n")
(check (format "~a and ~s" #\a #\a) "a and #\\a")
(check (format "100~~") "100~")
(check (format "") "")
(check-raises (format "~a"))
(check-raises (format "~"))
(check-raises (format "~q" 1))
(check (format "~a~a" 1 2) "12")

(report)
