(import (scheme base))
(define (shout text) (string-upcase text))
(write-string (shout "hello"))
