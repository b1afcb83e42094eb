;; Macro uses that are very wide or deeply nested take linear time and no native stack.
;; divide: 50
;; expect: 7 checks
(import (scheme base) (scheme eval) (scheme process-context) (scheme write) (lisle syntax))
(include "../size.scm")
(include "../check.scm")

(define here (environment '(scheme base) '(lisle syntax)))
(define (nested n operator inner)
  (if (= n 0) inner (nested (- n 1) operator (list operator inner))))
(define (in-macros form)
  (eval `(let ()
           (define-syntax rules (syntax-rules () ((_ e) e)))
           (define-syntax cases (lambda (s) (syntax-case s () ((_ e) #'e))))
           (define-syntax all (syntax-rules () ((_ e ...) (begin e ...))))
           (define-syntax all-cases (lambda (s) (syntax-case s () ((_ e ...) #'(begin e ...)))))
           (define-syntax length-of
             (syntax-rules () ((_ () n) (length 'n)) ((_ (x . r) n) (length-of r (x . n)))))
           ,form)
        here))

(define n (size 20000))
(check (in-macros (nested n 'rules ''inside)) 'inside)
(check (in-macros (nested n 'cases ''inside)) 'inside)
(check (in-macros (nested n 'rules (nested n 'cases ''inside))) 'inside)
(check (in-macros (cons 'all (append (make-list (* 5 n) 1) '('last)))) 'last)
(check (in-macros (cons 'all-cases (append (make-list (* 5 n) 1) '('last)))) 'last)
(check (in-macros `(length-of ,(make-list n 'x) ())) n)
(check (eval (cons 'begin (append (make-list (* 5 n) 1) '('last))) here) 'last)
(report)
