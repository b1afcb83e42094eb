;;; window.scm -- a window of 200,000 buffers of 1 KiB, the oldest replaced by a new one.
;;; Size: thousands of messages.
;;; Prints a second line with the longest time between two messages: the worst pause.

(import (scheme base) (scheme write) (scheme time) (scheme process-context))
(include "support/harness.scm")

(define window 200000)

(define (make-message i) (make-bytevector 1024 (remainder i 256)))

;;; Sends the messages; answers the longest gap between two of them, in jiffies.
(define (send-messages! kept count)
  (let loop ((i 0) (before (current-jiffy)) (worst 0))
    (if (= i count)
        worst
        (begin
          (vector-set! kept (remainder i window) (make-message i))
          (let* ((now (current-jiffy)) (gap (- now before)))
            (loop (+ i 1) now (if (> gap worst) gap worst)))))))

(define worst-gap 0)

(run-benchmark "window" 1000
  (lambda (thousands)
    (let ((kept (make-vector window #f)) (count (* 1000 thousands)))
      (set! worst-gap (send-messages! kept count))
      (let ((last (- count 1)))
        (= (bytevector-u8-ref (vector-ref kept (remainder last window)) 1023)
           (remainder last 256))))))

(display "worst gap ")
(display (quotient (* 1000000 worst-gap) (jiffies-per-second)))
(display " microseconds")
(newline)
