;; error: if
(import (scheme base))
(define (f) (if))
(f)
