;; divide: 100
;; R7RS 6.11: exceptions; 4.2.7: guard
;; expect: 43 checks
(import (scheme base) (scheme write) (scheme read) (scheme file) (scheme process-context))
(include "../check.scm")
(include "../size.scm")

(check (call/cc (lambda (k) (with-exception-handler (lambda (e) (k (list 'caught e)))
                                                    (lambda () (+ 1 (raise 'an-error))))))
       '(caught an-error))
(check (with-exception-handler
        (lambda (con) (if (string? con) 42 0))
        (lambda () (+ (raise-continuable "should be a number") 23)))
       65)
(check (with-exception-handler
        (lambda (e) (* e 10))
        (lambda () (with-exception-handler
                    (lambda (e) (+ 1 (raise-continuable (+ e 1))))
                    (lambda () (raise-continuable 1)))))
       21)
(check (with-exception-handler
        (lambda (e) 'unused)
        (lambda () 'normal))
       'normal)
(check-values (with-exception-handler (lambda (e) 'unused) (lambda () (values 1 2))) '(1 2))
(check-values (with-exception-handler
               (lambda (e) (values 1 2))
               (lambda () (raise-continuable 'x)))
              '(1 2))

(check (guard (condition
               ((assq 'a condition) => cdr)
               ((assq 'b condition)))
         (raise (list (cons 'a 42))))
       42)
(check (guard (condition
               ((assq 'a condition) => cdr)
               ((assq 'b condition)))
         (raise (list (cons 'b 23))))
       '(b . 23))
(check (guard (e (#f 'never) (else (list 'else e))) (raise 1)) '(else 1))
(check (guard (e ((symbol? e) (list 'symbol e))) (raise 'boom)) '(symbol boom))
(check (guard (e ((string? e) 'outer))
         (guard (e ((number? e) 'inner))
           (raise "s")))
       'outer)
(check (guard (e ((string? e) (list 'outer e)))
         (guard (e ((number? e) (raise "again")))
           (raise 5)))
       '(outer "again"))
(check (guard (e (#t 'unused)) 'a 'b) 'b)
(check-values (guard (e (#t 'unused)) (values 1 2)) '(1 2))
(check-values (guard (e (#t (values e 2))) (raise 1)) '(1 2))
(check (guard (e ((begin (set! e (list e)) #t) e)) (raise 1)) '(1))
(check (let ((x 1)) (guard (e (else x)) (let ((x 2)) (raise x)))) 1)
(check (guard (e ((memv e '(1 2)))) (raise 2)) '(2))

;; No clause fits: raised again where it was raised, for the handlers outside the guard.
(check (with-exception-handler
        (lambda (e) (* e 2))
        (lambda ()
          (+ 1 (guard (e ((string? e) 'no))
                 (+ 100 (raise-continuable 21))))))
       143)
(define trace '())
(define (note x) (set! trace (cons x trace)))
(check (begin
         (guard (e (#t (note (list 'outer e))))
           (guard (e ((begin (note 'testing) #f) 'no))
             (dynamic-wind
              (lambda () (note 'in))
              (lambda () (raise 'x))
              (lambda () (note 'out)))))
         (reverse trace))
       '(in out testing in out (outer x)))

;; The handler runs in the dynamic environment of the raise, less itself.
(define p (make-parameter 'outer))
(check (guard (e (#t (list e (p))))
         (with-exception-handler
          (lambda (e) (raise (list e (p))))
          (lambda () (parameterize ((p 'inner)) (raise 'x)))))
       '((x inner) outer))
(check (guard (e (#t (list 'second e)))
         (with-exception-handler
          (lambda (e) (raise 'from-handler))
          (lambda () (raise 'first))))
       '(second from-handler))

;; A handler that returns from `raise` is an error for the handlers outside it.
(check (guard (e ((error-object? e) 'secondary))
         (with-exception-handler (lambda (e) 'ignored) (lambda () (raise 'boom))))
       'secondary)
(check (let ((seen '()))
         (guard (e (#t (reverse seen)))
           (with-exception-handler
            (lambda (e) (set! seen (cons 'outer seen)) (raise e))
            (lambda ()
              (with-exception-handler
               (lambda (e) (set! seen (cons e seen)))
               (lambda () (raise 'inner)))))))
       '(inner outer))

(define (message-and-irritants thunk)
  (guard (e ((error-object? e) (list (error-object-message e) (error-object-irritants e))))
    (thunk)))
(check (message-and-irritants (lambda () (error "bad thing:" 1 "two" 'three)))
       '("bad thing:" (1 "two" three)))
(check (message-and-irritants (lambda () (error "alone"))) '("alone" ()))
(check (error-object? 'x) #f)
(check (guard (e (#t (error-object? e))) (raise 5)) #f)
(check (guard (e (#t (error-object? e))) (car 5)) #t)
(check (guard (e (#t (error-object? e))) (vector-ref (vector 1) 1)) #t)
(check (guard (e (#t (error-object? e))) (undefined-variable)) #t)
(check (guard (e (#t (string? (error-object-message e)))) (+ 1 "a")) #t)
(check (guard (e (#t (list? (error-object-irritants e)))) (/ 5 0)) #t)
(check (guard (e (#t (error-object? e))) ((lambda (x) x))) #t)
(check (guard (e ((file-error? e) 'file) (else 'other)) (open-input-file "/no/such/file"))
       'file)
(check (guard (e ((read-error? e) 'read) (else 'other)) (read (open-input-string "(1 . ")))
       'read)
(check (guard (e (#t (list (file-error? e) (read-error? e)))) (error "neither")) '(#f #f))

;; Any object can be raised.
(check (map (lambda (obj) (guard (e (#t e)) (raise obj))) '(1 "s" #\c () #f (a b)))
       '(1 "s" #\c () #f (a b)))

;; Execution goes on after errors in primitives, however many.
(check (let loop ((i 0) (caught 0))
         (if (= i (size 10000))
             caught
             (loop (+ i 1) (guard (e (#t (+ caught 1))) (car i) caught))))
       (size 10000))

;; The clauses of a guard are in tail position: a loop through them runs in constant space.
(check (let loop ((n 0))
         (guard (e ((= e (size 30000)) 'done) (else (loop e)))
           (raise (+ n 1))))
       'done)
(check (let loop ((n 0))
         (guard (e ((= e (size 30000)) 'done) ((number? e) (loop e)))
           (raise (+ n 1))))
       'done)

;; Leaving the body of a guard by a continuation drops its handler.
(check (guard (e (#t (list 'outer e)))
         (call/cc
          (lambda (k)
            (guard (e (#t (list 'inner e)))
              (k #f))))
         (raise 'after))
       '(outer after))

;; Entering it again restores it.
(check (let ((k #f) (results '()))
         (let ((r (guard (e (#t (list 'caught e)))
                    (let ((n (call/cc (lambda (c) (set! k c) 0))))
                      (if (< n 3) (raise n) n)))))
           (set! results (cons r results))
           (if (< (length results) 4)
               (k (length results))
               (reverse results))))
       '((caught 0) (caught 1) (caught 2) 3))

(report)
