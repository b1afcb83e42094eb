;;; sieve.scm -- Eratosthenes over a vector of booleans up to 100,000.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define limit 100000)

(define (count-primes)
  (let ((composite (make-vector (+ limit 1) #f)))
    (let loop ((candidate 2) (count 0))
      (cond ((> candidate limit) count)
            ((vector-ref composite candidate) (loop (+ candidate 1) count))
            (else
             (do ((multiple (+ candidate candidate) (+ multiple candidate)))
                 ((> multiple limit))
               (vector-set! composite multiple #t))
             (loop (+ candidate 1) (+ count 1)))))))

(run-benchmark "sieve" 200
  (lambda (repetitions)
    (repeatedly repetitions (lambda () (= 9592 (count-primes))))))
