;; skip-stress: the test makes its collections itself
;; Design 1 and 5: three ages of memory. An object is born in the nursery, survives one collection
;; there, and then is old for good; a full collection makes everything old at once.
;; expect: 12 checks
(import (lisle base) (lisle probe))
(include "../check.scm")

(define p (list 1 2))
(check (probe-age p) 'eden)
(probe-collect-minor!)
(check (probe-age p) 'survivor)
(probe-collect-minor!)
(check (probe-age p) 'old)
(define q (vector 1 2))
(probe-collect-full!)
(check (probe-age q) 'old)
;; What is old does not move, and what is large lives apart from the start.
(define v (make-vector 2000 0))
(check (probe-age v) 'large)
(probe-collect-full!)
(check (probe-age v) 'large)
;; Immediates are no objects; what lives as long as the program is old from the start.
(check (map probe-age '(1 #\a #t () 1.5)) '(none none none none none))
(check (probe-age 'symbol) 'old)
(check (probe-age car) 'old)
;; A pointer from old to young is recorded, once for each slot however often it is stored to.
(probe-collect-minor!)
(define before (probe-remembered))
(let loop ((i 0))
  (if (< i 1000) (begin (vector-set! q 0 (list i)) (loop (+ i 1)))))
(check (- (probe-remembered) before) 1)
(probe-collect-minor!)
(check (vector-ref q 0) '(999))
(check (probe-verify) #t)
(report)
