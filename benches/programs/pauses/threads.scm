;;; threads.scm -- threads that make short lists at once.
;;; Arguments: threads, millions of pairs of each.

(import (scheme base) (scheme write) (scheme process-context) (srfi 18))
(include "../support/pauses.scm")
(include "../support/threads.scm")

(run-pauses-benchmark "threads"
  (lambda (threads millions)
    (in-threads threads (lambda () (make-lists millions)))))
