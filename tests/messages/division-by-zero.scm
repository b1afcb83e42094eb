(define (mean numbers)
  (/ (apply + numbers) (length numbers)))
(display (list (mean '())))
