;; A metacircular evaluator: a small Scheme with its own macros, errors and continuations, written in
;; continuation-passing style; and the programs that it is tried on.
;; expect-file: evaluator.txt
(import (scheme base) (scheme cxr) (scheme write))

;;; Environments: a list of frames, each a list of (name . value) pairs in a box.

(define (make-frame names values)
  (list (map cons names values)))

(define (extend environment names values)
  (cons (make-frame names values) environment))

(define (lookup name environment)
  (let frames ((environment environment))
    (if (null? environment)
        (error "unbound variable" name)
        (let ((binding (assq name (caar environment))))
          (or binding (frames (cdr environment)))))))

(define (define-name! name value environment)
  (let ((binding (assq name (caar environment))))
    (if binding
        (set-cdr! binding value)
        (set-car! (car environment) (cons (cons name value) (caar environment))))))

;;; Procedures of the evaluated language

(define-record-type closure
  (make-closure parameters body environment)
  closure?
  (parameters closure-parameters)
  (body closure-body)
  (environment closure-environment))

(define-record-type native
  (make-native name procedure)
  native?
  (name native-name)
  (procedure native-procedure))

(define-record-type captured
  (make-captured continuation)
  captured?
  (continuation captured-continuation))

(define-record-type macro
  (make-macro expander)
  macro?
  (expander macro-expander))

;; Binds parameters, which may end in a rest parameter, to arguments.
(define (bind-parameters parameters arguments environment)
  (let loop ((names '()) (values '()) (parameters parameters) (arguments arguments))
    (cond
     ((pair? parameters)
      (when (null? arguments) (error "too few arguments"))
      (loop (cons (car parameters) names) (cons (car arguments) values)
            (cdr parameters) (cdr arguments)))
     ((symbol? parameters)
      (extend environment (cons parameters names) (cons arguments values)))
     ((null? arguments) (extend environment names values))
     (else (error "too many arguments")))))

;;; Evaluation: (evaluate expression environment k), k a procedure of one value

(define steps 0)

(define (evaluate expression environment k)
  (set! steps (+ steps 1))
  (cond
   ((symbol? expression) (k (cdr (lookup expression environment))))
   ((not (pair? expression)) (k expression))
   (else
    (let ((form (and (symbol? (car expression)) (assq (car expression) special-forms))))
      (if (and form (not (shadowed? (car expression) environment)))
          ((cdr form) expression environment k)
          (evaluate (car expression) environment
                    (lambda (operator)
                      (if (macro? operator)
                          (evaluate (apply (macro-expander operator) (cdr expression)) environment k)
                          (evaluate-all (cdr expression) environment
                                        (lambda (arguments) (apply-procedure operator arguments k)))))))))))

(define (shadowed? name environment)
  (let frames ((environment environment))
    (and (pair? environment)
         (or (and (assq name (caar environment)) #t) (frames (cdr environment))))))

(define (evaluate-all expressions environment k)
  (if (null? expressions)
      (k '())
      (evaluate (car expressions) environment
                (lambda (first)
                  (evaluate-all (cdr expressions) environment
                                (lambda (rest) (k (cons first rest))))))))

(define (evaluate-body body environment k)
  (if (null? (cdr body))
      (evaluate (car body) environment k)
      (evaluate (car body) environment
                (lambda (ignored) (evaluate-body (cdr body) environment k)))))

(define (apply-procedure operator arguments k)
  (cond
   ((closure? operator)
    (evaluate-body (closure-body operator)
                   (bind-parameters (closure-parameters operator) arguments
                                    (closure-environment operator))
                   k))
   ((native? operator) (k (apply (native-procedure operator) arguments)))
   ((captured? operator) ((captured-continuation operator) (car arguments)))
   ((procedure? operator) (operator arguments k))
   (else (error "not a procedure" operator))))

(define (truth? value) (not (eq? value #f)))

(define (evaluate-quasi template environment k)
  (cond
   ((not (pair? template)) (k template))
   ((eq? (car template) 'unquote) (evaluate (cadr template) environment k))
   ((and (pair? (car template)) (eq? (caar template) 'unquote-splicing))
    (evaluate (cadar template) environment
              (lambda (items)
                (evaluate-quasi (cdr template) environment
                                (lambda (rest) (k (append items rest)))))))
   (else
    (evaluate-quasi (car template) environment
                    (lambda (first)
                      (evaluate-quasi (cdr template) environment
                                      (lambda (rest) (k (cons first rest)))))))))

(define special-forms
  (list
   (cons 'quote (lambda (e env k) (k (cadr e))))
   (cons 'quasiquote (lambda (e env k) (evaluate-quasi (cadr e) env k)))
   (cons 'if
         (lambda (e env k)
           (evaluate (cadr e) env
                     (lambda (test)
                       (cond
                        ((truth? test) (evaluate (caddr e) env k))
                        ((pair? (cdddr e)) (evaluate (cadddr e) env k))
                        (else (k #f)))))))
   (cons 'lambda (lambda (e env k) (k (make-closure (cadr e) (cddr e) env))))
   (cons 'begin (lambda (e env k) (evaluate-body (cdr e) env k)))
   (cons 'define
         (lambda (e env k)
           (if (pair? (cadr e))
               (begin
                 (define-name! (caadr e) (make-closure (cdadr e) (cddr e) env) env)
                 (k (caadr e)))
               (evaluate (caddr e) env
                         (lambda (value)
                           (define-name! (cadr e) value env)
                           (k (cadr e)))))))
   (cons 'set!
         (lambda (e env k)
           (evaluate (caddr e) env
                     (lambda (value)
                       (set-cdr! (lookup (cadr e) env) value)
                       (k value)))))
   (cons 'let
         (lambda (e env k)
           (if (symbol? (cadr e))
               (let ((name (cadr e)) (bindings (caddr e)) (body (cdddr e)))
                 (evaluate-all (map cadr bindings) env
                               (lambda (values)
                                 (let ((env (extend env (list name) (list #f))))
                                   (set-cdr! (lookup name env) (make-closure (map car bindings) body env))
                                   (apply-procedure (cdr (lookup name env)) values k)))))
               (evaluate-all (map cadr (cadr e)) env
                             (lambda (values)
                               (evaluate-body (cddr e) (extend env (map car (cadr e)) values) k))))))
   (cons 'cond
         (lambda (e env k)
           (let loop ((clauses (cdr e)))
             (cond
              ((null? clauses) (k #f))
              ((eq? (caar clauses) 'else) (evaluate-body (cdar clauses) env k))
              (else
               (evaluate (caar clauses) env
                         (lambda (test)
                           (cond
                            ((not (truth? test)) (loop (cdr clauses)))
                            ((null? (cdar clauses)) (k test))
                            (else (evaluate-body (cdar clauses) env k))))))))))
   (cons 'define-macro
         (lambda (e env k)
           (let ((expander (make-closure (cdadr e) (cddr e) env)))
             (define-name! (caadr e)
               (make-macro (lambda forms (apply-procedure expander forms (lambda (form) form))))
               env)
             (k (caadr e)))))))

;;; The global environment

(define natives
  (list (cons '+ +) (cons '- -) (cons '* *) (cons '= =) (cons '< <) (cons '> >) (cons 'car car)
        (cons 'cdr cdr) (cons 'cons cons) (cons 'list list) (cons 'null? null?) (cons 'pair? pair?)
        (cons 'eq? eq?) (cons 'equal? equal?) (cons 'not not) (cons 'append append) (cons 'symbol? symbol?)
        (cons 'quotient quotient) (cons 'remainder remainder) (cons 'length length) (cons 'error error)))

(define (global-environment)
  (let ((environment
         (extend '() (map car natives)
                 (map (lambda (entry) (make-native (car entry) (cdr entry))) natives))))
    (define-name! 'call/cc
      (lambda (arguments k) (apply-procedure (car arguments) (list (make-captured k)) k))
      environment)
    (define-name! 'apply
      (lambda (arguments k) (apply-procedure (car arguments) (cadr arguments) k))
      environment)
    (define-name! 'try
      (lambda (arguments k)
        (let ((outcome
               (guard (e ((error-object? e) (cons 'error (error-object-message e))))
                 (cons 'value (apply-procedure (car arguments) '() (lambda (v) v))))))
          (k outcome)))
      environment)
    environment))

(define (run program)
  (let ((environment (global-environment)))
    (set! steps 0)
    (for-each
     (lambda (form)
       (let ((value
              (guard (e ((error-object? e) (list 'error (error-object-message e))))
                (evaluate form environment (lambda (v) v)))))
         (unless (and (pair? form) (memq (car form) '(define define-macro)))
           (write value)
           (newline))))
     program)
    (write-string "steps: ")
    (write steps)
    (newline)))

;;; The programs

(run
 '((define (fact n) (if (= n 0) 1 (* n (fact (- n 1)))))
   (fact 20)
   (define (fib n) (cond ((< n 2) n) (else (+ (fib (- n 1)) (fib (- n 2))))))
   (fib 15)
   (define (map f l) (if (null? l) '() (cons (f (car l)) (map f (cdr l)))))
   (map (lambda (x) (* x x)) '(1 2 3 4))
   (let loop ((i 0) (sum 0)) (if (= i 100) sum (loop (+ i 1) (+ sum i))))
   ((lambda (a . rest) (list a rest)) 1 2 3)
   `(1 ,(+ 1 1) ,@(list 3 4) (nested ,(fact 3)))))

(run
 '((define (make-counter) (let ((n 0)) (lambda () (set! n (+ n 1)) n)))
   (define c (make-counter))
   (c)
   (c)
   (+ 1 (call/cc (lambda (k) (+ 10 (k 1)))))
   (define saved #f)
   (define count 0)
   (begin (call/cc (lambda (k) (set! saved k))) (set! count (+ count 1)) count)
   (if (< count 3) (saved 0) 'done)
   (define-macro (unless test . body) `(if ,test #f (begin ,@body)))
   (define-macro (my-or a b) `(let ((t ,a)) (if t t ,b)))
   (unless (= 1 2) 'first 'second)
   (my-or #f 5)
   (try (lambda () (error "its own" 1)))
   (try (lambda () (undefined 1)))
   (try (lambda () ((lambda (x) x))))
   (undefined-name)
   (let ((if list)) (if 1 2 3))
   (apply + '(1 2 3))))

;; The evaluator's evaluator: a tiny one, run by the one above.
(run
 '((define (ev e env)
     (cond ((symbol? e) (find e env))
           ((not (pair? e)) e)
           ((eq? (car e) 'q) (car (cdr e)))
           ((eq? (car e) 'fn) (lambda (args) (ev (car (cdr (cdr e))) (bind (car (cdr e)) args env))))
           ((eq? (car e) 'iff) (if (ev (car (cdr e)) env) (ev (car (cdr (cdr e))) env) (ev (car (cdr (cdr (cdr e)))) env)))
           (else ((ev (car e) env) (evs (cdr e) env)))))
   (define (evs es env) (if (null? es) '() (cons (ev (car es) env) (evs (cdr es) env))))
   (define (find name env) (if (eq? name (car (car env))) (cdr (car env)) (find name (cdr env))))
   (define (bind names args env) (if (null? names) env (cons (cons (car names) (car args)) (bind (cdr names) (cdr args) env))))
   (define base
     (list (cons 'add (lambda (args) (apply + args)))
           (cons 'sub (lambda (args) (apply - args)))
           (cons 'less (lambda (args) (apply < args)))))
   (ev '(add 1 (sub 5 2)) base)
   (ev '((fn (x) (add x x)) 21) base)
   (ev '(((fn (f) (f f)) (fn (self) (fn (n) (iff (less n 1) 0 (add n ((self self) (sub n 1))))))) 10) base)))
