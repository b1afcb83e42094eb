(define (second l)
  (cons (car l 2) 1))
(second '(1 2))
