(import (scheme base) (lisle syntax))
(define-syntax named
  (lambda (form)
    (syntax-case form ()
      ((_ (name value))
       (if (identifier? #'name)
           #'(define name value)
           (syntax-violation 'named "not a name" form #'name))))))
(named (a 1))
(named
  ("b" 2))
