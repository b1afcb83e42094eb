;;; quicksort.scm -- in-place quicksort of 100,000 pseudo-random numbers in a vector.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define count 100000)

(define (fill-randomly! v)
  (let loop ((i 0) (seed 42))
    (if (< i count)
        (let ((seed (remainder (+ (* seed 1103515245) 12345) 2147483648)))
          (vector-set! v i seed)
          (loop (+ i 1) seed)))))

(define (sort-range! v low high)
  (if (< low high)
      (let ((pivot (vector-ref v (quotient (+ low high) 2))))
        (let loop ((i low) (j high))
          (let* ((i (let up ((i i)) (if (< (vector-ref v i) pivot) (up (+ i 1)) i)))
                 (j (let down ((j j)) (if (< pivot (vector-ref v j)) (down (- j 1)) j))))
            (if (<= i j)
                (let ((held (vector-ref v i)))
                  (vector-set! v i (vector-ref v j))
                  (vector-set! v j held)
                  (loop (+ i 1) (- j 1)))
                (begin
                  (sort-range! v low j)
                  (sort-range! v i high))))))))

(define (ascending? v)
  (let loop ((i 1))
    (or (= i count)
        (and (<= (vector-ref v (- i 1)) (vector-ref v i))
             (loop (+ i 1))))))

(run-benchmark "quicksort" 16
  (lambda (repetitions)
    (let ((v (make-vector count 0)))
      (repeatedly repetitions
        (lambda ()
          (fill-randomly! v)
          (sort-range! v 0 (- count 1))
          (ascending? v))))))
