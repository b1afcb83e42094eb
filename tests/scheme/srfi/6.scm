;; String ports
;; expect: 5 checks
(import (scheme base) (scheme write) (scheme read) (srfi 6))
(include "../check.scm")

(define in (open-input-string "(a . (b c . ())) 34"))
(check (input-port? in) #t)
(check (read in) '(a b c))
(check (read in) 34)
(check (eof-object? (read in)) #t)
(check (let ((out (open-output-string)))
         (write 'a out) (display " " out) (write "b c" out)
         (get-output-string out))
       "a \"b c\"")

(report)
