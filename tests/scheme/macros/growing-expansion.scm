;; And one that grows.
;; flags: --timeout 1
;; status: 124
;; error: has used all its time
(define-syntax grow (lambda (form) (syntax-case form () ((_ e ...) #'(grow e ... e ...)))))
(grow 1)
