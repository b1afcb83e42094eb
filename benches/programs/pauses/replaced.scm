;;; replaced.scm -- a vector of objects, the oldest replaced by a new one, so that the old
;;; generation fills with garbage and has to be collected.
;;; Arguments: kept objects, millions of new ones.

(import (scheme base) (scheme write) (scheme process-context))
(include "../support/pauses.scm")

(define-record-type point (make-point x y) point? (x point-x) (y point-y))

(run-pauses-benchmark "replaced"
  (lambda (count millions)
    (let ((kept (make-vector count #f)) (points (* 1000000 millions)))
      (measure-from-here)
      (let loop ((i 0) (at 0))
        (if (< i points)
            (begin
              (vector-set! kept at (make-point i (- i)))
              (loop (+ i 1) (if (= (+ at 1) count) 0 (+ at 1))))))
      (= (point-x (vector-ref kept (remainder (- points 1) count))) (- points 1)))))
