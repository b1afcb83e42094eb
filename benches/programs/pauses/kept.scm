;;; kept.scm -- makes short lists beside objects that stay alive.
;;; Arguments: kept objects, millions of pairs.

(import (scheme base) (scheme write) (scheme process-context))
(include "../support/pauses.scm")

(define-record-type point (make-point x y) point? (x point-x) (y point-y))

(run-pauses-benchmark "kept"
  (lambda (count millions)
    (let ((kept (make-vector count #f)))
      (do ((i 0 (+ i 1))) ((= i count)) (vector-set! kept i (make-point i (- i))))
      (measure-from-here)
      (and (make-lists millions)
           (= (point-x (vector-ref kept (- count 1))) (- count 1))))))
