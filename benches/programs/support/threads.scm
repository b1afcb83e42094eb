;;; threads.scm -- what every benchmark of threads ends with: take the number of threads and the
;;; size from the command line, run, check, report.

(define (run-threads-benchmark name run)
  (let* ((arguments (command-line))
         (threads (string->number (list-ref arguments 1)))
         (size (string->number (list-ref arguments 2))))
    (cond ((run threads size)
           (display "ok ") (display name)
           (display " ") (display threads)
           (display " ") (display size) (newline))
          (else
           (display "WRONG ") (display name) (newline)
           (exit 1)))))

;;; Starts `count` threads that run `work`; answers the list of them.
(define (start-threads count work)
  (if (= count 0)
      '()
      (let ((thread (thread-start! (make-thread work))))
        (cons thread (start-threads (- count 1) work)))))

;;; True when `work`, run by `count` threads at once, answers true in each.
(define (in-threads count work)
  (let loop ((threads (start-threads count work)) (all? #t))
    (if (null? threads)
        all?
        (loop (cdr threads) (and (thread-join! (car threads)) all?)))))
