;; error: map
(import (scheme base))
(map (lambda (x) x) '(1 2 . 3))
