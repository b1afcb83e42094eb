(define (f x)
  (list if x))
