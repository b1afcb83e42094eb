;; R7RS 6.10: dynamic-wind with escapes, re-entry and nesting
;; expect: 13 checks
(import (scheme base) (scheme write))
(include "../check.scm")

(define trace '())
(define (note x) (set! trace (cons x trace)))
(define-syntax traced
  (syntax-rules ()
    ((_ e ...) (begin (set! trace '()) e ... (reverse trace)))))
(define (winding name thunk)
  (dynamic-wind (lambda () (note (list 'in name)))
                thunk
                (lambda () (note (list 'out name)))))

(check (traced (winding 1 (lambda () (note 'body)))) '((in 1) body (out 1)))
(check (traced (note (winding 1 (lambda () 'result)))) '((in 1) (out 1) result))
(check (let ((path '()) (c #f))
         (let ((add (lambda (s) (set! path (cons s path)))))
           (dynamic-wind
            (lambda () (add 'connect))
            (lambda () (add (call/cc (lambda (c0) (set! c c0) 'talk1))))
            (lambda () (add 'disconnect)))
           (if (< (length path) 4)
               (c 'talk2)
               (reverse path))))
       '(connect talk1 disconnect connect talk2 disconnect))

;; Escaping from two levels
(check (traced
        (note (call/cc
               (lambda (k)
                 (winding 1 (lambda () (winding 2 (lambda () (k 'escaped)))))))))
       '((in 1) (in 2) (out 2) (out 1) escaped))

;; From one branch to another: only what is not shared is left and entered.
(check (traced
        (let ((inside #f) (visits 0))
          (winding 'shared
                   (lambda ()
                     (winding 'a (lambda ()
                                   (call/cc (lambda (k) (set! inside k)))
                                   (set! visits (+ visits 1))
                                   (note (list 'visit visits))))
                     (winding 'b (lambda ()
                                   (if (< visits 2) (inside #f))
                                   (note 'done)))))))
       '((in shared) (in a) (visit 1) (out a) (in b) (out b) (in a) (visit 2) (out a)
         (in b) done (out b) (out shared)))

;; A continuation captured in a before or after thunk
(check (traced
        (let ((k #f) (n 0))
          (dynamic-wind
           (lambda () (call/cc (lambda (c) (set! k c))) (note 'before))
           (lambda () (note 'during))
           (lambda () (note 'after)))
          (set! n (+ n 1))
          (if (< n 2) (k #f))))
       '(before during after before during after))
(check (traced
        (let ((k #f) (n 0))
          (dynamic-wind
           (lambda () (note 'before))
           (lambda () (note 'during))
           (lambda () (call/cc (lambda (c) (set! k c))) (note 'after)))
          (set! n (+ n 1))
          (if (< n 2) (k #f))))
       '(before during after after))

;; Escaping from an after thunk abandons the first escape.
(check (traced
        (note (call/cc
               (lambda (outer)
                 (winding 1
                          (lambda ()
                            (dynamic-wind
                             (lambda () (note 'in))
                             (lambda () (outer 'first))
                             (lambda () (note 'out) (outer 'second)))))))))
       '((in 1) in out (out 1) second))

;; Generators that are left and entered by turns, through their winds
(check (traced
        (let ((return #f) (resume #f))
          (define (generate)
            (call/cc
             (lambda (r)
               (set! return r)
               (if resume
                   (resume #f)
                   (begin
                     (winding 'g
                              (lambda ()
                                (for-each (lambda (x)
                                            (call/cc (lambda (k) (set! resume k) (return x))))
                                          '(1 2))))
                     (return 'end))))))
          (note (generate))
          (note (generate))
          (note (generate))))
       '((in g) (out g) 1 (in g) (out g) 2 (in g) (out g) end))

;; The thunks run in the dynamic environment of the call to dynamic-wind.
(define p (make-parameter 'outside))
(check (traced
        (parameterize ((p 'around))
          (call/cc
           (lambda (k)
             (dynamic-wind
              (lambda () (note (p)))
              (lambda () (parameterize ((p 'inner)) (note (p)) (k #f)))
              (lambda () (note (p))))))))
       '(around inner around))

;; Many levels, left at once and entered again
(check (let ((depth 0) (deepest 0) (k #f) (times 0))
         (define (dive n)
           (if (= n 0)
               (call/cc (lambda (c) (set! k c)))
               (dynamic-wind
                (lambda () (set! depth (+ depth 1)) (set! deepest (max depth deepest)))
                (lambda () (dive (- n 1)))
                (lambda () (set! depth (- depth 1))))))
         (dive 500)
         (set! times (+ times 1))
         (if (< times 3) (k #f))
         (list depth deepest times))
       '(0 500 3))

;; Leaving by an exception
(check (traced
        (note (guard (e (#t (list 'caught e)))
                (winding 1 (lambda () (winding 2 (lambda () (raise 'oops))))))))
       '((in 1) (in 2) (out 2) (out 1) (caught oops)))
(check (traced
        (with-exception-handler
         (lambda (e) (note (list 'handling e)) 'fixed)
         (lambda () (winding 1 (lambda () (note (raise-continuable 'odd)))))))
       '((in 1) (handling odd) fixed (out 1)))

(report)
