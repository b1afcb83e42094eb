;;; closures.scm -- makes short lists beside closures that share assigned variables, two by two.
;;; Arguments: closures alive, millions of pairs.

(import (scheme base) (scheme write) (scheme process-context))
(include "../support/pauses.scm")

;;; Two closures over one variable: one that counts, one that tells.
(define (make-counter)
  (let ((count 0))
    (cons (lambda () (set! count (+ count 1)))
          (lambda () count))))

(run-pauses-benchmark "closures"
  (lambda (closures millions)
    (let* ((pairs (quotient closures 2)) (kept (make-vector pairs #f)))
      (do ((i 0 (+ i 1))) ((= i pairs)) (vector-set! kept i (make-counter)))
      (measure-from-here)
      (and (make-lists millions)
           (let ((last (vector-ref kept (- pairs 1))))
             ((car last))
             (= 1 ((cdr last))))))))
