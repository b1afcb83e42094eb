;;; SRFI 219: definitions of procedures that return procedures: (define ((f a) b) ...).

(define-library (srfi 219)
  (export (rename curried-define define))
  (import (scheme base))
  (begin
    (define-syntax curried-define
      (syntax-rules ()
        ((_ ((head . outer) . formals) body1 body2 ...)
         (curried-define (head . outer) (lambda formals body1 body2 ...)))
        ((_ (name . formals) body1 body2 ...)
         (define (name . formals) body1 body2 ...))
        ((_ name expression)
         (define name expression))))))
