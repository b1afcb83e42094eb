;; included: loaded by errors/in-a-loaded-file.scm

(define (half x) (quotient x 2))

(define (fails x)
  (car (half x)))
