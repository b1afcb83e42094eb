;;; SRFI 145: assumptions. They are checked.

(define-library (srfi 145)
  (export assume)
  (import (scheme base))
  (begin
    (define-syntax assume
      (syntax-rules ()
        ((_ expression message ...)
         (or expression
             (broken-assumption 'expression (list message ...))))
        ((_)
         (syntax-error "assume: expected an expression"))))

    (define (broken-assumption expression messages)
      (if (and (pair? messages) (string? (car messages)))
          (apply error (car messages) expression (cdr messages))
          (apply error "assume: this does not hold" expression messages)))))
