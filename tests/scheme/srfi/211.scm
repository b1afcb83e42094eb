;; Macros that are procedures; tests/scheme/macros has more
;; expect: 12 checks
(import (except (scheme base) define-syntax let-syntax letrec-syntax _ ...)
        (scheme write)
        (srfi 211 explicit-renaming)
        (srfi 211 syntax-case)
        (srfi 211 identifier-syntax)
        (srfi 211 variable-transformer))
(include "../check.scm")

(define-syntax swap!
  (er-macro-transformer
   (lambda (form rename compare)
     `(,(rename 'let) ((,(rename 'tmp) ,(cadr form)))
       (,(rename 'set!) ,(cadr form) ,(list-ref form 2))
       (,(rename 'set!) ,(list-ref form 2) ,(rename 'tmp))))))
(check (let ((tmp 1) (b 2)) (swap! tmp b) (list tmp b)) '(2 1))
(define-syntax rotate
  (lambda (form)
    (syntax-case form ()
      ((_ a) #'(begin))
      ((_ a b c ...)
       (with-syntax ((k 1)) #'(let ((t a)) (set! a b) (set! b t) (rotate b c ...)))))))
(check (let ((a 1) (b 2) (t 3)) (rotate a b t) (list a b t)) '(2 3 1))
(check (syntax->datum #`(a #,(+ 1 2) #,@(list 4 5))) '(a 3 4 5))
(check '(quasisyntax ((unsyntax x) (unsyntax-splicing y))) '#`(#,x #,@y))
(check '(syntax x) '#'x)
(check (map identifier? (generate-temporaries '(1 2))) '(#t #t))
(check (list (bound-identifier=? #'a #'a) (free-identifier=? #'car #'cdr)) '(#t #f))
(check (symbol->string (syntax->datum (datum->syntax #'here 'there))) "there")
(check (guard (e ((error-object? e) (error-object-message e))) (syntax-violation 'me "wrong" #'form)) "me: wrong")
(define-syntax five (identifier-syntax 5))
(check (+ five five) 10)
(define v (vector 1 2))
(define-syntax second
  (make-variable-transformer
   (lambda (form)
     (syntax-case form (set!) ((set! _ e) #'(vector-set! v 1 e)) (_ #'(vector-ref v 1))))))
(check (begin (set! second 7) second) 7)
(check (let-syntax ((a (lambda (f) #'1)))
         (letrec-syntax ((b (lambda (f) #'(+ (a) 1)))) (b)))
       2)
(report)
