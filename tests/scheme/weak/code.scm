;; Code that nothing leads to is freed; code that runs, or may run again, is not: on the stack, in
;; promoted frames, in continuations, as handler or winder, as a constant of other code.
;; divide: 20
;; expect: 23 checks
(import (scheme base) (scheme eval) (scheme write) (scheme process-context) (srfi 18) (lisle base))
(include "../check.scm")
(include "../size.scm")

(define env (environment '(scheme base) '(lisle base)))

;; Makes code and drops it, so that memory of freed code is used again.
(define (churn)
  (do ((i 0 (+ i 1))) ((= i (size 200)))
    (eval `(lambda (x) (list x ,i '(a constant ,i) "text")) env))
  (collect-garbage))

;; Nothing leads to it.
(define (gone? box) (eq? (weak-box-value box 'gone) 'gone))
(define dropped (make-weak-box (eval '(lambda (x) (vector x 'constant)) env)))
(define dropped-with-inner
  (let* ((inner #f)
         (outer (eval '(lambda (keep) (keep (lambda () 'inner)) (lambda (x) (lambda (y) (+ x y)))) env)))
    (outer (lambda (p) (set! inner (make-weak-box p))))
    (cons inner (make-weak-box ((outer (lambda (p) p)) 1)))))
(define constant (make-weak-box (eval ''(a constant list) env)))
(churn)
(check (gone? dropped) #t)
(check (gone? (car dropped-with-inner)) #t)
(check (gone? (cdr dropped-with-inner)) #t)
(check (gone? constant) #t)

;; A closure keeps its code, the constants of that, and the code of closures made inside.
(define kept (eval '(lambda (x) (lambda (y) (list x y '(kept . constant) "kept text" 1.5e300))) env))
(define kept-inner (kept 1))
(churn)
(check (kept-inner 2) '(1 2 (kept . constant) "kept text" 1.5e300))
(check ((kept 3) 4) '(3 4 (kept . constant) "kept text" 1.5e300))

;; It runs, and only its frame leads to it.
(check (eval '(let ((f (lambda (n) (collect-garbage) (* n 2)))) (+ (f 1) (f 2))) env) 6)
(define (call-with-churn proc) (churn) (proc))
(check ((eval '(lambda (call) (list (call (lambda () 'a)) (call (lambda () '(b))))) env) call-with-churn)
       '(a (b)))

;; So deep that its frames are promoted.
(check ((eval `(lambda (churn)
                 (let deep ((n ,(size 200000)))
                   (if (= n 0) (begin (churn) 0) (+ 1 (deep (- n 1))))))
              env)
        churn)
       (size 200000))

;; In a continuation that is entered again when the code is dropped otherwise.
(define k #f)
(define entered 0)
(define result
  ((eval '(lambda (capture)
            (let* ((before (list 'before)) (n (capture)) (after '(after)))
              (list (car before) n (car after) "a string")))
         env)
   (lambda () (call/cc (lambda (c) (set! k c) 0)))))
(churn)
(set! entered (+ entered 1))
(check result (list 'before (- entered 1) 'after "a string"))
(if (< entered 3) (k entered))

;; As a handler, as winders, as a parameter's converter, as a promise.
(check (with-exception-handler
        (eval '(lambda (e) (list e 'handled)) env)
        (lambda () (churn) (raise-continuable 'oops)))
       '(oops handled))
(define log '())
(define (note x) (set! log (cons x log)))
((eval '(lambda (note churn)
          (dynamic-wind (lambda () (note 'in)) churn (lambda () (note 'out))))
       env)
 note churn)
(check log '(out in))
(define parameter (make-parameter 1 (eval '(lambda (x) (list x 'converted)) env)))
(churn)
(check (parameterize ((parameter 2)) (churn) (parameter)) '(2 converted))

;; Objects that are given to `eval` in place of data: young ones, as constants and inside of them.
;; (Each closes over an object of its own: one over a number may become a constant of this program.)
(define (opaque n) (let ((held (list n))) (lambda () (car held))))
(define with-opaque (eval (list 'lambda '() (list 'list (opaque 1) (list 'quote (opaque 2)))) env))
(define inside (eval (list 'lambda '() (list 'quote (vector (opaque 3) (list (opaque 4))))) env))
(check (map (lambda (p) (p)) (with-opaque)) '(1 2))
(do ((i 0 (+ i 1))) ((= i 5)) (churn))
(check (map (lambda (p) (p)) (with-opaque)) '(1 2))
(check (let ((v (inside))) (list ((vector-ref v 0)) ((car (vector-ref v 1))))) '(3 4))
(define dropped-opaque
  (let ((object (opaque 5)))
    (eval (list 'lambda '() (list 'quote object)) env)
    (make-weak-box object)))
(churn)
(churn)
(check (gone? dropped-opaque) #t)

;; Definitions that are replaced.
(define here (interaction-environment))
(eval '(define (replaced) 'first) here)
(define first-definition (make-weak-box (eval 'replaced here)))
(eval '(define (replaced) 'second) here)
(churn)
(check (gone? first-definition) #t)
(check (eval '(replaced) here) 'second)

;; An environment, with what was only evaluated in it.
(define dropped-environment (make-weak-box (environment '(scheme base))))
(churn)
(check (gone? dropped-environment) #t)

;; Several threads make, run and drop code.
(define (worker n)
  (make-thread
   (lambda ()
     (let loop ((i 0) (sum 0) (held '()))
       (if (= i (size 1000))
           (apply + sum (map (lambda (p) (p 1)) held))
           (let ((p (eval `(lambda (x) (+ x ,(* n i))) env)))
             (loop (+ i 1) (+ sum (p 0)) (if (= 0 (modulo i 100)) (cons p held) held))))))))
(define workers (map worker '(1 2 3)))
(for-each thread-start! workers)
(churn)
(define (expected n)
  (let loop ((i 0) (sum 0))
    (if (= i (size 1000))
        sum
        (loop (+ i 1) (+ sum (* n i) (if (= 0 (modulo i 100)) (+ 1 (* n i)) 0))))))
(check (map thread-join! workers) (map expected '(1 2 3)))
(report)
