(import (scheme base) (lisle syntax))
(define-syntax unless-zero
  (lambda (form)
    (syntax-case form ()
      ((_ n body) #'(if (= n 0) #f body)))))
(define (check n)
  (list n
        (unless-zero n)))
(check 5)
