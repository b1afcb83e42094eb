;; Environment variables
;; expect: 4 checks
(import (scheme base) (scheme write) (srfi 98))
(include "../check.scm")

(check (string? (get-environment-variable "PATH")) #t)
(check (get-environment-variable "LISLE_NO_SUCH_VARIABLE") #f)
(check (let ((entry (assoc "PATH" (get-environment-variables))))
         (equal? (cdr entry) (get-environment-variable "PATH")))
       #t)
(check-raises (get-environment-variable 5))

(report)
