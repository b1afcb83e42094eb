;; Accessors of a record type whose variable has been given another value: an error at worst, and
;; never a word beyond the record
;; expect: 12 checks
(import (scheme base) (scheme write))
(include "../check.scm")

(define-record-type point (make-point x y z) point? (x point-x) (y point-y) (z point-z set-point-z!))
(define-record-type empty (make-empty) empty?)
(define old (make-point 1 2 3))
(check (point-z old) 3)
(define real-point point)
(set! point empty)
(check-raises (point-z (make-empty)))
(check-raises (point-x (make-empty)))
(check-raises (set-point-z! (make-empty) 'beyond))
(check-raises (point-z old))
;; It has more fields than its type says.
(check (let ((made (make-point 1 2 3))) (list (empty? made) (point-z made))) '(#t 3))
(set! point 5)
(check-raises (point-z old))
(check-raises (point-z 5))
(check-raises (set-point-z! old 4))
(check-raises (make-point 1 2 3))
(set! point real-point)
(check (begin (set-point-z! old 4) (point-z old)) 4)

;; In a body
(check (let ()
         (define-record-type pair-of (make-pair-of a b) pair-of? (a pair-a) (b pair-b))
         (define-record-type single (make-single) single?)
         (set! pair-of single)
         (guard (e (#t 'refused)) (pair-b (make-single))))
       'refused)

(report)
