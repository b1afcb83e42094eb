;; error: unbalanced.scm
(import (scheme base))
(define (f x)
  (+ x 1)
