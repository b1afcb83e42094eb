;; skip-stress: the numbers of requests for memory are others then
;; Procedures that refer to each other, of which only some were made when the heap was full: what is
;; put into the first ones, which are old then, is recorded
;; expect: all knots are whole
(import (lisle base) (lisle control) (lisle probe))
(define (knot x)
  (letrec ((even (lambda (n) (if (= n 0) x (odd (- n 1)))))
           (odd (lambda (n) (if (= n 0) (list x) (even (- n 1))))))
    (list even odd)))
(do ((n 1 (+ n 1))) ((= n 8))
  (probe-fail-allocation! n 0)
  (let ((procedures (knot n)))
    (probe-fail-allocation! 0 0)
    (probe-verify)
    (probe-collect-minor!)
    (probe-collect-minor!)
    (if (not (equal? (list ((car procedures) 11) ((cadr procedures) 10)) (list (list n) (list n)))) (error "knot" n)))) 
(display "all knots are whole")
(newline)
