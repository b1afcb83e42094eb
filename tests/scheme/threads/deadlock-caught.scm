;; The program can catch it and go on.
;; expect: deadlock
;; expect: #t
(import (scheme base) (scheme write) (srfi 18) (lisle channel))
(define c (make-channel))
(display (guard (e ((deadlock-exception? e) 'deadlock)) (channel-receive! c)))
(newline)
(define t (thread-start! (make-thread (lambda () (channel-receive! c)))))
(channel-send! c #t)
(display (thread-join! t))
(newline)
