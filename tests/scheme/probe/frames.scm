;; skip-stress: the test counts frames where they are
;; Design 1: frames live on the stack and die there; a capture promotes all of them, once.
;; expect: 15 checks
(import (lisle base) (lisle probe))
(include "../check.scm")

;; Calls WORK under N frames.
(define (under n work)
  (if (= n 0) (work) (let ((result (under (- n 1) work))) (if (eq? result 'none) #f result))))
(define (frames) (probe-stack-frames))
(define base (under 0 frames))
(check (- (under 100 frames) base) 100)
(check (under 100 probe-chunk-words) 0)
;; Calls cost no allocation.
(probe-collect-minor!)
(define eden (probe-eden-bytes))
(check (under 1000 (lambda () (- (probe-eden-bytes) eden))) 0)

(define (promoted) (probe-promotions 'callcc))
(define (capture) (call/cc (lambda (k) k)))
(define (promoted-by work) (let ((before (promoted))) (work) (- (promoted) before)))
;; A capture promotes the frames below it ...
(check (under 50 (lambda () (>= (promoted-by capture) 50))) #t)
(check (under 50 (lambda () (capture) (> (probe-chunk-words) 100))) #t)
;; ... and the next one finds next to nothing new: it shares the chunk.
(check (under 50 (lambda () (capture) (< (promoted-by capture) 4))) #t)
;; The depth does not matter then.
(check (under 2000 (lambda () (capture) (< (promoted-by capture) 4))) #t)
;; Returning into promoted frames reinstates them.
(define before (probe-reinstated))
(check (under 50 (lambda () (capture) 'x)) 'x)
(check (>= (- (probe-reinstated) before) 50) #t)
;; Escapes and guards promote nothing; only a guard that may have to raise again keeps the frames of
;; the raise.
(check (promoted-by (lambda () (under 50 (lambda () (guard (e (else 'caught)) (raise 'x)))))) 0)
(check (promoted-by (lambda () (under 50 (lambda () (guard (e ((pair? e) 'caught)) 'fine))))) 0)
(check (promoted-by (lambda () (under 50 (lambda () (call/ec (lambda (k) (k 1))))))) 0)
;; A chunk can be entered again, any number of times.
(define entries 0)
(define k #f)
(define seen
  (under 20 (lambda () (call/cc (lambda (c) (set! k c))) (set! entries (+ entries 1)) entries)))
(if (< entries 5) (k #f))
(check seen 5)
(check entries 5)
(check (probe-verify) #t)
(report)
