(define squares (vector 0 1 4 9))
(define (square-of n) (vector-ref squares n))
(display (+ (square-of 3) (square-of 4)))
