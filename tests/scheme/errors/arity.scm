;; error: two-arguments
(import (scheme base))
(define (two-arguments a b) a)
(two-arguments 1)
