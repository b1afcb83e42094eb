;; error: 42
(import (scheme base))
(let ((f 42)) (f 1))
