;; What a macro's procedure may use while a program is expanded: earlier definitions, imported
;; libraries, eval; what it may not: variables of the code around.
;; expect: 13 checks
(define-library (helpers)
  (import (scheme base))
  (export quoted count-of)
  (begin
    (define uses 0)
    (define (count-of) uses)
    (define (quoted x) (set! uses (+ uses 1)) (list 'quote x))))
(define-library (macros)
  (import (scheme base) (lisle syntax) (helpers))
  (export quoted-list doubled late)
  (begin
    (define (twice x) (list x x))
    (define-syntax quoted-list (er-macro-transformer (lambda (form rename compare) (quoted (twice (cadr form))))))
    (define-syntax doubled
      (er-macro-transformer (lambda (form rename compare) (cons (rename '+) (twice (cadr form))))))
    (define-syntax late (er-macro-transformer (lambda (form rename compare) (later (cadr form)))))
    (define (later x) (list 'quote (vector x)))))
(define-library (uses-macros)
  (import (scheme base) (macros))
  (export inside inside-late)
  (begin
    (define inside (quoted-list here))
    (define inside-late (late x))))
(import (scheme base) (scheme eval) (scheme write) (srfi 18) (lisle syntax)
        (helpers) (macros) (uses-macros))
(include "../check.scm")

(check inside '(here here))
(check inside-late '#(x))
(check (count-of) 1)
(check (quoted-list again) '(again again))
(check (count-of) 2)
(check (doubled 21) 42)

;; Definitions of the same form, before the macro.
(begin
  (define (half x) (quotient x 2))
  (define-syntax halved (er-macro-transformer (lambda (form rename compare) (half (cadr form)))))
  (check (halved 10) 5))

;; eval in a macro's procedure, and macros in that.
(define-syntax five
  (er-macro-transformer (lambda (form rename compare) (eval '(+ 2 3) (environment '(scheme base))))))
(check (five) 5)
(define-syntax nested
  (er-macro-transformer
   (lambda (form rename compare)
     (eval '(let-syntax ((seven (er-macro-transformer (lambda (form rename compare) 7)))) (* 11 (seven)))
           (environment '(scheme base) '(lisle syntax))))))
(check (nested) 77)
(check (eval '(let () (define-syntax three (er-macro-transformer (lambda (form rename compare) 3))) (three))
             (environment '(scheme base) '(lisle syntax)))
       3)

;; Other threads expand at the same time.
(define (expand-in-thread n)
  (thread-start!
   (make-thread
    (lambda ()
      (eval `(let-syntax ((sum (er-macro-transformer
                                (lambda (form rename compare)
                                  (let loop ((i 0) (sum 0)) (if (= i 1000) sum (loop (+ i 1) (+ sum i))))))))
               (+ ,n (sum)))
            (environment '(scheme base) '(lisle syntax)))))))
(check (map thread-join! (map expand-in-thread '(1 2 3 4))) '(499501 499502 499503 499504))

;; A variable of the code around has no value yet; an exception is the form's.
(check-raises
 (eval '(let ((x 5)) (let-syntax ((m (er-macro-transformer (lambda (form rename compare) x)))) (m)))
       (environment '(scheme base) '(lisle syntax))))
(check (guard (e ((error-object? e) 'caught))
         (eval '(let-syntax ((m (er-macro-transformer (lambda (form rename compare) (raise 'oh))))) (m))
               (environment '(scheme base) '(lisle syntax))))
       'caught)
(report)
