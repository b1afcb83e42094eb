;; An object raised and not caught ends the program.
;; expect: before
;; error: oops
(import (scheme base) (scheme write))
(display "before")
(newline)
(raise 'oops)
(display "never")
