;; included: loaded by programs/loads.scm

(define (from-second x) (list 'second x (from-main x) counter))
(define (uses-third x) (third-thing x))
(define (reduced x) (reduce x))
(define (reduce x) (list 'not-the-standard-one x))
(define-syntax twice (syntax-rules () ((_ e) (begin e e))))
(set! counter (+ counter 1))
