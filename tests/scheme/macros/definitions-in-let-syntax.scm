;; A let-syntax that holds definitions alone defines in the body, library or program around it; one that
;; ends with an expression is a body of its own (R7RS 4.3.1; R6RS 11.18 for the first).
;; expect: 12 checks

(import (scheme base) (scheme write) (scheme eval))
(include "../check.scm")

(define-syntax counting
  (syntax-rules () ((_ name start) (define name start))))

;; In a body, alone and nested, with the macro visible to what is defined and not outside.
(check (let ()
         (let-syntax ((five (syntax-rules () ((_ name) (define name 5)))))
           (five a)
           (define (b) (* a 2)))
         (list a (b)))
       '(5 10))
(check (let ()
         (let-syntax ((a (syntax-rules () ((_) 1))))
           (letrec-syntax ((b (syntax-rules () ((_) (a)) ((_ x . more) (b . more)))))
             (begin (define (f) (b 3 2 1)))))
         (f))
       1)
(check (let () (let-syntax () (define x 1)) (letrec-syntax () (define y 2)) (+ x y)) 3)
(check (let ()
         (let-syntax ((m (syntax-rules () ((_ x) (+ x 1)))))
           (define-syntax n (syntax-rules () ((_ x) (m (m x)))))
           (define-values (p q) (values 1 2))
           (define-record-type thing (make-thing a) thing? (a thing-a)))
         (list (n 5) p q (thing-a (make-thing (n 0)))))
       '(7 1 2 2))
;; Definitions from a macro's use; the macro may be one of those around.
(check (let () (let-syntax () (counting from 7)) from) 7)
;; A later definition may use an earlier one, and procedures one another.
(check (let ()
         (let-syntax ((flip (syntax-rules () ((_ a) (not a)))))
           (define (even n) (or (= n 0) (odd (- n 1))))
           (define (odd n) (and (not (= n 0)) (even (- n 1)))))
         (define twelve (even 12))
         (list twelve (odd 12)))
       '(#t #f))

;; With an expression at the end it is a body of its own.
(check (let ((x 1))
         (let-syntax ((two (syntax-rules () ((_) 2)))) (define x (two)) x)
         x)
       1)

;; At top level and in a library.
(let-syntax ((seven (syntax-rules () ((_) 7))))
  (define (top-seven) (seven))
  (define-syntax plus-seven (syntax-rules () ((_ x) (+ x (seven))))))
(check (list (top-seven) (plus-seven 1)) '(7 8))
(check-raises (eval '(seven) (environment '(scheme base))))
(define-library (spliced)
  (export three three?)
  (import (scheme base))
  (begin
    (letrec-syntax ((define-both (syntax-rules ()
                                   ((_ name test value)
                                    (begin (define name value) (define (test x) (= x value)))))))
      (define-both three three? 3))))
(import (spliced))
(check (list three (three? 3) (three? 4)) '(3 #t #f))

;; Nothing to define and nothing to evaluate is an error.
(check-raises (eval '(let () (let-syntax ()) 1) (environment '(scheme base))))
(check-raises (eval '(let () (let-syntax () (define x 1))) (environment '(scheme base))))
(report)
