;;; beside.scm -- one thread makes short lists while others compute without allocating.
;;; Arguments: computing threads, millions of pairs.

(import (scheme base) (scheme write) (scheme process-context) (srfi 18))
(include "../support/pauses.scm")
(include "../support/threads.scm")

(define done? #f)

(define (compute)
  (let loop ((n 0))
    (or done? (loop (if (= n 1000) 0 (+ n 1))))))

(run-pauses-benchmark "beside"
  (lambda (computing millions)
    (let* ((threads (start-threads computing compute)) (made? (make-lists millions)))
      (set! done? #t)
      (for-each thread-join! threads)
      made?)))
