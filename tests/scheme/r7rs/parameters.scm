;; R7RS 4.2.6: parameters
;; expect: 25 checks
(import (scheme base) (scheme write))
(include "../check.scm")

(define radix
  (make-parameter 10 (lambda (x) (if (and (exact-integer? x) (<= 2 x 16)) x (error "invalid radix" x)))))
(define (f n) (number->string n (radix)))
(check (f 12) "12")
(check (parameterize ((radix 2)) (f 12)) "1100")
(check (f 12) "12")
(check-raises (parameterize ((radix 0)) (f 12)))
(check (radix) 10)
(check (procedure? radix) #t)

;; The converter is applied to the initial value and to each new one, not to restored ones.
(define doubled (make-parameter 1 (lambda (x) (* x 2))))
(check (doubled) 2)
(check (parameterize ((doubled 5)) (doubled)) 10)
(check (doubled) 2)
(check (parameterize ((doubled 1)) (parameterize ((doubled 2)) (doubled)) (doubled)) 2)

(define a (make-parameter 1))
(define b (make-parameter 2))
(check (parameterize ((a 10) (b 20)) (list (a) (b))) '(10 20))
(check (parameterize ((a (b)) (b (a))) (list (a) (b))) '(2 1))
(check (parameterize () 'body) 'body)
(check-values (parameterize ((a 5)) (values (a) (b))) '(5 2))
(check (parameterize ((a 5)) (define x (a)) (+ x 1)) 6)
(define (get) (list (a) (b)))
(check (parameterize ((a 'x)) (parameterize ((b 'y)) (get))) '(x y))
(check (parameterize ((a 'x)) (parameterize ((a 'y)) (get))) '(y 2))
(check (get) '(1 2))

;; Left and entered by continuations
(check (let ((k #f) (seen '()))
         (parameterize ((a 'inside))
           (call/cc (lambda (c) (set! k c)))
           (set! seen (cons (a) seen)))
         (set! seen (cons (a) seen))
         (if (< (length seen) 4) (k #f))
         (reverse seen))
       '(inside 1 inside 1))
(check (begin
         (call/cc (lambda (k) (parameterize ((a 'gone)) (k #f))))
         (a))
       1)
(check (begin
         (guard (e (#t #f)) (parameterize ((a 'gone)) (raise 'x)))
         (a))
       1)
(check (guard (e (#t (a))) (parameterize ((a 'gone)) (raise 'x))) 1)
(check-raises (parameterize ((5 1)) 'x))
;; A closure sees the binding in force when it is called.
(check (let ((get (parameterize ((a 'then)) (lambda () (a))))) (get)) 1)

(check (let ((port (open-output-string)))
         (parameterize ((current-output-port port))
           (display "captured")
           (write 'x))
         (get-output-string port))
       "capturedx")

(report)
