;; Records
;; expect: 10 checks
(import (except (scheme base) define-record-type) (scheme write) (srfi 9))
(include "../check.scm")

(define-record-type :pare (kons x y) pare? (x kar set-kar!) (y kdr))
(check (pare? (kons 1 2)) #t)
(check (pare? (cons 1 2)) #f)
(check (kar (kons 1 2)) 1)
(check (kdr (kons 1 2)) 2)
(check (let ((k (kons 1 2))) (set-kar! k 3) (kar k)) 3)
(check-raises (kar '(1 . 2)))
(check-raises (kons 1))
(define-record-type other (make-other b) other? (a other-a set-other-a!) (b other-b))
(check (other-b (make-other 7)) 7)
(check (let ((o (make-other 7))) (set-other-a! o 8) (list (other-a o) (other-b o))) '(8 7))
(check (list (pare? (make-other 1)) (other? (make-other 1))) '(#f #t))

(report)
