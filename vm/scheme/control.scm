;;; Control: dynamic states, winding, continuations, prompts.
;;;
;;; The dynamic state of a thread is a vector, never changed once made:
;;;
;;;   0 winders   list of #(before after outer), innermost first; `outer` is the state around
;;;   1 handlers  list of exception handlers, innermost first
;;;   2 params    alist of (parameter . box)
;;;   3 parent    the state this one was made from
;;;   4 kind      what was added to the parent: wind, handlers, unhandle, params or prompt
;;;   5 what      the addition itself
;;;
;;; A thread's first state has only the first three. Leaving a construct goes back to the *parent of
;;; the current state*, not to a remembered state: a composable continuation is resumed on top of
;;; another state than the one it was captured in, its additions made again (`%replay`).
;;;
;;; `(let ((result (thunk))) ... result)` hands several values through as well as one: they travel
;;; as one values object.

(define (%winders state) (vector-ref state 0))

(define (%wound winder)
  (let ((state (%dynamic-state)))
    (vector (cons winder (vector-ref state 0)) (vector-ref state 1) (vector-ref state 2)
            state 'wind winder)))

(define (%enter-wind winder)
  (%set-dynamic-state! (%wound winder)))

(define (%enter-prompt tag)
  (let ((state (%dynamic-state)))
    (%set-dynamic-state!
     (vector (vector-ref state 0) (vector-ref state 1) (vector-ref state 2) state 'prompt tag))))

(define (%enter-handlers handler)
  (let ((state (%dynamic-state)))
    (%set-dynamic-state!
     (vector (vector-ref state 0) (cons handler (vector-ref state 1)) (vector-ref state 2)
             state 'handlers handler))))

(define (%enter-params bindings)
  (let ((state (%dynamic-state)))
    (%set-dynamic-state!
     (vector (vector-ref state 0) (vector-ref state 1)
             (if (null? (cdr bindings))
                 (cons (car bindings) (vector-ref state 2))
                 (append bindings (vector-ref state 2)))
             state 'params bindings))))

;; Inside a handler the handlers outside it are in force.
(define (%enter-unhandle)
  (let* ((state (%dynamic-state))
         (handlers (vector-ref state 1)))
    (%set-dynamic-state!
     (vector (vector-ref state 0) (if (pair? handlers) (cdr handlers) '()) (vector-ref state 2)
             state 'unhandle #f))))

(define (%leave)
  (%set-dynamic-state! (vector-ref (%dynamic-state) 3)))

;; dynamic-wind

;; The state is made first: if there is no memory for it, `before` is not called. It is made again
;; if `before` has returned into another state, by a composable continuation.
(define (dynamic-wind before thunk after)
  (let ((state (%wound (vector before after (%dynamic-state)))))
    (before)
    (if (eq? (vector-ref state 3) (%dynamic-state))
        (%set-dynamic-state! state)
        (%enter-wind (vector before after (%dynamic-state))))
    (let ((result (thunk)))
      (%leave)
      (after)
      result)))

;; Runs the after thunks from the current winders out to those shared with `target`, then the
;; before thunks in to `target`. Each runs in the state around its wind.
(define (%rewind target)
  (let* ((from (%winders (%dynamic-state)))
         (from-length (length from))
         (target-length (length target))
         (common (%common-tail (if (> from-length target-length)
                                   (list-tail from (- from-length target-length))
                                   from)
                               (if (> target-length from-length)
                                   (list-tail target (- target-length from-length))
                                   target))))
    (%unwind-to from common)
    (%wind-in target common)))

(define (%common-tail a b)
  (if (eq? a b)
      a
      (%common-tail (cdr a) (cdr b))))

(define (%unwind-to winders common)
  (if (not (eq? winders common))
      (let ((winder (car winders)))
        (%set-dynamic-state! (vector-ref winder 2))
        ((vector-ref winder 1))
        (%unwind-to (cdr winders) common))))

(define (%wind-in winders common)
  (if (not (eq? winders common))
      (let ((winder (car winders)))
        (%wind-in (cdr winders) common)
        (%set-dynamic-state! (vector-ref winder 2))
        ((vector-ref winder 0)))))

;; Continuations

;; Called when a continuation is invoked in another dynamic state than its own.
(define (%rewind-and-throw k vals)
  (let* ((state (%continuation-state k))
         (target (%winders state)))
    (if (not (eq? target (%winders (%dynamic-state))))
        (%rewind target))
    (%set-dynamic-state! state)
    (%reinstate k vals)))

(define call-with-current-continuation %call/cc)
(define call/cc %call/cc)
(define call-with-escape-continuation %call/ec)
(define call/ec %call/ec)

;; Calls `thunk` with `k` as its continuation.
(define (within-continuation k thunk)
  (let* ((state (%continuation-state k))
         (target (%winders state)))
    (if (not (eq? target (%winders (%dynamic-state))))
        (%rewind target))
    (%set-dynamic-state! state)
    (%within-continuation k thunk)))

;; Prompts

(define make-prompt-tag
  (case-lambda
    (() (list 'prompt))
    ((name) (list name))))

(define %default-prompt-tag (list 'default))

(define (default-prompt-tag) %default-prompt-tag)

;; `handler` gets a composable continuation, which does not include the prompt, and the values that
;; were passed to `abort-to-prompt`; it is called outside the prompt, in tail position. Nothing stands
;; between the prompt and `thunk`: a generator that resumes its continuation in there does not grow.
(define (call-with-prompt tag thunk handler)
  (%enter-prompt tag)
  (let ((result
         (%call-with-prompt
          tag
          thunk
          (lambda (k additions vals) (vector %aborted k additions vals)))))
    (if (%aborted? result)
        (let ((k (vector-ref result 1))
              (additions (vector-ref result 2)))
          (apply handler
                 (lambda arguments
                   (%replay additions)
                   (apply k arguments))
                 (vector-ref result 3)))
        (begin
          (%leave)
          result))))

(define %aborted (list 'aborted))

(define (%aborted? result)
  (and (vector? result)
       (= (vector-length result) 4)
       (eq? (vector-ref result 0) %aborted)))

(define (abort-to-prompt tag . vals)
  (let ((prompt (%find-prompt tag (%dynamic-state))))
    (if (not prompt)
        (error "abort-to-prompt: no prompt with this tag" tag))
    (let* ((additions (%additions-since prompt (%dynamic-state)))
           (outside (vector-ref prompt 3)))
      (%unwind-to (%winders (%dynamic-state)) (%winders outside))
      (%set-dynamic-state! outside)
      (%abort-to-prompt tag (list additions vals)))))

(define (%find-prompt tag state)
  (cond ((< (vector-length state) 6) #f)
        ((and (eq? (vector-ref state 4) 'prompt) (eq? (vector-ref state 5) tag)) state)
        (else (%find-prompt tag (vector-ref state 3)))))

(define (prompt-available? tag)
  (if (%find-prompt tag (%dynamic-state)) #t #f))

;; The states inside `prompt`, in to `state`, outermost first.
(define (%additions-since prompt state)
  (let loop ((state state) (additions '()))
    (if (eq? state prompt)
        additions
        (loop (vector-ref state 3) (cons state additions)))))

;; Makes the additions of a captured stretch of states again, on top of the current state.
(define (%replay additions)
  (if (pair? additions)
      (let* ((state (car additions))
             (kind (vector-ref state 4))
             (what (vector-ref state 5)))
        (cond ((eq? kind 'wind)
               ((vector-ref what 0))
               (%enter-wind (vector (vector-ref what 0) (vector-ref what 1) (%dynamic-state))))
              ((eq? kind 'handlers) (%enter-handlers what))
              ((eq? kind 'params) (%enter-params what))
              ((eq? kind 'unhandle) (%enter-unhandle))
              (else (%enter-prompt what)))
        (%replay (cdr additions)))))

(define (call/reset thunk)
  (call-with-prompt
   %default-prompt-tag
   thunk
   (lambda (k receiver)
     (call/reset
      (lambda ()
        (receiver
         (lambda arguments
           (call/reset (lambda () (apply k arguments))))))))))

(define (call/shift receiver)
  (abort-to-prompt %default-prompt-tag receiver))

(define (call/prompt thunk)
  (call-with-prompt
   %default-prompt-tag
   thunk
   (lambda (k receiver)
     (call/prompt (lambda () (receiver k))))))

(define (call/control receiver)
  (abort-to-prompt %default-prompt-tag receiver))

;; Runs a form of a program; with its value comes the form's number. The number is in the frame, so
;; that a continuation of an earlier form goes on with what follows *that* form. The tag tells this
;; from what a continuation of a thread returns.
(define (%run-form thunk number tag)
  (let ((result (thunk)))
    (cons tag (cons number result))))

;; Leaving the program runs the after thunks that are outstanding.
(define exit
  (case-lambda
    (() (exit #t))
    ((code)
     (%rewind '())
     (%exit code))))

;; Generators

;; A thunk that runs `proc` with a procedure `yield`, returning what is yielded, one at a time, and
;; an end-of-file object ever after.
(define (make-coroutine-generator proc)
  (let ((tag (make-prompt-tag 'generator))
        (resume #f))
    (set! resume
          (lambda ()
            (proc (lambda (value) (abort-to-prompt tag value)))
            (set! resume eof-object)
            (eof-object)))
    (lambda ()
      (call-with-prompt
       tag
       (lambda () (resume))
       (lambda (k value)
         (set! resume k)
         value)))))
