(define (f x)
  (let ((y (* x x))
    (+ y 1)))
(display (f 3))
