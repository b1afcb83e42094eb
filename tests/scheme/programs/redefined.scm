;; Small procedures are written out where they are called, behind a test of what their variables hold:
;; redefinition and assignment count from the moment they happen, whoever does it.
;; expect: 17 checks
(import (scheme base) (scheme write) (scheme eval) (srfi 18))
(include "../check.scm")

(define (double x) (* 2 x))
(define (twice x) (list (double x) (double (+ x 1))))
(check (twice 3) '(6 8))
(define (double x) (* 3 x))
(check (twice 3) '(9 12))
(set! double (lambda (x) (* 4 x)))
(check (twice 3) '(12 16))
(set! double -)
(check (twice 3) '(-3 -4))

;; An argument that changes it: it is called as it is when its arguments have their values.
(define (value x) x)
(define (changing) (value (begin (set! value (lambda (x) (list 'new x))) 1)))
(check (changing) '(new 1))

;; With another number of arguments it is called, and says so.
(define (pair-of a b) (cons a b))
(define (wrong) (pair-of 1))
(check (guard (e ((error-object? e) 'refused)) (wrong)) 'refused)
(define (pair-of a) (list a))
(check (wrong) '(1))

;; Arguments are evaluated once, also when they are not used or used twice.
(define count 0)
(define (next!) (set! count (+ count 1)) count)
(define (ignore x) 'ignored)
(define (square x) (* x x))
(define (use) (list (ignore (next!)) (square (next!))))
(check (use) '(ignored 4))
(check count 2)

;; Parameters that are assigned, and variables of the caller by the same name.
(define (bump x) (set! x (+ x 1)) x)
(define (callers x) (list (bump x) x (bump (* x 10))))
(check (callers 1) '(2 1 11))

;; In a test, for effect, as the last expression of a loop.
(define (small? n) (< n 10))
(define cell (vector 0))
(define (add! n) (vector-set! cell 0 (+ n (vector-ref cell 0))))
(define (sum-of-small items)
  (let loop ((items items))
    (cond ((null? items) (vector-ref cell 0))
          ((small? (car items)) (add! (car items)) (loop (cdr items)))
          (else (loop (cdr items))))))
(check (sum-of-small '(1 20 3 40 5)) 9)

;; Recursive ones.
(define (even-number? n) (if (= n 0) #t (odd-number? (- n 1))))
(define (odd-number? n) (if (= n 0) #f (even-number? (- n 1))))
(check (map even-number? '(0 1 10 11)) '(#t #f #t #f))

;; Before it is defined there is nothing to call.
(define (early) (later 1))
(check (guard (e ((error-object? e) 'unbound)) (early)) 'unbound)
(define (later x) (+ x 1))
(check (early) 2)

;; Definitions of one form.
(begin (define (third x) (car (cddr x))) (define (third-of-third x) (third (third x))))
(check (third-of-third '(1 2 (1 2 3))) 3)

;; In an environment that is gone, whose variables' numbers others get.
(define (make-reader)
  (eval '(let () (define hidden 5) (define (get) hidden) get) (environment '(scheme base))))
(check ((make-reader)) 5)

;; Redefined by one thread while others call it: each sees the old one or the new one.
(define (answer x) (+ x 1))
(define stop #f)
(define (all-good?)
  (let loop ((i 0) (seen-new #f))
    (let ((got (answer i)))
      (cond ((and stop (= got (- i))) #t)
            ((= got (+ i 1)) (loop (+ i 1) #f))
            ((= got (- i)) (loop (+ i 1) #t))
            (else got)))))
(define callers-of-answer
  (map (lambda (_) (thread-start! (make-thread all-good?))) '(1 2)))
(thread-sleep! 0.01)
(set! answer -)
(set! stop #t)
(check (map thread-join! callers-of-answer) '(#t #t))
(report)
