;; error: one-argument
(import (scheme base))
(define-syntax one-argument (syntax-rules () ((_ x) x)))
(one-argument 1 2)
