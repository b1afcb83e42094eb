;; R7RS 4.3: macros: patterns, ellipses, literals, hygiene
;; expect: 46 checks
(import (scheme base) (scheme write))
(include "../check.scm")

(define-syntax swap!
  (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
(check (let ((tmp 1) (other 2)) (swap! tmp other) (list tmp other)) '(2 1))

(check (let-syntax ((given-that (syntax-rules ()
                                  ((_ test stmt1 stmt2 ...) (if test (begin stmt1 stmt2 ...))))))
         (let ((if #t)) (given-that if (set! if 'now)) if))
       'now)
(check (let ((x 'outer))
         (let-syntax ((m (syntax-rules () ((m) x))))
           (let ((x 'inner)) (m))))
       'outer)
(check (letrec-syntax
           ((my-or (syntax-rules ()
                     ((my-or) #f)
                     ((my-or e) e)
                     ((my-or e1 e2 ...) (let ((temp e1)) (if temp temp (my-or e2 ...)))))))
         (let ((x #f) (y 7) (temp 8) (let odd?) (if even?))
           (my-or x (let temp) (if y) y)))
       7)

(define-syntax be-like-begin
  (syntax-rules ()
    ((be-like-begin name)
     (define-syntax name
       (syntax-rules ()
         ((name expr (... ...)) (begin expr (... ...))))))))
(be-like-begin sequence)
(check (sequence 1 2 3 4) 4)
(check (let ((=> #f)) (cond (#t => 'ok))) 'ok)

;; Ellipses
(define-syntax my-let
  (syntax-rules () ((_ ((n v) ...) body ...) ((lambda (n ...) body ...) v ...))))
(check (my-let ((a 1) (b 2)) (+ a b)) 3)
(check (my-let () 5) 5)
(define-syntax my-let*
  (syntax-rules ()
    ((_ () body ...) (let () body ...))
    ((_ ((x v) rest ...) body ...) (let ((x v)) (my-let* (rest ...) body ...)))))
(check (my-let* ((a 1) (b (+ a 1)) (c (* b 10))) (list a b c)) '(1 2 20))
(define-syntax nested
  (syntax-rules () ((_ (a b ...) ...) '((b ... a) ...))))
(check (nested (1 2 3) (4) (5 6)) '((2 3 1) (4) (6 5)))
(define-syntax flatten
  (syntax-rules () ((_ (a ...) ...) '(a ... ...))))
(check (flatten (1 2) () (3)) '(1 2 3))
(define-syntax distribute
  (syntax-rules () ((_ x (a ...) ...) '((x a ...) ...))))
(check (distribute q (1 2) (3)) '((q 1 2) (q 3)))
(define-syntax last-of
  (syntax-rules () ((_ x ... y) 'y)))
(check (last-of 1 2 3) 3)
(define-syntax middle
  (syntax-rules () ((_ a b ... c d) '(a (b ...) c d))))
(check (middle 1 2 3 4 5) '(1 (2 3) 4 5))
(check (middle 1 2 3) '(1 () 2 3))
(define-syntax dotted
  (syntax-rules () ((_ a b ... . r) '(a (b ...) r))))
(check (dotted 1 2 3 . 4) '(1 (2 3) 4))
(check (dotted 1 2) '(1 (2) ()))
(define-syntax vectors
  (syntax-rules () ((_ #(a b ...) ...) '(#(b ... a) ...))))
(check (vectors #(1 2 3) #(4)) '(#(2 3 1) #(4)))
(define-syntax tuple
  (syntax-rules ::: () ((_ (a b :::) :::) '((a (b :::) ...) :::))))
(check (tuple (1 2 3) (4)) '((1 (2 3) ...) (4 () ...)))
(define-syntax literal-dots
  (syntax-rules () ((_ a) '(a (... ...)))))
(check (literal-dots 1) '(1 ...))
(define-syntax ignoring
  (syntax-rules () ((_ _ x _) 'x)))
(check (ignoring 1 2 3) 2)

;; Literals
(define-syntax my-if
  (syntax-rules (then else)
    ((_ c then t else e) (if c t e))
    ((_ c then t) (if c t #f))
    ((_ . other) 'malformed)))
(check (my-if #t then 1 else 2) 1)
(check (my-if #f then 1) #f)
(check (my-if #f 1 2) 'malformed)
(check (let ((then 5)) (my-if #t then 1)) 'malformed)
(define-syntax by-type
  (syntax-rules () ((_ 1) 'one) ((_ "s") 'string) ((_ #\c) 'char) ((_ #t) 'true) ((_ ()) 'empty) ((_ (x)) 'one-list) ((_ x) 'other)))
(check (list (by-type 1) (by-type "s") (by-type #\c) (by-type #t) (by-type ()) (by-type (9)) (by-type z))
       '(one string char true empty one-list other))

;; Hygiene
(define-syntax while
  (syntax-rules ()
    ((_ test body ...) (let loop () (when test body ... (loop))))))
(check (let ((i 0) (loop 'mine)) (while (< i 3) (set! i (+ i 1))) (list i loop)) '(3 mine))
(define-syntax my-unless
  (syntax-rules () ((_ c body ...) (if (not c) (begin body ...) #f))))
(check (let ((not (lambda (x) x)) (if list)) (my-unless #f 'ok)) 'ok)
(define x 'global)
(define-syntax get-x (syntax-rules () ((_) x)))
(check (let ((x 'local)) (get-x)) 'global)
(define-syntax set-x! (syntax-rules () ((_ v) (set! x v))))
(check (let ((x 'local)) (set-x! 'changed) (list x (get-x))) '(local changed))
(define-syntax define-getter
  (syntax-rules () ((_ name value) (define (name) value))))
(define-getter get-five 5)
(check (get-five) 5)
(define-syntax define-two
  (syntax-rules () ((_ a b) (begin (define a 1) (define b (+ a 1))))))
(define-two first-one second-one)
(check (list first-one second-one) '(1 2))
(check (let () (define-two p q) (list p q)) '(1 2))
;; A name introduced by two expansions is two names.
(define-syntax with-temp
  (syntax-rules () ((_ e body) (let ((t e)) (+ t body)))))
(check (let ((t 1)) (with-temp 10 (with-temp 100 t))) 111)
(define-syntax define-hidden
  (syntax-rules () ((_ getter value) (begin (define hidden value) (define (getter) hidden)))))
(check (let () (define-hidden g1 1) (define-hidden g2 2) (list (g1) (g2))) '(1 2))

;; Macros that define macros; recursion; accumulating
(define-syntax define-constant-macro
  (syntax-rules () ((_ name v) (define-syntax name (syntax-rules () ((_) v))))))
(define-constant-macro seven 7)
(check (seven) 7)
(define-syntax my-reverse
  (syntax-rules ()
    ((_ () acc) 'acc)
    ((_ (x . rest) (acc ...)) (my-reverse rest (x acc ...)))))
(check (my-reverse (1 2 3) ()) '(3 2 1))
(define-syntax count-args
  (syntax-rules () ((_) 0) ((_ x . rest) (+ 1 (count-args . rest)))))
(check (count-args a b c d) 4)
(define-syntax my-cond
  (syntax-rules (else)
    ((_ (else e ...)) (begin e ...))
    ((_ (c e ...) clause ...) (if c (begin e ...) (my-cond clause ...)))))
(check (my-cond (#f 1) ((= 1 1) 2) (else 3)) 2)
(check (my-cond (#f 1) (else 3)) 3)
(check (let ()
         (define-syntax local (syntax-rules () ((_ x) (* x 2))))
         (define y (local 4))
         y)
       8)
(check (let ((f (lambda (x) (define-syntax twice (syntax-rules () ((_ e) (+ e e)))) (twice x)))) (f 4)) 8)

;; Shadowing a macro by a variable
(check (let ((swap! list)) (swap! 1 2)) '(1 2))
(check (let ((when (lambda args args))) (when 1 2)) '(1 2))

;; A macro that expands to a use of a loop with break
(define-syntax loop-until
  (syntax-rules ()
    ((_ var from test step)
     (let lp ((var from)) (if test var (lp step))))))
(check (loop-until i 1 (> (* i i) 50) (+ i 1)) 8)

;; CK-style: passing macros to macros
(define-syntax call-with-list
  (syntax-rules () ((_ m) (m 1 2 3))))
(define-syntax sum-of
  (syntax-rules () ((_ n ...) (+ n ...))))
(check (call-with-list sum-of) 6)

(report)
