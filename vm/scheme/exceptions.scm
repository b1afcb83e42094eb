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
;; The handler leaves for the state around the guard as it is *now*: a composable continuation may have
;; brought guard and body to another place.
(define (%guard thunk handler has-else?)
  ((%call/ec
    (lambda (escape)
      (letrec ((caught
                (if has-else?
                    (lambda (obj)
                      (%leave-guard caught escape (lambda () (handler obj))))
                    (lambda (obj)
                      (if (heap-exhausted? obj)
                          (%leave-guard caught escape
                                        (lambda () (handler obj (lambda () (raise obj)))))
                          (%leave-resumably caught escape handler obj))))))
        (let ((result (with-exception-handler caught thunk)))
          (lambda () result)))))))

(define (%leave-resumably caught escape handler obj)
  ((%call/cc
    (lambda (raised)
      (let ((raise-again (lambda () (raised (lambda () (raise-continuable obj))))))
        (%leave-guard caught escape (lambda () (handler obj raise-again))))))))

;; Goes on with `thunk` where the guard is whose handler is `caught`.
(define (%leave-guard caught escape thunk)
  (let* ((state (%dynamic-state))
         (inside (%find-handler caught state)))
    (if (not inside)
        (escape thunk))
    (let ((outside (vector-ref inside 3)))
      (if (not (eq? (%winders state) (%winders outside)))
          (%unwind-to (%winders state) (%winders outside)))
      (%set-dynamic-state! outside)
      (%reinstate escape (list thunk)))))

;; The innermost state that was made by installing `handler`.
(define (%find-handler handler state)
  (cond ((< (vector-length state) 6) #f)
        ((and (eq? (vector-ref state 5) handler) (eq? (vector-ref state 4) 'handlers)) state)
        (else (%find-handler handler (vector-ref state 3)))))
