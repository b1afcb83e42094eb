;; Threads that all wait for one another: who waits for what
;; error: thread `one` waits for mutex `b`, owned by thread `two`
(import (scheme base) (srfi 18))
(define a (make-mutex 'a))
(define b (make-mutex 'b))
(define (locker first second name)
  (make-thread
   (lambda ()
     (mutex-lock! first)
     (thread-sleep! 0.1)
     (mutex-lock! second))
   name))
(define one (thread-start! (locker a b 'one)))
(define two (thread-start! (locker b a 'two)))
(thread-join! one)
