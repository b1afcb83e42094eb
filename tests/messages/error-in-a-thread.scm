(import (scheme base) (srfi 18))
(define worker
  (make-thread (lambda () (vector-ref (vector 1 2) 5)) "worker"))
(thread-start! worker)
(thread-join! worker)
