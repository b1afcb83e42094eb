;; syntax-case: patterns, templates, hygiene, identifiers, and macros of all kinds together.
;; expect: 46 checks
(import (scheme base) (scheme cxr) (scheme eval) (scheme write) (lisle syntax))
(include "../check.scm")

;; What syntax objects are.
(check (identifier? #'a) #t)
(check (identifier? 'a) #f)
(check (identifier? #'(a b)) #f)
(check (syntax->datum #'(a #(b "c") . 5)) '(a #(b "c") . 5))
(check (symbol? #'a) #f)
(define (written obj) (let ((port (open-output-string))) (write obj port) (get-output-string port)))
(check (written #'foo) "#<syntax foo>")
(check (written #'(if a 5)) "#<syntax (if a 5)>")
(check (syntax->datum (datum->syntax #'here '(a (b . c) #(d 1)))) '(a (b . c) #(d 1)))
(check (bound-identifier=? #'a #'a) #t)
(check (bound-identifier=? #'a #'b) #f)
(check (free-identifier=? #'car #'car) #t)
(check (free-identifier=? #'car #'cdr) #f)
(check (map identifier? (generate-temporaries '(1 2 3))) '(#t #t #t))
(check (let ((ids (generate-temporaries '(x y)))) (bound-identifier=? (car ids) (cadr ids))) #f)
(check '(#'a #`b #,c #,@d) '((syntax a) (quasisyntax b) (unsyntax c) (unsyntax-splicing d)))

;; As values outside of macros.
(check (syntax-case #'(1 2 3) () ((a b ...) (list (syntax->datum #'a) (map syntax->datum #'(b ...))))) '(1 (2 3)))
(check (syntax-case #'(1 2) () ((a) 'one) ((a b) 'two)) 'two)
(check-raises (syntax-case #'(1 2) () ((a) 'one)))
(check (syntax-case #'#(1 2 3) () (#(a b ...) (syntax->datum #'(b ... a)))) '(2 3 1))
(check (syntax-case #'(1 2 . 3) () ((a ... . r) (syntax->datum #'(r a ...)))) '(3 1 2))
(check (syntax-case #'((a 1 2) (b) (c 3)) () (((k v ...) ...) (syntax->datum #'((k ...) (v ... ...))))) '((a b c) (1 2 3)))
(check (syntax-case #'(1 2 3 4) () ((a ... y z) (syntax->datum #'(y z a ...)))) '(3 4 1 2))
(check (with-syntax ((x #'1) ((y ...) #'(2 3))) (syntax->datum #'(x y ... x))) '(1 2 3 1))
(check (let ((x 5)) (syntax->datum #`(a #,x #,@(list 6 7) #(#,x)))) '(a 5 6 7 #(5)))
(check (syntax->datum #`(1 . #,(+ 1 1))) '(1 . 2))
(check (syntax->datum #`(a #`(b #,(c #,(+ 1 2))))) '(a (quasisyntax (b (unsyntax (c 3))))))
(check (syntax->datum #'(a (... ...))) '(a ...))

;; Macros in which the kinds are mixed.
(define-syntax my-or
  (lambda (stx)
    (syntax-case stx ()
      ((_) #'#f)
      ((_ e) #'e)
      ((_ e r ...) #'(let ((t e)) (if t t (my-or r ...)))))))
(define-syntax or-of (syntax-rules () ((_ t e ...) (let ((t 1)) (my-or e ... t)))))
(check (let ((t 5)) (my-or #f t)) 5)
(check (let ((t 7)) (or-of x #f t)) 7)
(define-syntax define-getter
  (syntax-rules ()
    ((_ name value)
     (define-syntax name
       (lambda (stx) (syntax-case stx () ((_ f) #'(f value)) (id (identifier? #'id) #'value)))))))
(define-getter five 5)
(check (list five (five -)) '(5 -5))
(define-syntax def-const
  (lambda (stx)
    (syntax-case stx ()
      ((_ n v) #'(define-syntax n (er-macro-transformer (lambda (f r c) (list (r 'quote) 'v))))))))
(def-const six (6))
(check (six) '(6))
(define-syntax swap-names
  (er-macro-transformer (lambda (f r c) `(,(r 'inner-swap) ,(caddr f) ,(cadr f)))))
(define-syntax inner-swap (lambda (stx) (syntax-case stx () ((_ a b) #'(list a b)))))
(check (let ((list vector) (a 1)) (swap-names a 2)) '(2 1))

;; A transformer sees definitions made for it; the phases are one world.
(begin-for-syntax
  (define (tail-of stx) (syntax-case stx () ((_ . rest) #'rest))))
(define-syntax my-list (lambda (stx) #`(list . #,(tail-of stx))))
(check (my-list 1 2 3) '(1 2 3))
(check-raises (eval '(let ((x 1)) (let-syntax ((m (lambda (stx) x))) (m))) (environment '(scheme base) '(lisle syntax))))
(check-raises (eval '(let-syntax ((m (lambda (stx) 'x))) (m)) (environment '(scheme base) '(lisle syntax))))
(check-raises (eval '(let-syntax ((m 5)) (m)) (environment '(scheme base) '(lisle syntax))))
(check-raises (eval '(let-syntax ((m (lambda (s) (syntax-case s () ((_ x) x))))) (m 1)) (environment '(scheme base) '(lisle syntax))))

;; Variables that are macros.
(define cell (list 0))
(define-syntax contents
  (make-variable-transformer
   (lambda (stx)
     (syntax-case stx (set!)
       ((set! _ e) #'(set-car! cell e))
       ((_ arg ...) #'((car cell) arg ...))
       (id (identifier? #'id) #'(car cell))))))
(check (begin (set! contents 41) (+ contents 1)) 42)
(check (begin (set! contents (lambda (x) (* x x))) (contents 5)) 25)
(define-syntax first-of-cell (identifier-syntax (car cell)))
(check (begin (set! contents 9) first-of-cell) 9)
(define-syntax both (identifier-syntax (_ (car cell)) ((set! _ v) (set-car! cell (* 2 v)))))
(check (begin (set! both 21) both) 42)

;; Syntax parameters (SRFI 139).
(define-syntax-parameter it (lambda (stx) (syntax-violation 'it "only inside aif" stx)))
(define-syntax aif
  (syntax-rules ()
    ((_ test then else)
     (let ((t test)) (if t (syntax-parameterize ((it (identifier-syntax t))) then) else)))))
(check (aif (assv 2 '((1 . a) (2 . b))) (cdr it) 'none) 'b)
(check (aif 1 (aif 2 (list it) 'no) 'no) '(2))
(check-raises (eval '(let () (define-syntax-parameter p (lambda (s) (syntax-violation 'p "no" s))) p)
                    (environment '(scheme base) '(lisle syntax))))
(define-syntax-parameter shout (syntax-rules () ((_ x) (list 'quiet x))))
(check (list (shout 1) (syntax-parameterize ((shout (syntax-rules () ((_ x) (list 'loud x))))) (shout 2)))
       '((quiet 1) (loud 2)))
;; A message of a macro's own.
(check (guard (e ((error-object? e) (error-object-message e)))
         (eval '(let-syntax ((m (lambda (s) (syntax-violation #f "not this way" s)))) (m 1)) (environment '(scheme base) '(lisle syntax))))
       "m: not this way: (m 1)")
(report)
