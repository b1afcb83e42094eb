;; A continuation runs on the thread that calls it, and what it returns to at last is the end of what
;; that thread runs: of its thunk, or of the form of the main program.
;; expect: (1 1 11 11 11)
;; expect: (other main)
;; expect: 6
(import (scheme base) (scheme write) (srfi 18))

;; The main program calls the continuation of a thread that has ended, and so does another thread.
(define k #f)
(define seen '())
(define (note! x) (set! seen (append seen (list x))))
(define thread
  (thread-start!
   (make-thread
    (lambda ()
      (let ((n (call/cc (lambda (c) (set! k c) 0))))
        (note! (+ n 1))
        (+ n 1))))))
(note! (thread-join! thread))
(note! (k 10))
(note! (thread-join! (thread-start! (make-thread (lambda () (k 10))))))
(write seen)
(newline)

;; A thread calls the continuation of a form of the main program.
(define places '())
(define start #f)
(define main-thread (current-thread))
(define (visit)
  (let ((n (call/cc (lambda (c) (set! start c) 5))))
    (set! places (cons (if (eq? (current-thread) main-thread) 'main 'other) places))
    n))
(define result (visit))
(thread-join! (thread-start! (make-thread (lambda () (start 6)))))
(write places)
(newline)
(write result)
(newline)
