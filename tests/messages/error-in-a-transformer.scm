(import (scheme base) (lisle syntax))
(define-syntax first-of
  (lambda (form)
    (syntax-case form ()
      ((_ items) #`(quote #,(car (syntax->datum #'items)))))))
(define (f)
  (first-of ()))
