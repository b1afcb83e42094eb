;;; messages.scm -- a number sent around a ring of threads over channels.
;;; Arguments: threads, messages.

(import (scheme base) (scheme write) (scheme process-context) (srfi 18) (lisle channel))
(include "../support/threads.scm")

;;; Passes numbers on, one less each time; the thread that gets 0 reports, and the end of the
;;; input is passed on as the end of the output.
(define (pass-on in out report)
  (let ((left (channel-receive! in)))
    (cond ((eof-object? left) (channel-close! out))
          ((= left 0)
           (channel-send! report 'done)
           (pass-on in out report))
          (else
           (channel-send! out (- left 1))
           (pass-on in out report)))))

(define (start-ring first count report)
  (let loop ((in first) (left count) (threads '()))
    (if (= left 0)
        threads
        (let* ((out (if (= left 1) first (make-channel 1)))
               (thread (thread-start! (make-thread (lambda () (pass-on in out report))))))
          (loop out (- left 1) (cons thread threads))))))

(run-threads-benchmark "messages"
  (lambda (count messages)
    (let* ((first (make-channel 1))
           (report (make-channel 1))
           (threads (start-ring first count report)))
      (channel-send! first messages)
      (let ((answer (channel-receive! report)))
        (channel-close! first)
        (for-each thread-join! threads)
        (eq? answer 'done)))))
