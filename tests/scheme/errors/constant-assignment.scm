;; An imported binding cannot be assigned.
;; error: car
(import (scheme base))
(set! car cdr)
