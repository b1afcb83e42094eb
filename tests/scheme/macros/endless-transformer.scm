;; A macro's procedure that never ends is stopped by the limits.
;; flags: --fuel 100000
;; status: 124
;; error: has used all its steps
(define-syntax never (er-macro-transformer (lambda (form rename compare) (let loop () (loop)))))
(never)
