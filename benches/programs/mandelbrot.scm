;;; mandelbrot.scm -- points of a 100 by 100 grid that stay in the Mandelbrot set: flonums.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define side 100)
(define most-steps 100)

(define (inside? c-re c-im)
  (let loop ((re 0.0) (im 0.0) (step 0))
    (if (= step most-steps)
        #t
        (let ((re2 (* re re)) (im2 (* im im)))
          (if (> (+ re2 im2) 4.0)
              #f
              (loop (+ (- re2 im2) c-re)
                    (+ (* 2.0 re im) c-im)
                    (+ step 1)))))))

(define (count-inside)
  (let row-loop ((row 0) (count 0))
    (if (= row side)
        count
        (let ((c-im (- (/ (* 3.0 row) side) 1.5)))
          (let column-loop ((column 0) (count count))
            (if (= column side)
                (row-loop (+ row 1) count)
                (column-loop (+ column 1)
                             (if (inside? (- (/ (* 3.0 column) side) 2.0) c-im)
                                 (+ count 1)
                                 count))))))))

(run-benchmark "mandelbrot" 160
  (lambda (repetitions)
    (repeatedly repetitions (lambda () (= 1754 (count-inside))))))
