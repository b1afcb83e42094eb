;;; SRFI 45: lazy algorithms in bounded space. R7RS has `lazy` as `delay-force`; `eager` makes a
;;; promise of any value, a promise too.

(define-library (srfi 45)
  (export delay force (rename delay-force lazy) eager)
  (import (scheme base) (scheme lazy) (lisle internal))
  (begin
    (define (eager value) (%make-promise-eager value))))
