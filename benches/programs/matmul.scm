;;; matmul.scm -- product of two square matrices of flonums, vectors of vectors.
;;; Size: rows.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (make-matrix n entry)
  (let ((rows (make-vector n #f)))
    (do ((i 0 (+ i 1)))
        ((= i n) rows)
      (let ((row (make-vector n 0.0)))
        (do ((j 0 (+ j 1))) ((= j n)) (vector-set! row j (entry i j)))
        (vector-set! rows i row)))))

(define (multiply n a b)
  (make-matrix n
    (lambda (i j)
      (let ((row (vector-ref a i)))
        (let loop ((k 0) (sum 0.0))
          (if (= k n)
              sum
              (loop (+ k 1)
                    (+ sum (* (vector-ref row k) (vector-ref (vector-ref b k) j))))))))))

;;; a(i,j) = i + j and b = 2 on the diagonal and 1 elsewhere: the product is known in closed form.
(define (correct? n product)
  (let loop ((i 0))
    (or (= i n)
        (let* ((j (remainder (* i 7) n))
               (row-sum (+ (* n i) (quotient (* n (- n 1)) 2))))
          (and (= (vector-ref (vector-ref product i) j) (+ row-sum i j 0.0))
               (loop (+ i 1)))))))

(run-benchmark "matmul" 300
  (lambda (n)
    (let ((a (make-matrix n (lambda (i j) (+ i j 0.0))))
          (b (make-matrix n (lambda (i j) (if (= i j) 2.0 1.0)))))
      (correct? n (multiply n a b)))))
