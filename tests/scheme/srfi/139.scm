;; Syntax parameters
;; expect: 10 checks
(import (scheme base) (scheme eval) (scheme write) (srfi 139) (only (lisle syntax) identifier-syntax))
(include "../check.scm")

;; The document's first use: a name that only means something inside of a form.
(define-syntax-parameter abort
  (syntax-rules () ((_ . _) (syntax-error "abort used outside of a loop"))))
(define-syntax forever
  (syntax-rules ()
    ((forever body1 body2 ...)
     (call/cc
      (lambda (escape)
        (syntax-parameterize ((abort (syntax-rules () ((abort value (... ...)) (escape value (... ...))))))
          (let loop () body1 body2 ... (loop))))))))
(check (let ((i 0)) (forever (set! i (+ i 1)) (if (= i 4) (abort i)))) 4)
(check (forever (forever (abort 1)) (abort 2)) 2)
(check-raises (eval '(let () (define-syntax-parameter abort (syntax-rules ())) (abort 1))
                    (environment '(scheme base) '(srfi 139))))

;; It is lexical: another one of the same name is another one.
(define-syntax-parameter it (identifier-syntax 'none))
(define-syntax with-it (syntax-rules () ((_ e body) (let ((t e)) (syntax-parameterize ((it (identifier-syntax t))) body)))))
(check it 'none)
(check (with-it 5 it) 5)
(check (with-it 5 (list it (with-it 6 it) it)) '(5 6 5))
(check (let ((it 'mine)) (with-it 5 it)) 'mine)
(define (outside) it)
(check (with-it 5 (outside)) 'none)
;; In a body, and given to what is no syntax parameter.
(check (let ()
         (define-syntax-parameter p (syntax-rules () ((_) 1)))
         (define (f) (p))
         (list (p) (f) (syntax-parameterize ((p (syntax-rules () ((_) 2)))) (define x (p)) (list x (f)))))
       '(1 1 (2 1)))
(check-raises (eval '(syntax-parameterize ((if (syntax-rules () ((_) 1)))) (if))
                    (environment '(scheme base) '(srfi 139))))
(report)
