;; error
;; expect: 4 checks
(import (except (scheme base) error) (scheme write) (srfi 23))
(include "../check.scm")

(define caught
  (call/cc (lambda (k) (with-exception-handler k (lambda () (error "it failed:" 'a '(b) 3))))))
(check (error-object? caught) #t)
(check (error-object-message caught) "it failed:")
(check (error-object-irritants caught) '(a (b) 3))
(check (error-object-irritants (guard (e (#t e)) (error "nothing more"))) '())

(report)
