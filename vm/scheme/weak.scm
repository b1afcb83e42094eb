;;; Guardians. (Weak references are primitives, weak hash tables in hash-table.scm.)

;; A guardian: with an object, watches it; without, gives back an object that it watched and that
;; nothing else can reach any longer, or #f. Given a representative too, it gives back that instead,
;; and the object is gone.
(define (make-guardian)
  (let ((guardian (%make-guardian)))
    (case-lambda
      (() (%guardian-take! guardian))
      ((obj) (%guardian-watch! guardian obj obj))
      ((obj representative) (%guardian-watch! guardian obj representative)))))
