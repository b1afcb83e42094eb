;; The program ends with the status given, after the winds that are open.
;; expect: in
;; expect: out
;; status: 7
(import (scheme base) (scheme write) (scheme process-context))
(define (say x) (display x) (newline))
(dynamic-wind
 (lambda () (say "in"))
 (lambda () (exit 7) (say "never"))
 (lambda () (say "out")))
