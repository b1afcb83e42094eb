;; Escapes that are entered again, through winders, handlers and guards
;; expect: 17 checks
(import (scheme base) (scheme write))
(include "../check.scm")

;; A continuation captured inside a call that has returned is entered again, and then leaves the
;; call by the call's own continuation.
(define saved #f)
(define n 0)
(define (leave-again)
  (call/cc
   (lambda (k)
     (call/cc (lambda (inner) (set! saved inner)))
     (k (list 'left n)))))
(check (let ((r (leave-again)))
         (set! n (+ n 1))
         (if (< n 4) (saved #f) r))
       '(left 3))

(define trace '())
(define (note x) (set! trace (cons x trace)))
(define (leave-through-winders)
  (call/cc
   (lambda (k)
     (dynamic-wind
      (lambda () (note 'in))
      (lambda ()
        (call/cc (lambda (inner) (set! saved inner)))
        (k n))
      (lambda () (note 'out))))))
(set! n 0)
(check (let ((r (leave-through-winders)))
         (set! n (+ n 1))
         (if (< n 3) (saved #f) (list r (reverse trace))))
       '(2 (in out in out in out)))

;; Errors in before and after thunks
(check (guard (e (#t (list 'caught e)))
         (dynamic-wind (lambda () #f) (lambda () 1) (lambda () (raise 'after))))
       '(caught after))
(check (guard (e (#t (list 'caught e)))
         (dynamic-wind (lambda () #f) (lambda () (raise 'body)) (lambda () (raise 'after))))
       '(caught after))
(check (guard (e ((symbol? e) (list 'caught e)))
         (dynamic-wind (lambda () #f) (lambda () (raise 'body)) (lambda () (raise 'after))))
       '(caught after))
(check (guard (e (#t (list 'caught e)))
         (dynamic-wind (lambda () (raise 'before)) (lambda () 1) (lambda () (raise 'after))))
       '(caught before))
(check (guard (e (#t (list 'outer e)))
         (guard (e ((number? e) 'no))
           (dynamic-wind (lambda () #f) (lambda () (raise 'body)) (lambda () (raise 'after)))))
       '(outer after))

;; Raising again
(check (guard (e ((symbol? e) (list 'outer e)))
         (guard (e ((string? e) 'no)) (guard (e ((number? e) 'no)) (raise 'sym))))
       '(outer sym))
(check (with-exception-handler
        (lambda (e) 42)
        (lambda () (guard (e ((string? e) 'no)) (+ 1 (raise-continuable 'c)))))
       43)
(set! trace '())
(check (list (guard (e (#t (list 'o e)))
               (with-exception-handler
                (lambda (e) (raise (list 'wrapped e)))
                (lambda ()
                  (guard (e ((string? e) 'no))
                    (dynamic-wind (lambda () (note 'in)) (lambda () (raise 'x)) (lambda () (note 'out)))))))
             (reverse trace))
       '((o (wrapped x)) (in out in out)))
(check (guard (e (#t (error-object? e)))
         (with-exception-handler (lambda (e) 'returned) (lambda () (raise 'x)))
         'not-here)
       #t)

;; A guard's body entered again after the guard has been left
(define count 0)
(check (let ((r (guard (e (#t (set! count (+ count 1)) (list 'caught e)))
                  (raise (call/cc (lambda (k) (set! saved k) 0))))))
         (if (< count 3) (saved count) r))
       '(caught 2))

;; Deep nests
(define (nest n) (if (= n 0) (raise 'deep) (guard (e ((number? e) e)) (nest (- n 1)))))
(check (guard (e (#t e)) (nest 200)) 'deep)
(define (wind n) (if (= n 0) (raise 'deep) (dynamic-wind (lambda () #f) (lambda () (wind (- n 1))) (lambda () (set! count (+ count 1))))))
(set! count 0)
(check (list (guard (e (#t e)) (wind 200)) count) '(deep 200))

;; Escaping from a walk of a library procedure, and going back into it
(check (call/cc (lambda (k) (for-each (lambda (x) (if (> x 2) (k x))) '(1 2 3 4)) 'none)) 3)
(check (let ((k #f) (n 0))
         (let ((r (map (lambda (x) (call/cc (lambda (c) (if (= x 2) (set! k c)) x))) '(1 2 3))))
           (set! n (+ n 1))
           (if (< n 3) (k (* n 10)) r)))
       '(1 20 3))
(check (let ((k #f) (n 0))
         (let ((r (vector-map (lambda (x) (call/cc (lambda (c) (if (= x 2) (set! k c)) x))) #(1 2 3))))
           (set! n (+ n 1))
           (if (< n 3) (k (* n 10)) r)))
       '#(1 20 3))

(report)
