(define (area r) (* 3.14 (* r r)))
(define (report radii)
  (for-each (lambda (r) (display (aera r)) (newline)) radii))
(report '(1 2 3))
