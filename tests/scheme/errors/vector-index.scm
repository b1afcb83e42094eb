;; error: vector-ref
(import (scheme base))
(vector-ref (vector 1 2 3) 3)
