;; An uncaught error in a thread is told with the thread's name, and comes out of the join.
;; error: in thread worker: car: argument 1 must be a pair: 5
(import (scheme base) (srfi 18))
(define (fail x) (+ 1 (car x)))
(thread-join! (thread-start! (make-thread (lambda () (fail 5)) 'worker)))
