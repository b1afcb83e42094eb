;; The message and the irritants of an uncaught error are shown.
;; error: bad value: 42 "text"
(import (scheme base))
(define (check x) (error "bad value:" x "text"))
(check 42)
