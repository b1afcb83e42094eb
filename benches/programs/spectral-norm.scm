;;; spectral-norm.scm -- the largest singular value of an endless matrix, cut to size: flonum loops.
;;; Size: rows.

(import (scheme base) (scheme write) (scheme inexact) (scheme process-context))
(include "support/harness.scm")

(define (entry i j)
  (/ 1.0 (+ (* (+ i j) (+ i j 1) 0.5) i 1.0)))

(define (multiply! n v result transposed?)
  (do ((i 0 (+ i 1)))
      ((= i n))
    (let loop ((j 0) (sum 0.0))
      (if (= j n)
          (vector-set! result i sum)
          (loop (+ j 1)
                (+ sum (* (if transposed? (entry j i) (entry i j)) (vector-ref v j))))))))

(define (multiply-both! n v result scratch)
  (multiply! n v scratch #f)
  (multiply! n scratch result #t))

(define (dot n a b)
  (let loop ((i 0) (sum 0.0))
    (if (= i n) sum (loop (+ i 1) (+ sum (* (vector-ref a i) (vector-ref b i)))))))

(define (spectral-norm n)
  (let ((u (make-vector n 1.0)) (v (make-vector n 0.0)) (scratch (make-vector n 0.0)))
    (do ((step 0 (+ step 1)))
        ((= step 10))
      (multiply-both! n u v scratch)
      (multiply-both! n v u scratch))
    (sqrt (/ (dot n u v) (dot n v v)))))

(define (near? a b tolerance) (< (abs (- a b)) tolerance))

(run-benchmark "spectral-norm" 500
  (lambda (n)
    (and (near? (spectral-norm 100) 1.274219991 1e-8)
         (near? (spectral-norm n) 1.27422 1e-3))))
