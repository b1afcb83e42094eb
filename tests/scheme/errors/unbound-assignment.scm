;; error: never-defined
(import (scheme base))
(set! never-defined 1)
