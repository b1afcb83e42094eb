(define (count!) (set! counter (+ 1 2)))
(count!)
