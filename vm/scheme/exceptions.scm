;;; Exceptions: raising, handlers, guard.

(define (with-exception-handler handler thunk)
  (if (not (procedure? handler))
      (%wrong-type 'with-exception-handler 1 "procedure" handler))
  (%enter-handlers handler)
  (let ((result (thunk)))
    (%leave)
    result))

(define (raise-continuable obj)
  (let ((handlers (vector-ref (%dynamic-state) 1)))
    (if (pair? handlers)
        (begin
          (%enter-unhandle)
          (let ((result ((car handlers) obj)))
            (%leave)
            result))
        (%uncaught obj))))

(define (raise obj)
  (let ((handlers (vector-ref (%dynamic-state) 1)))
    (if (pair? handlers)
        (begin
          (%enter-unhandle)
          ((car handlers) obj)
          (raise (%make-condition 'error "handler returned from a non-continuable raise"
                                  (list obj))))
        (%uncaught obj))))

;; What an error found by a primitive or by the machine comes to.
(define (%raise-condition obj)
  (raise obj))

(define (error message . irritants)
  (raise (%make-condition 'error message irritants)))

(define (current-exception-handler)
  (let ((handlers (vector-ref (%dynamic-state) 1)))
    (if (pair? handlers)
        (car handlers)
        %uncaught)))

;; What `guard` expands to: `thunk` is its body; `handler`, its clauses, is called with the object
;; raised, outside the body. With an else clause it is called in tail position. Otherwise it may
;; return what `%guard-no-match` does, and the object is raised again where it was first raised:
;; only then are the frames of the raise kept. When the heap is full there is no room to keep them:
;; the object is then raised again from the guard.
(define (%guard thunk handler has-else?)
  ((%call/ec
    (lambda (escape)
      (let ((result
             (with-exception-handler
              (if has-else?
                  (lambda (obj)
                    (escape (lambda () (handler obj))))
                  (lambda (obj)
                    (if (heap-exhausted? obj)
                        (escape (lambda () (%try-clauses handler obj raise)))
                        ((%call/cc
                          (lambda (raised)
                            (escape
                             (lambda ()
                               (%try-clauses
                                handler
                                obj
                                (lambda (obj)
                                  (raised (lambda () (raise-continuable obj))))))))))))
              thunk)))
        (lambda () result))))))

(define (%try-clauses handler obj raise-again)
  (let ((result (handler obj)))
    (if (eq? result %no-match)
        (raise-again obj)
        result)))

(define %no-match (list 'no-match))

(define (%guard-no-match) %no-match)
