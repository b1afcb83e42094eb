;;; generators.scm -- what continuations that can be entered again are good for.
;;;
;;; First: generators that walk a tree and hand out one leaf at a time, used to compare the
;;; fringes of two trees without making lists of them. Then: `amb`, which picks a value such that
;;; what comes later works out; it keeps the continuation of every choice and goes back into it,
;;; any number of times, to try the next value.
;;;
;;;     cargo run --release -- examples/generators.scm

(import (scheme base) (scheme write))

(define (line . parts)
  (for-each display parts)
  (newline))

;;; A procedure that answers, call after call, the values that `body` passes to its argument,
;;; and an eof object when there are no more.
(define (make-generator body)
  (define return #f)
  (define (yield value)
    (call-with-current-continuation
     (lambda (rest)
       (set! continue (lambda () (rest #f)))
       (return value))))
  (define (continue)
    (body yield)
    (set! continue (lambda () (return (eof-object))))
    (continue))
  (lambda ()
    (call-with-current-continuation
     (lambda (caller)
       (set! return caller)
       (continue)))))

(define (leaves tree)
  (make-generator
   (lambda (yield)
     (let walk ((tree tree))
       (cond ((pair? tree) (walk (car tree)) (walk (cdr tree)))
             ((not (null? tree)) (yield tree)))))))

(define (same-fringe? a b)
  (let ((next-a (leaves a)) (next-b (leaves b)))
    (let loop ()
      (let ((x (next-a)) (y (next-b)))
        (cond ((eof-object? x) (eof-object? y))
              ((eqv? x y) (loop))
              (else #f))))))

(define (collect next)
  (let ((value (next)))
    (if (eof-object? value) '() (cons value (collect next)))))

(line "leaves: " (collect (leaves '(1 (2 (3 4)) ((5)) 6))))
(line "same fringe: " (same-fringe? '(1 (2 (3 4))) '((1 2) (3) 4)))
(line "other fringe: " (same-fringe? '(1 (2 (3 4))) '((1 2) (4) 3)))

;;; What to do when no choice is left; each `amb` pushes itself in front of it.
(define fail #f)

(define (amb choices)
  (let ((fail-before fail))
    (call-with-current-continuation
     (lambda (return)
       (for-each
        (lambda (choice)
          (call-with-current-continuation
           (lambda (next)
             (set! fail (lambda () (next #f)))
             (return choice))))
        choices)
       (set! fail fail-before)
       (fail)))))

(define (require condition)
  (if (not condition) (fail)))

;;; All values that `choose` can answer.
(define (all-of choose)
  (let ((found '()))
    (call-with-current-continuation
     (lambda (done)
       (set! fail (lambda () (done #f)))
       (set! found (cons (choose) found))
       (fail)))
    (reverse found)))

(define (numbers from to)
  (if (> from to) '() (cons from (numbers (+ from 1) to))))

(line "right triangles: "
      (all-of
       (lambda ()
         (let* ((a (amb (numbers 1 20)))
                (b (amb (numbers a 20)))
                (c (amb (numbers b 20))))
           (require (= (* c c) (+ (* a a) (* b b))))
           (list a b c)))))

;;; Five friends live in a house of five floors.
(define (distinct? floors)
  (or (null? floors)
      (and (not (memv (car floors) (cdr floors)))
           (distinct? (cdr floors)))))

(line "floors: "
      (all-of
       (lambda ()
         (let ((ada (amb '(1 2 3 4 5))) (ben (amb '(1 2 3 4 5))))
           (require (> ada ben))
           (let ((cleo (amb '(1 2 3 4 5))) (dan (amb '(1 2 3 4 5))))
             (require (= (abs (- cleo dan)) 1))
             (require (not (= cleo 5)))
             (let ((eve (amb '(1 2 3 4 5))))
               (require (distinct? (list ada ben cleo dan eve)))
               (require (> eve ada))
               (require (= (+ ben dan) 3))
               (list (list 'ada ada) (list 'ben ben) (list 'cleo cleo)
                     (list 'dan dan) (list 'eve eve))))))))
