;; error: car
(import (scheme base))
(define (first-of x) (+ 1 (car x)))
(first-of 5)
