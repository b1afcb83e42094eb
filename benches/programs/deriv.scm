;;; deriv.scm -- symbolic derivatives of a polynomial: list building, symbol dispatch, map.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (derive expression)
  (if (not (pair? expression))
      (if (eq? expression 'x) 1 0)
      (case (car expression)
        ((+) (cons '+ (map derive (cdr expression))))
        ((-) (cons '- (map derive (cdr expression))))
        ((*) (list '*
                   expression
                   (cons '+ (map (lambda (factor) (list '/ (derive factor) factor))
                                 (cdr expression)))))
        ((/) (list '-
                   (list '/ (derive (cadr expression)) (car (cddr expression)))
                   (list '/
                         (cadr expression)
                         (list '*
                               (car (cddr expression))
                               (car (cddr expression))
                               (derive (car (cddr expression)))))))
        (else (error "no rule for" (car expression))))))

(define polynomial '(+ (* 3 x x) (* a x x) (* b x) 5))

(define expected
  '(+ (* (* 3 x x) (+ (/ 0 3) (/ 1 x) (/ 1 x)))
      (* (* a x x) (+ (/ 0 a) (/ 1 x) (/ 1 x)))
      (* (* b x) (+ (/ 0 b) (/ 1 x)))
      0))

(run-benchmark "deriv" 250000
  (lambda (repetitions)
    (let loop ((left repetitions) (answer '()))
      (if (= left 0)
          (equal? answer expected)
          (loop (- left 1) (derive polynomial))))))
