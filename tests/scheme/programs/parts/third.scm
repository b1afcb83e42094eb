;; included: loaded by programs/loads.scm

(define (third-thing x) (list 'third x))
