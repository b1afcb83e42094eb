(define (root n)
  (assert (>= n 0))
  (sqrt n))
(display (list (root -4)))
