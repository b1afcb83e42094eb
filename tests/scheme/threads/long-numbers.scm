;; Operations on numbers of a hundred thousand digits and more, which are computed aside: their
;; results, several of them in one call, and threads that are ended in the middle of one
;; expect: 15 checks
(import (scheme base) (scheme inexact) (scheme write) (srfi 18))
(include "../check.scm")

(define big (expt 7 200000))
(define other (+ 1 (expt 11 170000)))
(define square (* big big))

(check (quotient square big) big)
(check (remainder (+ square 5) big) 5)
(check (exact-integer? (* big 1/7)) #t)
(check (= (* big 1/7) (expt 7 199999)) #t)
(check (- (* (+ big 1) (- big 1)) square) -1)
(check-values (exact-integer-sqrt (+ square 1)) (list big 1))
(check (sqrt square) big)
(check (= (string->number (number->string big 16) 16) big) #t)
(check (string->number (string-append (number->string big) "x")) #f)

;; Called as procedures, with several long operations in one call.
(define (call f . args) (apply f args))
(check (= (call gcd (* 2 square) (* 3 square) (* 5 square)) square) #t)
(check (= (call * big big big) (* square big)) #t)
(check-raises (call quotient square 0.5))

;; Other threads go on, and collect, while one computes.
(define (make-lists n)
  (let loop ((i 0) (list '()))
    (if (= i n) (length list) (loop (+ i 1) (if (= 0 (modulo i 1000)) '() (cons i list))))))
(define busy (thread-start! (make-thread (lambda () (make-lists 300000)))))
(check (gcd big other) 1)
(check (thread-join! busy) 999)

;; A thread that is ended while it waits for a result.
(define endless
  (make-thread
   (lambda ()
     (let ((a (expt 7 400000)) (b (+ 1 (expt 11 340000))))
       (let loop () (gcd a b) (loop))))))
(thread-start! endless)
(thread-sleep! 0.1)
(thread-terminate! endless)
(check-raises (thread-join! endless))
(report)
