;; error: no-such-variable
(import (scheme base))
(define (f) (no-such-variable 1))
(f)
