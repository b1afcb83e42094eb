;;; string-split.scm -- a long line split at blanks and joined again.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (split text separator)
  (let ((end (string-length text)))
    (let loop ((i 0) (start 0) (fields '()))
      (cond ((= i end) (reverse (cons (substring text start i) fields)))
            ((char=? (string-ref text i) separator)
             (loop (+ i 1) (+ i 1) (cons (substring text start i) fields)))
            (else (loop (+ i 1) start fields))))))

(define (repeat text times)
  (if (= times 0) "" (string-append text (repeat text (- times 1)))))

(define line (string-append (repeat "the quick brown fox jumps over it " 50) "end"))

(define (total-length fields)
  (let loop ((fields fields) (sum 0))
    (if (null? fields) sum (loop (cdr fields) (+ sum (string-length (car fields)))))))

(run-benchmark "string-split" 4000
  (lambda (repetitions)
    (repeatedly repetitions
      (lambda ()
        (let ((fields (split line #\space)))
          (and (= (length fields) 351)
               (= (total-length fields) 1353)))))))
