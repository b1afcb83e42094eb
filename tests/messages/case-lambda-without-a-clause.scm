(define range
  (case-lambda
    ((to) (range 0 to))
    ((from to) (list from to))))
(display (list (range 1 2 3)))
