;;; pipeline.scm -- threads joined by channels.
;;;
;;; One thread sends numbers, three threads share the work of testing them for being prime, and
;;; the main thread adds up what comes out. A channel of a given capacity makes its sender wait
;;; when it is full, so a fast stage cannot run away from a slow one. Closing a channel tells the
;;; next stage that nothing more will come: receiving from it then answers an eof object.
;;; Uses SRFI 18 and (lisle channel).
;;;
;;;     cargo run --release -- examples/pipeline.scm [LIMIT]
;;;
;;; prints the number and the sum of the primes below LIMIT (20000).

(import (scheme base) (scheme write) (scheme process-context) (srfi 18) (lisle channel))

(define limit
  (if (pair? (cdr (command-line)))
      (string->number (cadr (command-line)))
      20000))

(define workers 3)

(define (start thunk)
  (thread-start! (make-thread thunk)))

(define (line . parts)
  (for-each display parts)
  (newline))

(define (prime? n)
  (and (> n 1)
       (let loop ((divisor 2))
         (cond ((> (* divisor divisor) n) #t)
               ((= 0 (remainder n divisor)) #f)
               (else (loop (+ divisor 1)))))))

;;; First stage: the numbers below the limit, then the end.
(define (send-numbers! out)
  (do ((n 0 (+ n 1)))
      ((= n limit))
    (channel-send! out n))
  (channel-close! out))

;;; Second stage: passes primes on, until its input has ended.
(define (pass-primes! in out)
  (let ((n (channel-receive! in)))
    (if (not (eof-object? n))
        (begin
          (if (prime? n) (channel-send! out n))
          (pass-primes! in out)))))

;;; Runs the stages; answers how many primes came out and their sum.
(define (run)
  (let* ((numbers (make-channel 64))
         (primes (make-channel 64))
         (source (start (lambda () (send-numbers! numbers))))
         (testers (let loop ((n workers))
                    (if (= n 0)
                        '()
                        (cons (start (lambda () (pass-primes! numbers primes)))
                              (loop (- n 1))))))
         (closer (start (lambda ()
                          (for-each thread-join! testers)
                          (channel-close! primes)))))
    (let loop ((count 0) (sum 0))
      (let ((prime (channel-receive! primes)))
        (if (eof-object? prime)
            (begin
              (thread-join! source)
              (thread-join! closer)
              (values count sum))
            (loop (+ count 1) (+ sum prime)))))))

(let-values (((count sum) (run)))
  (line count " primes below " limit ", their sum is " sum))

;;; A receiver need not wait for ever, or at all.
(let ((quiet (make-channel 1)))
  (line "nothing there yet: " (channel-try-receive! quiet 'nothing))
  (line "nothing came in time: " (channel-receive! quiet 0.01 'late))
  (channel-send! quiet 'hello)
  (line "then: " (channel-try-receive! quiet 'nothing))
  (channel-close! quiet)
  (line "after the end: " (if (eof-object? (channel-receive! quiet)) "eof" "something")))
