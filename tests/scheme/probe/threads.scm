;; skip-stress: the test counts promotions
;; Design 6: threads share the heap and its collections; the frames and counts of each are its own.
;; expect: 5 checks
(import (lisle base) (lisle probe))
(include "../check.scm")

(define (in-thread work) (thread-join! (thread-start! (make-thread work))))
;; A new thread has a stack of its own.
(check (< (in-thread probe-stack-frames) 8) #t)
(check (in-thread (lambda () (call/cc (lambda (k) k)) (< 0 (probe-promotions 'callcc) 8))) #t)
;; A collection by one thread moves the objects of all, those of waiting ones too.
(define mine (list 1 2 3))
(in-thread (lambda () (probe-collect-minor!) (probe-collect-minor!)))
(check (cons (probe-age mine) mine) '(old 1 2 3))
;; Threads that wait are not waited for.
(define gate (make-mutex))
(mutex-lock! gate)
(define sleepers
  (map (lambda (i) (thread-start! (make-thread (lambda () (mutex-lock! gate) (mutex-unlock! gate) i))))
       '(1 2 3 4)))
(probe-collect-full!)
(check (probe-verify) #t)
(mutex-unlock! gate)
(check (map thread-join! sleepers) '(1 2 3 4))
(report)
