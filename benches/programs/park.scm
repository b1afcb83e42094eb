;;; park.scm -- continuations captured inside a call, all kept, then all resumed.
;;; Size: thousands of them.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define waiting '())
(define resumed 0)
(define scheduler #f)

(define (task i)
  (let ((value (+ i (call-with-current-continuation
                     (lambda (rest)
                       (set! waiting (cons rest waiting))
                       (scheduler #f))))))
    (set! resumed (+ resumed (- value i)))
    (scheduler #f)))

(define (start-all count)
  (let loop ((i 0))
    (if (< i count)
        (begin
          (call-with-current-continuation
           (lambda (return)
             (set! scheduler return)
             (task i)))
          (loop (+ i 1))))))

(define (resume-all)
  (if (pair? waiting)
      (let ((next (car waiting)))
        (set! waiting (cdr waiting))
        (call-with-current-continuation
         (lambda (return)
           (set! scheduler return)
           (next 1)))
        (resume-all))))

(run-benchmark "park" 300
  (lambda (thousands)
    (set! resumed 0)
    (start-all (* 1000 thousands))
    (resume-all)
    (= resumed (* 1000 thousands))))
