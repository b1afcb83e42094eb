;; SRFI 18: threads, mutexes, condition variables, time
;; expect: 65 checks
(import (scheme base) (scheme write) (srfi 18) (scheme time))
(include "../check.scm")

;; Threads
(define t (make-thread (lambda () (* 6 7)) 'answer))
(check (thread? t) #t)
(check (thread? 'answer) #f)
(check (thread-name t) 'answer)
(define (shown obj) (let ((port (open-output-string))) (write obj port) (get-output-string port)))
(check (shown t) "#<thread answer>")
(check (list (shown (make-mutex 'm)) (shown (make-condition-variable "c"))) '("#<mutex m>" "#<condition-variable c>"))
(thread-specific-set! t '(some thing))
(check (thread-specific t) '(some thing))
(check (eq? t (thread-start! t)) #t)
(check (thread-join! t) 42)
(check (thread-join! t) 42)
(check-raises (thread-start! t))
(check (thread? (current-thread)) #t)
(check (eq? (current-thread) (current-thread)) #t)
(check (eq? (thread-join! (thread-start! (make-thread current-thread)) 10 'late) (current-thread)) #f)
(define self (make-thread (lambda () (eq? self (current-thread)))))
(check (thread-join! (thread-start! self)) #t)
(thread-yield!)

;; Joining with a timeout
(define sleeper (thread-start! (make-thread (lambda () (thread-sleep! 30)) 'sleeper)))
(check (thread-join! sleeper 0.01 'late) 'late)
(check (guard (e ((join-timeout-exception? e) 'timeout)) (thread-join! sleeper 0.01)) 'timeout)
(check (thread-join! sleeper 0 'late) 'late)
(check (thread-join! sleeper (seconds->time (+ 0.01 (time->seconds (current-time)))) 'late) 'late)

;; Terminating
(thread-terminate! sleeper)
(check (guard (e ((terminated-thread-exception? e) 'terminated)) (thread-join! sleeper)) 'terminated)
(define looper (thread-start! (make-thread (lambda () (let loop () (loop))))))
(thread-terminate! looper)
(check (guard (e ((terminated-thread-exception? e) 'terminated)) (thread-join! looper)) 'terminated)
(define never (make-thread (lambda () 1)))
(thread-terminate! never)
(check (guard (e ((terminated-thread-exception? e) 'terminated)) (thread-join! never)) 'terminated)
(define itself (thread-start! (make-thread (lambda () (thread-terminate! (current-thread)) 'on))))
(check (guard (e ((terminated-thread-exception? e) 'terminated)) (thread-join! itself)) 'terminated)
(define builder
  (thread-start! (make-thread (lambda () (let loop ((l '())) (loop (list 1 2 3)))))))
(thread-terminate! builder)
(check (guard (e ((terminated-thread-exception? e) 'terminated)) (thread-join! builder)) 'terminated)

;; Mutexes
(define m (make-mutex 'm))
(check (mutex? m) #t)
(check (mutex? t) #f)
(check (mutex-name m) 'm)
(mutex-specific-set! m 5)
(check (mutex-specific m) 5)
(check (mutex-state m) 'not-abandoned)
(check (mutex-lock! m) #t)
(check (eq? (mutex-state m) (current-thread)) #t)
(check (mutex-lock! m 0) #f)
(check (mutex-lock! m 0.01) #f)
(check (thread-join! (thread-start! (make-thread (lambda () (mutex-lock! m 0.01))))) #f)
(mutex-unlock! m)
(check (mutex-state m) 'not-abandoned)
(mutex-lock! m #f #f)
(check (mutex-state m) 'not-owned)
(mutex-unlock! m)
(check (begin (mutex-unlock! m) (mutex-state m)) 'not-abandoned)
;; An owner that ends leaves its mutex abandoned.
(thread-join! (thread-start! (make-thread (lambda () (mutex-lock! m)))))
(check (mutex-state m) 'abandoned)
(check (guard (e ((abandoned-mutex-exception? e) 'abandoned)) (mutex-lock! m)) 'abandoned)
(check (eq? (mutex-state m) (current-thread)) #t)
(mutex-unlock! m)
;; Anybody may unlock.
(mutex-lock! m)
(thread-join! (thread-start! (make-thread (lambda () (mutex-unlock! m)))))
(check (mutex-state m) 'not-abandoned)

;; Mutual exclusion
(define total 0)
(define (add-some n)
  (if (> n 0)
      (begin
        (mutex-lock! m)
        (let ((before total)) (set! total (+ before 1)))
        (mutex-unlock! m)
        (add-some (- n 1)))))
(define adders
  (map (lambda (i) (thread-start! (make-thread (lambda () (add-some 2000))))) '(1 2 3 4)))
(for-each thread-join! adders)
(check total 8000)

;; Condition variables
(define cv (make-condition-variable 'cv))
(check (condition-variable? cv) #t)
(check (condition-variable-name cv) 'cv)
(condition-variable-specific-set! cv 'x)
(check (condition-variable-specific cv) 'x)
(define box #f)
(define (wait-for-box)
  (mutex-lock! m)
  (if box
      (let ((found box)) (mutex-unlock! m) found)
      (begin (mutex-unlock! m cv) (wait-for-box))))
(define waiters
  (map (lambda (i) (thread-start! (make-thread wait-for-box))) '(1 2 3)))
(thread-sleep! 0.02)
(mutex-lock! m)
(set! box 'here)
(condition-variable-broadcast! cv)
(mutex-unlock! m)
(check (map thread-join! waiters) '(here here here))
(mutex-lock! m)
(check (mutex-unlock! m cv 0.01) #f)
(check (mutex-state m) 'not-abandoned)
(condition-variable-signal! cv)

;; Time
(check (time? (current-time)) #t)
(check (time? 1) #f)
(define start (time->seconds (current-time)))
(thread-sleep! 0.02)
(check (>= (- (time->seconds (current-time)) start) 0.02) #t)
(check (time->seconds (seconds->time 12.5)) 12.5)
(thread-sleep! (seconds->time (+ 0.01 (time->seconds (current-time)))))
(thread-sleep! 0)
(thread-sleep! -1)
;; Seconds are real numbers of any kind.
(thread-sleep! 1/100)
(check (thread-join! (thread-start! (make-thread (lambda () (thread-sleep! 30)))) 1/100 'late) 'late)
(check (time->seconds (seconds->time 3/2)) 1.5)
(check-raises (thread-sleep! 1+i))

;; Parameters are inherited when the thread is made.
(define p (make-parameter 'outer))
(define child (parameterize ((p 'inner)) (make-thread (lambda () (p)))))
(check (thread-join! (thread-start! child)) 'inner)
(check (p) 'outer)

;; Uncaught exceptions come out of the join.
(define (outcome thunk)
  (guard (e ((uncaught-exception? e) (list 'uncaught (uncaught-exception-reason e))))
    (thread-join! (thread-start! (make-thread thunk 'failing)))))
(check (outcome (lambda () (raise 'oops))) '(uncaught oops))
(check (outcome (lambda () (with-exception-handler (lambda (e) 1) (lambda () (+ 1 (raise-continuable 'c))))))
       2)
(check (pair? (outcome (lambda () (car 1)))) #t)
(check (outcome (lambda () (guard (e (#t (list 'kept e))) (raise 'x)))) '(kept x))
;; A thread runs no winders and no handlers of its maker.
(check (let ((trace '()))
         (define t
           (dynamic-wind
            (lambda () (set! trace (cons 'in trace)))
            (lambda ()
              (with-exception-handler
               (lambda (e) (set! trace (cons 'handled trace)))
               (lambda () (thread-start! (make-thread (lambda () 'fine))))))
            (lambda () (set! trace (cons 'out trace)))))
         (list (thread-join! t) (reverse trace)))
       '(fine (in out)))
;; A continuation of one thread, entered by another, brings its frames along.
(define k #f)
(define first-time #t)
(define (captured) (+ 100 (call/cc (lambda (c) (set! k c) 1))))
(check (thread-join! (thread-start! (make-thread captured))) 101)
(check (thread-join! (thread-start! (make-thread (lambda () (k 5) 'not-here)))) 105)

(check (with-exception-handler list (lambda () (eq? (current-exception-handler) list))) #t)

;; No datum stands for a mutex.
(check-raises (mutex-unlock! '#!default))

(report)
