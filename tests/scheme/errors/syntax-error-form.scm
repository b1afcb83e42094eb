;; error: only numbers here
(import (scheme base))
(define-syntax numbers
  (syntax-rules () ((_ . rest) (syntax-error "only numbers here" rest))))
(numbers a b)
