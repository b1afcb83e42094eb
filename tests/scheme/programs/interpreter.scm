;; divide: 10
;; A small metacircular interpreter running a recursion and a loop
;; expect: #t
;; expect: (9 8 7 6 5 4 3 2 1 0)
;; expect: 120
(import (scheme base) (scheme write) (scheme process-context))
(include "../size.scm")
(define (evaluate x env)
  (cond ((symbol? x) (cdr (assq x env)))
        ((not (pair? x)) x)
        (else
         (case (car x)
           ((quote) (cadr x))
           ((if) (if (evaluate (cadr x) env) (evaluate (list-ref x 2) env) (evaluate (list-ref x 3) env)))
           ((lambda) (lambda arguments (evaluate (list-ref x 2) (append (map cons (cadr x) arguments) env))))
           ((rec)
            (let* ((cell (cons (cadr x) #f)) (value (evaluate (list-ref x 2) (cons cell env))))
              (set-cdr! cell value)
              value))
           (else (apply (evaluate (car x) env) (map (lambda (y) (evaluate y env)) (cdr x))))))))
(define global
  (list (cons '+ +) (cons '- -) (cons '* *) (cons '< <) (cons '= =) (cons 'cons cons) (cons 'null? null?)))
(define (show x) (write x) (newline))
(define n (if (= (size 20) 20) 20 12))
(show (= (if (= n 20) 6765 144) (evaluate `((rec fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))) ,n) global)))
(show (evaluate '((rec build (lambda (n acc) (if (= n 10) acc (build (+ n 1) (cons n acc))))) 0 '()) global))
(show (evaluate '((lambda (f) ((f f) 5)) (lambda (f) (lambda (n) (if (= n 0) 1 (* n ((f f) (- n 1))))))) global))
