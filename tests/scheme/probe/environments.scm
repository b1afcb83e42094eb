;; skip-stress: the test counts promotions
;; Design 4: variables that never change are copied into closures; those that do are in an environment
;; on the stack, which is promoted alone when a closure shares it, or with its frame.
;; expect: 8 checks
(import (lisle base) (lisle probe))
(include "../check.scm")

(define (shared) (probe-promotions 'environment-closure))
(define (captured) (probe-promotions 'callcc))
(define (by count work) (let ((before (count))) (work) (- (count) before)))
(define keep #f)

;; Nothing is promoted for a variable that is not assigned.
(check (by shared (lambda () (let ((x (read-char (open-input-string "a")))) (set! keep (lambda () x))))) 0)
;; One environment for one that is, however many closures share it, and no frame with it.
(define (counter)
  (let ((n 0))
    (set! keep (list (lambda () (set! n (+ n 1)) n) (lambda () n)))
    (set! n 10)))
(check (by shared counter) 1)
(check (begin ((car keep)) ((car keep)) ((cadr keep))) 12)
(check (by captured counter) 0)
;; An environment that no closure shares is not promoted by calls.
(check (by shared (lambda () (let loop ((i 0) (n 0)) (set! n (+ n i)) (if (< i 9) (loop (+ i 1) n) n)))) 0)
;; Sizes: a pair 16 bytes, a closure over one variable 24.
(check (probe-bytes (cons 1 2)) 16)
(check (probe-bytes (let ((x (read-char (open-input-string "a")))) (lambda () x))) 24)
;; A closure over nothing but constants and globals is made once.
(define (make) (lambda () keep))
(check (eq? (make) (make)) #t)
(report)
