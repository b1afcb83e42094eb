; Small procedures are written out where they are called; the trace shows them all the same.
(define (first-of items)
  (car items))
(define (twice n)
  (+ n n))
(define (sum items)
  (+ 1 (twice
        (first-of items))))
(define (program items)
  (list (sum items)))
(display (program '(2)))
(display (program '((2))))
