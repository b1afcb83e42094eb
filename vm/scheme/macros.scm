;;; What the expander calls for macros that are procedures.

;; Pairs of a number that says how the procedure is called, and the procedure.
;; 0: of a macro's use and the expansion, made by er-macro-transformer.
(define (%er-transformer transformer)
  (if (procedure? transformer)
      (cons 0
            (lambda (form expansion)
              (transformer form
                           (lambda (name) (%er-rename expansion name))
                           (lambda (a b) (%er-compare expansion a b)))))
      (error "er-macro-transformer: not a procedure" transformer)))

;; 1: of a syntax object. 2: the same, which takes assignments.
(define (%syntax-transformer value)
  (cond ((procedure? value) (cons 1 value))
        ((%record? value %variable-transformer)
         (cons 2 (%record-ref value %variable-transformer 0 'make-variable-transformer)))
        (else (error "a keyword is defined by syntax-rules or a procedure, not by" value))))

(define %variable-transformer (%make-record-type 'variable-transformer '(procedure)))

(define (make-variable-transformer procedure)
  (if (procedure? procedure)
      (%record %variable-transformer procedure)
      (%wrong-type 'make-variable-transformer 1 "procedure" procedure)))

(define syntax-violation
  (case-lambda
    ((who message form) (%syntax-violation who message form #f))
    ((who message form subform) (%syntax-violation who message form subform))))
