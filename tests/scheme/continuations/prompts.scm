;; divide: 100
;; Delimited continuations: prompts, reset and shift, with winds, handlers and parameters inside
;; expect: 43 checks
(import (lisle base) (lisle control))
(include "../check.scm")
(include "../size.scm")

(define tag (make-prompt-tag 'test))
(check (call-with-prompt tag (lambda () 1) (lambda (k . vals) 'unused)) 1)
(check (call-with-prompt tag (lambda () (+ 1 (abort-to-prompt tag 5))) (lambda (k v) (list 'aborted v)))
       '(aborted 5))
(check (call-with-prompt tag (lambda () (+ 1 (abort-to-prompt tag 1 2))) (lambda (k a b) (list a b (k 10))))
       '(1 2 11))
(check (call-with-prompt tag
         (lambda () (* 2 (+ 1 (abort-to-prompt tag))))
         (lambda (k) (+ (k 1) (k (k 10)))))
       50)
(check-values (call-with-prompt tag (lambda () (values 1 2)) list) '(1 2))
(check-raises (abort-to-prompt tag 1))
(check (prompt-available? tag) #f)
(check (call-with-prompt tag (lambda () (prompt-available? tag)) list) #t)

;; The nearest prompt with the tag, past those with others
(define other (make-prompt-tag 'other))
(check (call-with-prompt tag
         (lambda () (list 'outer (call-with-prompt other
                                   (lambda () (list 'inner (abort-to-prompt tag 'x)))
                                   (lambda (k v) 'wrong))))
         (lambda (k v) (list v (k 'y))))
       '(x (outer (inner y))))
(check (call-with-prompt tag
         (lambda () (+ 1 (call-with-prompt tag (lambda () (abort-to-prompt tag 5)) (lambda (k v) (* v 10)))))
         (lambda (k v) 'wrong))
       51)
;; The handler runs outside its prompt.
(check (call-with-prompt tag
         (lambda ()
           (list (call-with-prompt tag
                   (lambda () (abort-to-prompt tag 1))
                   (lambda (k v) (abort-to-prompt tag 2)))))
         (lambda (k v) (list 'outer v)))
       '(outer 2))

(check (+ 1 (call/reset (lambda () (* 2 (call/shift (lambda (k) (k (k 10)))))))) 41)
(check (+ 1 (call/reset (lambda () (* 2 (call/shift (lambda (k) 10)))))) 11)
(check (call/reset (lambda () (append '(a) (call/shift (lambda (k) (cons 1 (k '()))))
                                      (call/shift (lambda (k) (cons 2 (k '())))))))
       '(1 2 a))
(check (call/reset (lambda () (let ((x (call/shift (lambda (k) (map k '(1 2 3)))))) (* x x)))) '(1 4 9))
(define (each items)
  (call/shift (lambda (k) (append-map k items))))
(check (call/reset (lambda () (let* ((x (each '(1 2))) (y (each '(a b)))) (list (list x y)))))
       '((1 a) (1 b) (2 a) (2 b)))

;; dynamic-wind inside a composable continuation
(define trace '())
(define (note x) (set! trace (cons x trace)))
(check (begin
         (let ((k (call-with-prompt tag
                    (lambda ()
                      (dynamic-wind (lambda () (note 'in)) (lambda () (note (abort-to-prompt tag))) (lambda () (note 'out))))
                    (lambda (k) k))))
           (note 'between)
           (dynamic-wind (lambda () (note 'in2)) (lambda () (k 'a) (k 'b)) (lambda () (note 'out2))))
         (reverse trace))
       '(in out between in2 in a out in b out out2))

;; Parameters: those bound inside the prompt come along, those outside are the caller's.
(define p (make-parameter 0))
(check (let ((k (parameterize ((p 1))
                  (call-with-prompt tag (lambda () (let ((a (abort-to-prompt tag))) (list a (p)))) (lambda (k) k)))))
         (parameterize ((p 2)) (k 'x)))
       '(x 2))
(check (let ((k (call-with-prompt tag
                  (lambda () (let ((a (parameterize ((p 1)) (abort-to-prompt tag) (p)))) (list a (p))))
                  (lambda (k) k))))
         (parameterize ((p 2)) (k 'x)))
       '(1 2))

;; Handlers likewise
(check (let ((k (call-with-prompt tag
                  (lambda ()
                    (with-exception-handler
                     (lambda (e) (list 'inner e))
                     (lambda () (abort-to-prompt tag) (raise-continuable 'x))))
                  (lambda (k) k))))
         (with-exception-handler (lambda (e) 'outer) (lambda () (k #f))))
       '(inner x))
(check (let ((k (call-with-prompt tag (lambda () (abort-to-prompt tag) (raise-continuable 'x)) (lambda (k) k))))
         (with-exception-handler (lambda (e) (list 'outer e)) (lambda () (k #f))))
       '(outer x))
(check (guard (e (#t (list 'caught e)))
         (call-with-prompt tag (lambda () (raise 'boom)) (lambda (k) 'wrong)))
       '(caught boom))

;; Generators
(define (generator->list g)
  (let loop ((items '()))
    (let ((item (g)))
      (if (eof-object? item) (reverse items) (loop (cons item items))))))
(check (generator->list (make-coroutine-generator (lambda (yield) (for-each yield '(1 2 3))))) '(1 2 3))
(check (let ((g (make-coroutine-generator (lambda (yield) (yield 1)))))
         (g)
         (list (eof-object? (g)) (eof-object? (g))))
       '(#t #t))
(check (let ((g (make-coroutine-generator
                 (lambda (yield) (let loop ((i 0)) (if (< i (size 50000)) (begin (yield i) (loop (+ i 1)))))))))
         (fold + 0 (generator->list g)))
       (/ (* (size 50000) (- (size 50000) 1)) 2))
(check (let* ((inner (make-coroutine-generator (lambda (yield) (for-each yield '(1 2 3)))))
              (outer (make-coroutine-generator
                      (lambda (yield)
                        (let loop ((x (inner)))
                          (if (not (eof-object? x)) (begin (yield (* x x)) (loop (inner)))))))))
         (generator->list outer))
       '(1 4 9))

;; A state threaded through continuations that are used many times
(define (handle thunk)
  (call-with-prompt tag
    thunk
    (lambda (k f)
      (lambda (s)
        (call-with-values (lambda () (f s))
          (lambda (v s) ((handle (lambda () (k v))) s)))))))
(define (run-state thunk)
  ((handle (lambda () (let ((v (thunk))) (lambda (s) (list v s))))) 0))
(define (tick) (abort-to-prompt tag (lambda (s) (values s (+ s 1)))))
(check (run-state (lambda () (let* ((a (tick)) (b (tick)) (c (tick))) (list a b c)))) '((0 1 2) 3))

;; Full continuations and prompts together
(check (call-with-prompt tag
         (lambda () (+ 1 (call/cc (lambda (k) (abort-to-prompt tag k)))))
         (lambda (composable k) (composable 5)))
       6)
(check (call/cc (lambda (k) (call-with-prompt tag (lambda () (k 'out)) (lambda (c) 'wrong)))) 'out)
(check (call/ec (lambda (k) (+ 1 (k 5)))) 5)
(check (call/ec (lambda (k) (call-with-prompt tag (lambda () (dynamic-wind (lambda () #f) (lambda () (k 'out)) (lambda () #f))) list)))
       'out)
(check-raises ((call/ec (lambda (k) k)) 1))
(check (let ((k #f))
         (+ 100 (call/cc (lambda (c) (within-continuation c (lambda () (+ 1 1)))))))
       102)

;; A guard in a composable continuation, resumed at another depth and inside other winds and handlers
(define (captured-below depth)
  (if (= depth 0)
      (call-with-prompt tag
        (lambda ()
          (list 'guarded
                (guard (e (#t (list 'caught e)))
                  (dynamic-wind (lambda () (note 'in))
                                (lambda () (raise (abort-to-prompt tag)))
                                (lambda () (note 'out))))))
        (lambda (k) k))
      (let ((k (captured-below (- depth 1)))) k)))
(set! trace '())
(define resume-guarded (captured-below 500))
(check (list (resume-guarded 'here) (reverse trace)) '((guarded (caught here)) (in out in out)))
(set! trace '())
(check (list (with-exception-handler
              (lambda (e) (list 'handled e))
              (lambda ()
                (dynamic-wind (lambda () (note 'around))
                              (lambda ()
                                (let ((result (resume-guarded 'there)))
                                  (note 'back)
                                  (list result (raise-continuable 'again))))
                              (lambda () (note 'gone)))))
             (reverse trace))
       '(((guarded (caught there)) (handled again)) (around in out back gone)))
(set! trace '())
(check (guard (e (#t (list 'outside e)))
         ((call-with-prompt tag
            (lambda ()
              (guard (e ((number? e) 'number)) (raise (abort-to-prompt tag))))
            (lambda (k) (lambda () (k 'no-number))))))
       '(outside no-number))
(check (call-with-prompt tag
         (lambda () (list (call/ec (lambda (escape) (escape (+ 1 (abort-to-prompt tag)))))))
         (lambda (k) (k 1)))
       '(2))

;; An escape out of a body that was resumed elsewhere goes back to the dynamic state in force there.
(define q (make-parameter 'q))
(define (resumed-under-2 thunk)
  (let ((k (parameterize ((p 1)) (call-with-prompt tag thunk (lambda (k) k)))))
    (parameterize ((p 2))
      (let ((result (k 'x)))
        (list result (p) (q) (prompt-available? tag))))))
(check (resumed-under-2
        (lambda ()
          (let ((a (call/ec (lambda (escape) (escape (abort-to-prompt tag))))))
            (list a (p)))))
       '((x 2) 2 q #f))
(check (resumed-under-2
        (lambda ()
          (let ((a (call/ec (lambda (escape)
                              (let ((a (abort-to-prompt tag)))
                                (parameterize ((q 9)) (escape a)))))))
            (list a (p) (q)))))
       '((x 2 q) 2 q #f))
(check (resumed-under-2
        (lambda ()
          (parameterize ((q 5))
            (let ((a (call/ec (lambda (escape)
                                (parameterize ((p 6) (q 7)) (escape (abort-to-prompt tag)))))))
              (list a (p) (q))))))
       '((x 2 5) 2 q #f))
;; Escapes nested in one another, and captured a second time while resumed
(check (resumed-under-2
        (lambda ()
          (let ((a (call/ec (lambda (outer)
                              (parameterize ((q 5))
                                (let ((b (call/ec (lambda (inner)
                                                    (parameterize ((q 6))
                                                      (inner (abort-to-prompt tag)))))))
                                  (outer (list b (p) (q)))))))))
            (list a (p) (q)))))
       '(((x 2 5) 2 q) 2 q #f))
(check (let* ((k (parameterize ((p 1))
                   (call-with-prompt tag
                     (lambda ()
                       (parameterize ((q 5))
                         (let ((a (call/ec (lambda (escape)
                                             (parameterize ((q 6))
                                               (let ((a (abort-to-prompt tag)))
                                                 (escape (list a (abort-to-prompt tag)))))))))
                           (list a (p) (q)))))
                     (lambda (k) k))))
              (k2 (parameterize ((p 2))
                    (call-with-prompt tag (lambda () (k 'first)) (lambda (k) k)))))
         (parameterize ((p 3))
           (let* ((one (k2 'second)) (two (k2 'third)))
             (list one two (p) (q) (prompt-available? tag)))))
       '(((first second) 3 5) ((first third) 3 5) 3 q #f))
;; Past winds: those of the resumption are left, each once.
(set! trace '())
(check (let ((k (call-with-prompt tag
                  (lambda ()
                    (let ((a (call/ec (lambda (escape)
                                        (dynamic-wind (lambda () (note 'in))
                                                      (lambda () (escape (abort-to-prompt tag)))
                                                      (lambda () (note 'out)))))))
                      (note a)
                      a))
                  (lambda (k) k))))
         (dynamic-wind (lambda () (note 'around)) (lambda () (k 'a)) (lambda () (note 'gone)))
         (reverse trace))
       '(in out around in out a gone))

(report)
