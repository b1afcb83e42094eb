;; Macros that are procedures, with explicit renaming
;; expect: 21 checks
(import (scheme base) (scheme eval) (scheme write) (lisle syntax))
(include "../check.scm")

(define-syntax swap!
  (er-macro-transformer
   (lambda (form rename compare)
     (let ((a (cadr form)) (b (car (cddr form))))
       `(,(rename 'let) ((,(rename 'tmp) ,a)) (,(rename 'set!) ,a ,b) (,(rename 'set!) ,b ,(rename 'tmp)))))))
(check (let ((tmp 1) (other 2)) (swap! tmp other) (list tmp other)) '(2 1))
(check (let ((let 1) (set! 2)) (swap! let set!) (list let set!)) '(2 1))

;; Not renamed, so it captures.
(define-syntax aif
  (er-macro-transformer
   (lambda (form rename compare)
     `(,(rename 'let) ((it ,(cadr form)))
       (,(rename 'if) it ,(list-ref form 2) ,(list-ref form 3))))))
(check (aif (assv 2 '((1 . a) (2 . b))) (cdr it) 'none) 'b)
(check (let ((if list)) (aif #f 1 2)) 2)

(define-syntax arrow-or-else
  (er-macro-transformer
   (lambda (form rename compare)
     `(,(rename 'list)
       ,@(map (lambda (word)
                (cond ((compare word (rename 'else)) ''else)
                      ((compare word (rename '=>)) ''arrow)
                      (else `(,(rename 'quote) ,word))))
              (cdr form))))))
(check (arrow-or-else else => x) '(else arrow x))
(check (let ((else 1)) (arrow-or-else else =>)) '(else arrow))
(define-syntax compare-test
  (er-macro-transformer
   (lambda (form rename compare)
     (if (compare (cadr form) (rename 'else)) #t #f))))
(check (compare-test else) #t)
(check (compare-test other) #f)
(check (let ((else 1)) (compare-test else)) #f)

;; Local, recursive, and between macros of both kinds.
(define-syntax my-or
  (er-macro-transformer
   (lambda (form rename compare)
     (cond ((null? (cdr form)) #f)
           ((null? (cddr form)) (cadr form))
           (else
            `(,(rename 'let) ((,(rename 't) ,(cadr form)))
              (,(rename 'if) ,(rename 't) ,(rename 't) (,(rename 'my-or) ,@(cddr form)))))))))
(check (let ((t 5)) (my-or #f #f t)) 5)
(check (my-or) #f)
(define-syntax or-of (syntax-rules () ((_ t e ...) (let ((t 1)) (my-or e ... t)))))
(check (or-of t #f) 1)
(check (let ((t 7)) (or-of x t)) 7)
(check (let-syntax ((five (er-macro-transformer (lambda (form rename compare) 5)))) (five)) 5)
(check (let ()
         (define-syntax def
           (er-macro-transformer
            (lambda (form rename compare) `(,(rename 'define) ,(cadr form) ,(list-ref form 2)))))
         (def a 1)
         (def b (+ a 1))
         (list a b))
       '(1 2))
(define (helper x) (list 'quote (list 'helped x)))
(define-syntax use-helper (er-macro-transformer (lambda (form rename compare) (helper (cadr form)))))
(check (use-helper y) '(helped y))
(define-syntax vectors
  (er-macro-transformer (lambda (form rename compare) `(,(rename 'quote) #(,(cadr form) #(,(rename 'z)) "s" #\c)))))
(check (vectors x) #(x #(z) "s" #\c))
;; The same name is renamed to the same identifier, in one use.
(define-syntax same-twice
  (er-macro-transformer (lambda (form rename compare) (and (eq? (rename 'a) (rename 'a)) (not (eq? (rename 'a) 'a)) (compare (rename 'car) 'car)))))
(check (same-twice) #t)
(check-raises (eval '(let () (define-syntax bad (er-macro-transformer (lambda (f r c) (car 'x)))) (bad))
                    (environment '(scheme base) '(lisle syntax))))
(check-raises (eval '(let-syntax ((bad (er-macro-transformer 5))) (bad)) (environment '(scheme base) '(lisle syntax))))
(check-raises (eval '(er-macro-transformer car) (environment '(scheme base) '(lisle syntax))))
(report)
