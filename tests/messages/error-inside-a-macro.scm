(define-syntax pair-up
  (syntax-rules () ((_ a b) (let ((a 1) (b 2)) (cons a b)))))
(define-syntax twice
  (syntax-rules () ((_ x) (pair-up x x))))
(define (f)
  (list (twice n)))
