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
;; raised, outside the body, in tail position. Without an else clause it gets a procedure too, to
;; call when no clause matches, which raises the object again where it was first raised: only then
;; are the frames of the raise kept. When the heap is full there is no room to keep them, and the
;; object is raised again from the guard.
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
                        (escape (lambda () (handler obj (lambda () (raise obj)))))
                        (%escape-resumably escape handler obj))))
              thunk)))
        (lambda () result))))))

(define (%escape-resumably escape handler obj)
  ((%call/cc
    (lambda (raised)
      (let ((raise-again (lambda () (raised (lambda () (raise-continuable obj))))))
        (escape (lambda () (handler obj raise-again))))))))
