;; skip-stress: the test looks at what is allocated
;; Design 3: fixnums, characters and doubles of the usual size are immediates, so that arithmetic on
;; them allocates nothing.
;; expect: 7 checks
(import (lisle base) (lisle flonum) (lisle probe))
(include "../check.scm")

(define (allocated work)
  (probe-collect-minor!)
  (let ((before (probe-eden-bytes)) (collections (probe-collections)))
    (work)
    (list (- (probe-eden-bytes) before) (- (probe-collections) collections))))
(define (fixnums) (let loop ((i 0) (sum 0)) (if (< i 100000) (loop (+ i 1) (+ sum i)) sum)))
(define (flonums) (let loop ((i 0) (x 1.0)) (if (< i 100000) (loop (+ i 1) (+ (* x 0.5) 0.75)) x)))
(fixnums)
(flonums)
(check (allocated fixnums) '(0 0))
(check (allocated flonums) '(0 0))
(check (map probe-age (list 1.0 0.0 -2.5 1e10 (- (expt 2 60) 1))) '(none none none none none))
;; Only the rest are boxed.
(check (probe-bytes (* 1e200 (string->number "1e100"))) 16)
(check (probe-bytes (expt 2 60)) 16)
;; A tail loop that passes fresh data needs no frame and no more memory than the data.
(define (loop i data) (if (= i 0) (probe-stack-frames) (loop (- i 1) (list i))))
(check (= (loop 10 '()) (loop 100000 '())) #t)
(define used (begin (probe-collect-full!) (probe-used-bytes)))
(loop 1000000 '())
(probe-collect-full!)
(check (< (- (probe-used-bytes) used) 100000) #t)
(report)
