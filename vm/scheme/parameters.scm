;;; Parameters (R7RS 4.2.6, SRFI 39) and promises (R7RS 4.2.5).

(define make-parameter
  (case-lambda
    ((value) (%make-parameter (box value) #f))
    ((value converter)
     (if (not (procedure? converter))
         (%wrong-type 'make-parameter 2 "procedure" converter))
     (%make-parameter (box (converter value)) converter))))

;; What `parameterize` expands to: the list alternates parameters and values. All are converted
;; before any is bound.
(define (%parameterize parameters-and-values thunk)
  (let loop ((rest parameters-and-values) (bindings '()))
    (if (pair? rest)
        (loop (cddr rest) (cons (%binding (car rest) (cadr rest)) bindings))
        (begin
          (%enter-params bindings)
          (let ((result (thunk)))
            (%leave)
            result)))))

;; The same for one parameter.
(define (%parameterize-one parameter value thunk)
  (%enter-params (list (%binding parameter value)))
  (let ((result (thunk)))
    (%leave)
    result))

(define (%binding parameter value)
  (if (not (%parameter? parameter))
      (%wrong-type 'parameterize 1 "parameter" parameter))
  (let ((converter (%parameter-converter parameter)))
    (cons parameter (box (if converter (converter value) value)))))

;; Forces iteratively, so that a chain of `delay-force` takes constant space. A thunk may force its
;; own promise, or another thread may force it meanwhile: the first step to arrive counts.
(define (force promise)
  (if (promise? promise)
      (let loop ()
        (let ((state (%promise-state promise)))
          (if (car state)
              (cdr state)
              (let ((next ((cdr state))))
                (if (not (promise? next))
                    (%wrong-type 'delay-force 1 "promise" next))
                (%promise-adopt! promise state next)
                (loop)))))
      promise))

(define (make-promise obj)
  (if (promise? obj)
      obj
      (%make-promise-eager obj)))
