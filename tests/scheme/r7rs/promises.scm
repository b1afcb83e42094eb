;; divide: 100
;; R7RS 4.2.5: delayed evaluation
;; expect: 21 checks
(import (scheme base) (scheme lazy) (scheme write) (scheme process-context))
(include "../check.scm")
(include "../size.scm")

(check (force (delay (+ 1 2))) 3)
(check (let ((p (delay (+ 1 2)))) (list (force p) (force p))) '(3 3))
(check (promise? (delay 1)) #t)
(check (promise? 1) #f)
(check (promise? (lambda () 1)) #f)
(check (promise? (make-promise 1)) #t)
(check (force (make-promise 5)) 5)
(check (let ((p (make-promise 1))) (eq? p (make-promise p))) #t)
(check (force 7) 7)
(check (let ((n 0))
         (let ((p (delay (begin (set! n (+ n 1)) n))))
           (force p)
           (force p)
           n))
       1)

(define integers
  (letrec ((next (lambda (n) (delay (cons n (next (+ n 1)))))))
    (next 0)))
(define (head stream) (car (force stream)))
(define (tail stream) (cdr (force stream)))
(check (head (tail (tail integers))) 2)

(define (stream-filter p? s)
  (delay-force
   (if (null? (force s))
       (delay '())
       (let ((h (car (force s))) (t (cdr (force s))))
         (if (p? h)
             (delay (cons h (stream-filter p? t)))
             (stream-filter p? t))))))
(check (head (tail (tail (stream-filter odd? integers)))) 5)

;; Reentrancy (R7RS's examples)
(define count 0)
(define p
  (delay (begin (set! count (+ count 1))
                (if (> count x) count (force p)))))
(define x 5)
(check (force p) 6)
(check (begin (set! x 10) (force p)) 6)

(define f
  (let ((first? #t))
    (delay (if first? (begin (set! first? #f) (force f)) 'second))))
(check (force f) 'second)

(define q
  (let ((count 5))
    (define (get-count) count)
    (define p (delay (if (<= count 0)
                         count
                         (begin (set! count (- count 1))
                                (force p)
                                (set! count (+ count 2))
                                count))))
    (list get-count p)))
(check ((car q)) 5)
(check (force (cadr q)) 0)
(check ((car q)) 10)

;; A chain of delay-force runs in constant space.
(define (loop n)
  (if (= n 0) (delay 'done) (delay-force (loop (- n 1)))))
(check (force (loop (size 300000))) 'done)
(define (stream-from n)
  (delay (cons n (stream-from (+ n 1)))))
(define (stream-ref s n)
  (delay-force (if (= n 0) (delay (car (force s))) (stream-ref (cdr (force s)) (- n 1)))))
(check (force (stream-ref (stream-from 0) (size 50000))) (size 50000))

;; An error leaves the promise to be forced again.
(check (let* ((ready #f) (p (delay (if ready 'value (error "not yet")))))
         (let ((first (guard (e (#t 'failed)) (force p))))
           (set! ready #t)
           (list first (force p))))
       '(failed value))

(report)
