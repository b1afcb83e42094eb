;;; bignums.scm -- digits of pi by a spigot over exact integers.
;;; Size: digits.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

;;; The digits of pi one after the other, from a linear fractional transformation kept in q, r, t.
(define (pi-digits count)
  (let loop ((q 1) (r 0) (t 1) (k 1) (n 3) (l 3) (left count) (digits '()))
    (cond ((= left 0) (reverse digits))
          ((< (+ (* 4 q) (- r t)) (* n t))
           (loop (* 10 q)
                 (* 10 (- r (* n t)))
                 t
                 k
                 (- (quotient (* 10 (+ (* 3 q) r)) t) (* 10 n))
                 l
                 (- left 1)
                 (cons n digits)))
          (else
           (loop (* q k)
                 (* (+ (* 2 q) r) l)
                 (* t l)
                 (+ k 1)
                 (quotient (+ (* q (+ (* 7 k) 2)) (* r l)) (* t l))
                 (+ l 2)
                 left
                 digits)))))

(define (take list count)
  (if (= count 0) '() (cons (car list) (take (cdr list) (- count 1)))))

(define (machin-digits count)
  (define unity (expt 10 (+ count 10)))
  (define (arctangent-of-inverse x)
    (let ((square (* x x)))
      (let loop ((power (quotient unity x)) (n 1) (sum 0) (plus? #t))
        (if (= power 0)
            sum
            (loop (quotient power square)
                  (+ n 2)
                  ((if plus? + -) sum (quotient power n))
                  (not plus?))))))
  (quotient (* 4 (- (* 4 (arctangent-of-inverse 5)) (arctangent-of-inverse 239)))
            (expt 10 11)))

(define (digits->number digits)
  (let loop ((digits digits) (n 0))
    (if (null? digits) n (loop (cdr digits) (+ (* 10 n) (car digits))))))

(run-benchmark "bignums" 700
  (lambda (count)
    (let ((digits (pi-digits count)))
      (and (equal? (take digits 10) '(3 1 4 1 5 9 2 6 5 3))
           (= (digits->number digits) (machin-digits count))))))
