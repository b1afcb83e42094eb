;; So is an expansion that goes on for ever, each step of which ends.
;; flags: --fuel 100000
;; status: 124
;; error: has used all its steps
(define-syntax again (lambda (form) form))
(again)
