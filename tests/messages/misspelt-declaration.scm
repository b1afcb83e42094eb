(define-library (shapes)
  (exprot circle-area)
  (import (scheme base))
  (begin (define (circle-area r) (* 3 r r))))
