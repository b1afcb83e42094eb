;; skip-stress: the test counts frames where they are
;; Design 1: a full stack region promotes its older frames and goes on, and a collection promotes what
;; lies deep, so that the next one looks at a bounded stretch.
;; expect: 6 checks
(import (lisle base) (lisle probe))
(include "../check.scm")

(define (under n work)
  (if (= n 0) (work) (let ((result (under (- n 1) work))) (if (eq? result 'none) #f result))))
(define (both) (cons (probe-stack-frames) (probe-chunk-words)))
;; The region is full: most frames are in chunks.
(define deep (under 200000 both))
(check (< (car deep) 100000) #t)
(check (> (cdr deep) 200000) #t)
(check (> (probe-promotions 'stack_segment_full) 0) #t)
;; Not full, but deep: a collection cuts the stack down.
(define aged (under 20000 (lambda () (probe-collect-minor!) (probe-stack-frames))))
(check (< aged 2000) #t)
(check (> (probe-promotions 'aging) 10000) #t)
(check (under 20000 (lambda () (probe-collect-minor!) (probe-verify))) #t)
(report)
