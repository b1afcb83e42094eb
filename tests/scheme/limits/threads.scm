;; Threads that run while another one hits the heap limit again and again are not hurt.
;; flags: --heap-limit 24M
;; seconds: 120
;; skip-stress: fills the heap many times
;; expect: (done done)
;; expect: 10
(import (lisle base))

(define stop? #f)

;; Computes without a pause, and needs no memory.
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(define (worker)
  (cond ((not (= (fib 15) 610)) 'wrong)
        (stop? 'done)
        (else (worker))))

(define threads (map (lambda (n) (thread-start! (make-thread worker))) '(1 2)))
(define (grow l) (grow (cons 1 l)))
(define (deep n) (+ 1 (deep n)))
(define (hit n)
  (guard (e ((heap-exhausted? e) 1))
    (if (even? n) (grow '()) (deep n))))
(define hits (apply + (map hit (iota 10))))
(set! stop? #t)
(write (map thread-join! threads))
(newline)
(write hits)
(newline)
