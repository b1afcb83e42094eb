(import (srfi 1))
(define numbers (iota 3))
