;; Exception handling
;; expect: 10 checks
(import (except (scheme base) guard raise with-exception-handler) (scheme write) (srfi 34))
(include "../check.scm")

(check (call/cc (lambda (k) (with-exception-handler (lambda (e) (k (list 'caught e))) (lambda () (raise 'boom)))))
       '(caught boom))
(check (guard (e (#t (list 'caught e))) (raise 'boom)) '(caught boom))
(check (guard (e ((symbol? e) 'symbol) ((string? e) 'string)) (raise "x")) 'string)
(check (guard (e ((assq 'a e) => cdr) ((assq 'b e))) (raise (list (cons 'a 42)))) 42)
(check (guard (e ((assq 'a e) => cdr) ((assq 'b e))) (raise (list (cons 'b 23)))) '(b . 23))
(check (guard (e (else 'outer)) (guard (e ((string? e) 'inner)) (raise 'x))) 'outer)
(check (guard (e (#f 1)) 'fine) 'fine)
(define trace '())
(check (guard (e (#t (set! trace (cons 'handled trace)) (reverse trace)))
         (dynamic-wind (lambda () (set! trace (cons 'in trace)))
                       (lambda () (raise 'x))
                       (lambda () (set! trace (cons 'out trace)))))
       '(in out handled))
(check (guard (e (#t (list 'again e))) (with-exception-handler (lambda (e) (raise (list 'wrapped e))) (lambda () (raise 1))))
       '(again (wrapped 1)))
(check-raises (with-exception-handler (lambda (e) 'returns) (lambda () (raise 'x))))

(report)
