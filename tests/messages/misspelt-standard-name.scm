(define (show v)
  (write (vectr-length v)))
(show (vector 1 2))
