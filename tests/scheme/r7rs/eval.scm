;; R7RS 6.12: eval and environments; cond-expand; features; process context; time
;; expect: 29 checks
(import (scheme base) (scheme eval) (only (scheme r5rs) null-environment) (scheme process-context) (scheme time) (scheme write))
(include "../check.scm")

(check (eval '(* 7 3) (environment '(scheme base))) 21)
(check (let ((f (eval '(lambda (f x) (f x x)) (environment '(scheme base))))) (f + 10)) 20)
(check (eval '(let loop ((i 0)) (if (< i 10) (loop (+ i 1)) i)) (environment '(scheme base))) 10)
(check (eval ''(a b) (environment '(scheme base))) '(a b))
(check (eval '(p:car (p:list 1 2)) (environment '(prefix (only (scheme base) car list) p:))) 1)
(check-raises (eval '(no-such-name) (environment '(scheme base))))
(check-raises (eval '(if) (environment '(scheme base))))
(check (eval (list '+ 1 2) (environment '(only (scheme base) +))) 3)
(check (eval '(call/cc (lambda (k) (+ 1 (k 42)))) (environment '(scheme base))) 42)
(check (call/cc (lambda (k) ((eval '(lambda (k) (k 'out)) (environment '(scheme base))) k) 'not)) 'out)
(check (let loop ((i 0) (sum 0))
         (if (= i 100) sum (loop (+ i 1) (+ sum (eval (list '* i 2) (environment '(scheme base)))))))
       9900)

(check (cond-expand (r7rs 'yes) (else 'no)) 'yes)
(check (cond-expand (no-such-feature 'yes) (else 'no)) 'no)
(check (cond-expand ((and r7rs (not no-such-feature)) 1) (else 2)) 1)
(check (cond-expand ((or no-such-feature (library (scheme base))) 1) (else 2)) 1)
(check (cond-expand ((library (no such library)) 1) (else 2)) 2)
(check (let ((x (cond-expand (r7rs 5) (else 6)))) x) 5)
(check (list? (features)) #t)
(check (and (memq 'r7rs (features)) #t) #t)

(check (list? (command-line)) #t)
(check (string? (get-environment-variable "PATH")) #t)
(check (get-environment-variable "LISLE_NO_SUCH_VARIABLE") #f)
(check (pair? (get-environment-variables)) #t)
(check (let* ((a (current-jiffy)) (b (current-jiffy))) (<= a b)) #t)
(check (exact-integer? (jiffies-per-second)) #t)
(check (> (current-second) 1500000000) #t)

(check (eval '(let* ((x 1)) (if x `(a ,x) 2)) (null-environment 5)) '(a 1))
(check-raises (eval 'car (null-environment 5)))
;; An import that fails leaves nothing locked.
(define (broken) (environment '(scheme base) '(no such library)))
(check (list (guard (e (#t 'failed)) (broken)) (guard (e (#t 'failed)) (broken)) (eval '(+ 1 1) (environment '(scheme base)))) '(failed failed 2))

(report)
