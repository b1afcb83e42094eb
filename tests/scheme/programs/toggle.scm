;; skip-with: --stress-gc --stress-frames
;; Two states that call each other with fresh data for ever, or nearly.
;; expect: (on 1000000)
(import (scheme base) (scheme write))
(define (on n state) (if (= n 0) (list 'on (cdr state)) (off (- n 1) (cons 'off (+ 1 (cdr state))))))
(define (off n state) (if (= n 0) (list 'off (cdr state)) (on (- n 1) (cons 'on (+ 1 (cdr state))))))
(write (on 1000000 (cons 'on 0)))
(newline)
