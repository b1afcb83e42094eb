;; No winds are run.
;; expect: in
;; status: 3
(import (scheme base) (scheme write) (scheme process-context))
(dynamic-wind
 (lambda () (display "in") (newline))
 (lambda () (flush-output-port) (emergency-exit 3))
 (lambda () (display "out") (newline)))
