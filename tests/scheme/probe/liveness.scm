;; skip-stress: the test makes its collections itself
;; Design 4: a chunk keeps nothing alive that its frames will not use, and neither does a frame.
;; expect: 4 checks
(import (lisle base) (lisle weak) (lisle probe))
(include "../check.scm")

(define (big) (make-vector 100000 'x))
(define k #f)
(define (size) (probe-collect-full!) (probe-used-bytes))
(define before (size))
;; `data` is not used after the capture.
(define (capture)
  (let ((data (big)))
    (vector-set! data 0 'y)
    (let ((length (vector-length data)))
      (call/cc (lambda (c) (set! k c)))
      length)))
(check (capture) 100000)
(check (procedure? k) #t)
(check (< (- (size) before) 400000) #t)
;; `data` is not used after the collection that a callee makes.
(define (hold)
  (let ((data (big)))
    (vector-set! data 0 'y)
    (let ((length (vector-length data)) (growth (- (size) before)))
      (list length (< growth 400000)))))
(check (hold) '(100000 #t))
(report)
