;;; bank.scm -- tellers move money between accounts while an auditor counts it.
;;;
;;; Each account has a mutex of its own; a teller locks the two accounts of a transfer, always the
;;; lower numbered first so that no two tellers can wait for each other in a circle. After every
;;; hundred transfers a teller signals a condition variable, on which the auditor waits; the
;;; auditor then locks all accounts and adds them up. No money is ever made or lost. Uses SRFI 18.
;;;
;;;     cargo run --release -- examples/bank.scm
;;;
;;; prints the number of transfers, the total, and whether any audit found a different one.

(import (scheme base) (scheme write) (srfi 18))

(define accounts 20)
(define opening-balance 1000)
(define tellers 4)
(define rounds 20)
(define transfers-a-round 100)

(define balances (make-vector accounts opening-balance))
(define locks (make-vector accounts #f))
(do ((i 0 (+ i 1)))
    ((= i accounts))
  (vector-set! locks i (make-mutex)))

(define (lock-account! i) (mutex-lock! (vector-ref locks i)))
(define (unlock-account! i) (mutex-unlock! (vector-ref locks i)))

(define (add-to-account! i amount)
  (vector-set! balances i (+ (vector-ref balances i) amount)))

;;; Moves the amount, or as much of it as there is.
(define (transfer! from to amount)
  (let ((first (min from to)) (second (max from to)))
    (lock-account! first)
    (lock-account! second)
    (let ((moved (min amount (vector-ref balances from))))
      (add-to-account! from (- moved))
      (thread-yield!)
      (add-to-account! to moved))
    (unlock-account! second)
    (unlock-account! first)))

(define (total)
  (do ((i 0 (+ i 1))) ((= i accounts)) (lock-account! i))
  (let ((sum (apply + (vector->list balances))))
    (do ((i 0 (+ i 1))) ((= i accounts)) (unlock-account! i))
    sum))

;;; How many rounds the tellers have finished; the auditor waits for it to grow.
(define finished 0)
(define finished-lock (make-mutex))
(define round-was-finished (make-condition-variable))

(define (finish-round!)
  (mutex-lock! finished-lock)
  (set! finished (+ finished 1))
  (condition-variable-signal! round-was-finished)
  (mutex-unlock! finished-lock))

;;; Waits until more than `seen` rounds are finished; answers how many are.
(define (wait-for-more seen)
  (mutex-lock! finished-lock)
  (let loop ()
    (cond ((= finished seen)
           (mutex-unlock! finished-lock round-was-finished)
           (mutex-lock! finished-lock)
           (loop))
          (else
           (let ((now finished))
             (mutex-unlock! finished-lock)
             now)))))

;;; A teller's choices come from a sequence of pseudo-random numbers of its own.
(define (make-random seed)
  (lambda (limit)
    (set! seed (modulo (+ (* seed 1103515245) 12345) 2147483648))
    (modulo (quotient seed 65536) limit)))

(define (work-as-teller number)
  (let ((random (make-random number)))
    (do ((round 0 (+ round 1)))
        ((= round rounds))
      (do ((i 0 (+ i 1)))
          ((= i transfers-a-round))
        (let* ((from (random accounts))
               (to (modulo (+ from 1 (random (- accounts 1))) accounts)))
          (transfer! from to (random 500))))
      (finish-round!))))

;;; Audits after each wake-up, until all rounds are finished; answers how many audits failed.
(define (audit)
  (let loop ((seen 0) (failed 0))
    (if (= seen (* tellers rounds))
        failed
        (let* ((seen (wait-for-more seen))
               (sum (total)))
          (loop seen (if (= sum (* accounts opening-balance)) failed (+ failed 1)))))))

(define (line . parts)
  (for-each display parts)
  (newline))

(let* ((auditor (thread-start! (make-thread audit)))
       (staff (let hire ((n tellers))
                (if (= n 0)
                    '()
                    (cons (thread-start! (make-thread (lambda () (work-as-teller n))))
                          (hire (- n 1)))))))
  (for-each thread-join! staff)
  (line (* tellers rounds transfers-a-round) " transfers")
  (line "failed audits: " (thread-join! auditor))
  (line "total: " (total)))
