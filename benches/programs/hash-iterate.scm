;;; hash-iterate.scm -- all keys and values of a hash table visited by a procedure.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context) (srfi 69))
(include "support/harness.scm")

(define count 100000)

(define (make-filled-table)
  (let ((table (make-hash-table eqv?)))
    (do ((i 0 (+ i 1)))
        ((= i count) table)
      (hash-table-set! table (* i 3) i))))

(run-benchmark "hash-iterate" 120
  (lambda (repetitions)
    (let ((table (make-filled-table)))
      (repeatedly repetitions
        (lambda ()
          (let ((keys 0) (values 0))
            (hash-table-walk table
              (lambda (key value)
                (set! keys (+ keys key))
                (set! values (+ values value))))
            (and (= keys (* 3 values))
                 (= values (quotient (* count (- count 1)) 2)))))))))
