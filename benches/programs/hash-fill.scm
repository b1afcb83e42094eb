;;; hash-fill.scm -- a hash table filled with string keys and read back.
;;; Size: repetitions of 100,000 keys.

(import (scheme base) (scheme write) (scheme process-context) (srfi 69))
(include "support/harness.scm")

(define count 100000)

(define (key i) (string-append "key" (number->string i)))

(define (fill)
  (let ((table (make-hash-table string=?)))
    (do ((i 0 (+ i 1)))
        ((= i count) table)
      (hash-table-set! table (key i) i))))

(define (sum table)
  (let loop ((i 0) (total 0))
    (if (= i count)
        total
        (loop (+ i 1) (+ total (hash-table-ref/default table (key i) 0))))))

(run-benchmark "hash-fill" 4
  (lambda (repetitions)
    (repeatedly repetitions
      (lambda ()
        (let ((table (fill)))
          (and (= (hash-table-size table) count)
               (= (sum table) (quotient (* count (- count 1)) 2))))))))
