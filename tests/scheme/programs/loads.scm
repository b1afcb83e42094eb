;; A program in several files: what is loaded sees the program's definitions and the program sees those
;; of what is loaded; so does eval in the interaction environment. Files are found beside the program
;; expect: (second 1 (main 1) 1)
;; expect: (third 2) (not-the-standard-one 3)
;; expect: 3 5 (main evaluated) 42

(define counter 0)
(define (from-main x) (list 'main x))
(load "parts/second.scm")
(write (from-second 1)) (newline)
(load "parts/third.scm")
(write (uses-third 2)) (display " ") (write (reduced 3)) (newline)
(twice (set! counter (+ counter 1)))
(write counter) (display " ")
(eval '(define evaluated (+ counter 2)) (interaction-environment))
(write evaluated) (display " ")
(write (eval '(from-main 'evaluated) (interaction-environment))) (display " ")
(define fortytwo (eval '(lambda () (* 6 7)) (interaction-environment)))
(write (fortytwo))
(newline)
