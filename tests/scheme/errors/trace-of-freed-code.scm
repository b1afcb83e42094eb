;; The trace of a condition shows code that nothing else leads to any more.
;; error: inner-of-eval
(import (scheme base) (scheme eval) (lisle base))
(define env (environment '(scheme base)))
(define caught
  (guard (e (#t e))
    (eval '(letrec ((inner-of-eval (lambda (n) (if (= n 0) (car n) (+ 1 (inner-of-eval (- n 1)))))))
             (+ 1 (inner-of-eval 3)))
          env)))
(do ((i 0 (+ i 1))) ((= i 2000))
  (eval `(lambda (x) (list x ,i)) env))
(collect-garbage)
(do ((i 0 (+ i 1))) ((= i 2000))
  (eval `(lambda (x) (list x ,i)) env))
(raise caught)
