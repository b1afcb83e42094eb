;; error: zero
(import (scheme base))
(quotient 1 0)
