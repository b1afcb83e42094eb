;; error: (no such library)
(import (scheme base) (no such library))
