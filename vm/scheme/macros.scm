;;; Explicit renaming: what the expander calls for a macro made by er-macro-transformer.

;; A procedure from the use of a macro to a vector: of the expansion and the names that were renamed;
;; or, when the expander has to compare two identifiers, of these, the names so far, and a procedure
;; that takes the answer and goes on.
(define (%er-transformer transformer)
  (lambda (form)
    (let ((names '()) (return #f))
      (define (rename name)
        (let ((known (assq name names)))
          (if known
              (cdr known)
              (let ((new (string->uninterned-symbol (symbol->string name))))
                (set! names (cons (cons name new) names))
                new))))
      (define (compare a b)
        (and (symbol? a)
             (symbol? b)
             (call-with-current-continuation
              (lambda (k)
                (return
                 (vector a b names
                         (lambda (answer)
                           (call-with-current-continuation
                            (lambda (to-expander)
                              (set! return to-expander)
                              (k answer))))))))))
      (call-with-current-continuation
       (lambda (to-expander)
         (set! return to-expander)
         (let ((expansion (transformer form rename compare)))
           (return (vector expansion names))))))))
