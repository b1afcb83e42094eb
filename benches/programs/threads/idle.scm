;;; idle.scm -- one thread makes pairs while others wait.
;;; Arguments: waiting threads, millions of pairs.

(import (scheme base) (scheme write) (scheme process-context) (srfi 18))
(include "../support/threads.scm")

(define (numbers count)
  (let loop ((i 0) (list '()))
    (if (= i count) list (loop (+ i 1) (cons i list)))))

(define (allocate millions)
  (let loop ((left (* 1000 millions)))
    (or (= left 0)
        (and (= 999 (car (numbers 1000)))
             (loop (- left 1))))))

(define lock (make-mutex))
(define may-go (make-condition-variable))
(define waiting 0)
(define open? #f)

(define (wait-at-gate)
  (mutex-lock! lock)
  (set! waiting (+ waiting 1))
  (let loop ()
    (if (not open?)
        (begin
          (mutex-unlock! lock may-go)
          (mutex-lock! lock)
          (loop))))
  (mutex-unlock! lock)
  #t)

(define (wait-until-waiting count)
  (mutex-lock! lock)
  (let ((now waiting))
    (mutex-unlock! lock)
    (if (< now count)
        (begin (thread-sleep! 0.001) (wait-until-waiting count)))))

(define (open-gate!)
  (mutex-lock! lock)
  (set! open? #t)
  (condition-variable-broadcast! may-go)
  (mutex-unlock! lock))

(run-threads-benchmark "idle"
  (lambda (idle millions)
    (let ((threads (start-threads idle wait-at-gate)))
      (wait-until-waiting idle)
      (let ((allocated? (allocate millions)))
        (open-gate!)
        (for-each thread-join! threads)
        allocated?))))
