;; cond with guards
;; expect: 10 checks
(import (except (scheme base) cond) (scheme write) (srfi 61))
(include "../check.scm")

(define (port->chars port)
  (cond ((read-char port) char? => (lambda (c) (cons c (port->chars port))))
        (else '())))
(check (port->chars (open-input-string "abc")) '(#\a #\b #\c))
(check (cond ((values 1 2) < => list) (else 'no)) '(1 2))
(check (cond ((values 2 1) < => list) (else 'no)) 'no)
(check (cond ((values 2 1) < => list) ((values 3) odd? => list)) '(3))
(check (cond (#f 1) (2)) 2)
(check (cond ((assq 'b '((a 1) (b 2))) => cadr) (else 'no)) 2)
(check (cond ((> 3 2) 'greater) (else 'less)) 'greater)
(check (cond ((> 2 3) 'greater) (else 'x 'less)) 'less)
(check (cond (#f 1) ((values) (lambda () #t) => (lambda () 'none))) 'none)
(check (let ((=> 5)) (cond (#t => 'ok))) 'ok)

(report)
