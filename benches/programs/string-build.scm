;;; string-build.scm -- strings grown by append and by a string port, then searched.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (repeat-by-append text times)
  (if (= times 0)
      ""
      (let ((half (repeat-by-append text (quotient times 2))))
        (if (odd? times)
            (string-append half half text)
            (string-append half half)))))

(define (join-numbers count)
  (let ((port (open-output-string)))
    (do ((i 0 (+ i 1)))
        ((= i count) (get-output-string port))
      (write-string (number->string i) port)
      (write-char #\, port))))

(define (count-char text char)
  (let ((end (string-length text)))
    (let loop ((i 0) (count 0))
      (cond ((= i end) count)
            ((char=? (string-ref text i) char) (loop (+ i 1) (+ count 1)))
            (else (loop (+ i 1) count))))))

(run-benchmark "string-build" 60
  (lambda (repetitions)
    (repeatedly repetitions
      (lambda ()
        (and (= 20000 (count-char (repeat-by-append "lisle " 10000) #\l))
             (= 10000 (count-char (join-numbers 10000) #\,))
             (string=? "7,8,9,10," (substring (join-numbers 100) 14 23)))))))
