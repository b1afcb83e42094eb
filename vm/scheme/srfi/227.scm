;;; SRFI 227: optional arguments.
;;;
;;; A procedure with optional arguments becomes a `case-lambda` with a clause for each number of
;;; arguments, which calls the full procedure with the defaults.

(define-library (srfi 227)
  (export opt-lambda opt*-lambda let-optionals let-optionals* define-optionals define-optionals*)
  (import (scheme base) (scheme case-lambda))
  (begin

    ;; Sorts the parameters: required, optional, rest; then goes on with `next`.
    (define-syntax sort-formals
      (syntax-rules ()
        ((_ next ((variable init) . more) required (optional ...) body)
         (sort-formals next more required (optional ... (variable init)) body))
        ((_ next (variable . more) (required ...) () body)
         (sort-formals next more (required ... variable) () body))
        ((_ next (variable . more) required optionals body)
         (syntax-error "a required parameter after an optional one" variable))
        ((_ next rest required optionals body)
         (next rest required optionals body))))

    (define-syntax opt*-lambda
      (syntax-rules ()
        ((_ formals body1 body2 ...)
         (sort-formals sequential formals () () (body1 body2 ...)))))

    (define-syntax sequential
      (syntax-rules ()
        ((_ () (required ...) ((variable init) ...) body)
         (let ((full (lambda (required ... variable ...) . body)))
           (clauses full () (required ...) ((variable init) ...) ())))
        ((_ rest (required ...) ((variable init) ...) body)
         (let ((full (lambda (required ... variable ... rest) . body)))
           (clauses full rest (required ...) ((variable init) ...) ())))))

    ;; One clause after the other, with one more optional argument passed each time.
    (define-syntax clauses
      (syntax-rules ()
        ((_ full () (passed ...) () (clause ...))
         (case-lambda clause ... ((passed ...) (full passed ...))))
        ((_ full rest (passed ...) () (clause ...))
         (case-lambda clause ... ((passed ... . rest) (full passed ... rest))))
        ((_ full () (passed ...) ((variable init) (variable2 init2) ...) (clause ...))
         (clauses full () (passed ... variable) ((variable2 init2) ...)
                  (clause ... ((passed ...)
                               (let* ((variable init) (variable2 init2) ...)
                                 (full passed ... variable variable2 ...))))))
        ((_ full rest (passed ...) ((variable init) (variable2 init2) ...) (clause ...))
         (clauses full rest (passed ... variable) ((variable2 init2) ...)
                  (clause ... ((passed ...)
                               (let* ((variable init) (variable2 init2) ...)
                                 (full passed ... variable variable2 ... '()))))))))

    ;; The defaults see none of the parameters: each is computed by a procedure outside.
    (define-syntax opt-lambda
      (syntax-rules ()
        ((_ formals body1 body2 ...)
         (sort-formals parallel formals () () (body1 body2 ...)))))

    (define-syntax parallel
      (syntax-rules ()
        ((_ rest required optionals body)
         (name-defaults rest required optionals () body))))

    (define-syntax name-defaults
      (syntax-rules ()
        ((_ rest required ((variable init) . more) (named ...) body)
         (name-defaults rest required more (named ... (variable default init)) body))
        ((_ rest required () ((variable default init) ...) body)
         (let ((default (lambda () init)) ...)
           (sequential rest required ((variable (default)) ...) body)))))

    (define-syntax let-optionals
      (syntax-rules ()
        ((_ items formals body1 body2 ...)
         (apply (opt-lambda formals body1 body2 ...) items))))

    (define-syntax let-optionals*
      (syntax-rules ()
        ((_ items formals body1 body2 ...)
         (apply (opt*-lambda formals body1 body2 ...) items))))

    (define-syntax define-optionals
      (syntax-rules ()
        ((_ (name . formals) body1 body2 ...)
         (define name (opt-lambda formals body1 body2 ...)))))

    (define-syntax define-optionals*
      (syntax-rules ()
        ((_ (name . formals) body1 body2 ...)
         (define name (opt*-lambda formals body1 body2 ...)))))))
