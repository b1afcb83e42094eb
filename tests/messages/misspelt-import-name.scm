(import (scheme base) (only (srfi 1) fold-rihgt delete))
(display (delete 1 '(1 2 3)))
