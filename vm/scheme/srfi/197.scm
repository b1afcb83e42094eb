;;; SRFI 197: pipelines.

(define-library (srfi 197)
  (export chain chain-and chain-when chain-lambda nest nest-reverse)
  (import (scheme base))
  (begin

    ;; Expands to `yes` if `datum` is the identifier `name`. The inner ellipsis is one that no program
    ;; writes: the code that passes through may hold `...`.
    (define-syntax if-same
      (syntax-rules ()
        ((_ name datum yes no)
         (let-syntax ((test (syntax-rules :::: (name)
                              ((_ name) yes)
                              ((_ other) no))))
           (test datum)))))

    ;; Turns the slots of a step into parameters, then expands `(next ... formals call)`. A slot
    ;; before the ellipsis takes all values that are left.
    (define-syntax with-slots
      (syntax-rules ()
        ((_ slot dots () (parameter ...) call (next ...))
         (next ... (parameter ...) call))
        ((_ slot dots (item) (parameter ...) (part ...) next)
         (if-same slot item
                  (with-slots slot dots () (parameter ... value) (part ... value) next)
                  (with-slots slot dots () (parameter ...) (part ... item) next)))
        ((_ slot dots (item after . more) (parameter ...) (part ...) next)
         (if-same slot item
                  (if-same dots after
                           (with-rest more (parameter ...) (part ...) next)
                           (with-slots slot dots (after . more)
                                       (parameter ... value) (part ... value) next))
                  (with-slots slot dots (after . more) (parameter ...) (part ... item) next)))))

    (define-syntax with-rest
      (syntax-rules ()
        ((_ () (parameter ...) (part ...) (next ...))
         (next ... (parameter ... . rest) (apply part ... rest)))
        ((_ more parameters parts next)
         (syntax-error "an ellipsis must be the last of its step" more))))

    ;; Slot and ellipsis may be given before the steps. In these the ellipsis is `:::`, since `...`
    ;; stands for itself.

    (define-syntax chain
      (syntax-rules ::: ()
        ((chain initial (item :::) :::) (chain-steps _ ... initial (item :::) :::))
        ((chain initial slot (item :::) :::) (chain-steps slot ... initial (item :::) :::))
        ((chain initial slot dots (item :::) :::)
         (chain-steps slot dots initial (item :::) :::))))

    (define-syntax chain-steps
      (syntax-rules ()
        ((_ slot dots value) value)
        ((_ slot dots value step more ...)
         (with-slots slot dots step () () (chain-call slot dots value (more ...))))))

    ;; A step without slots ignores the values.
    (define-syntax chain-call
      (syntax-rules ()
        ((_ slot dots value (more ...) () call)
         (chain-steps slot dots
                      (call-with-values (lambda () value) (lambda ignored call))
                      more ...))
        ((_ slot dots value (more ...) (parameter) call)
         (chain-steps slot dots (let ((parameter value)) call) more ...))
        ((_ slot dots value (more ...) formals call)
         (chain-steps slot dots
                      (call-with-values (lambda () value) (lambda formals call))
                      more ...))))

    (define-syntax chain-and
      (syntax-rules ::: ()
        ((chain-and initial (item :::) :::) (and-steps _ ... initial (item :::) :::))
        ((chain-and initial slot (item :::) :::) (and-steps slot ... initial (item :::) :::))))

    (define-syntax and-steps
      (syntax-rules ()
        ((_ slot dots value) value)
        ((_ slot dots value step more ...)
         (let ((result value))
           (and result
                (with-slots slot dots step () () (and-call slot dots result (more ...))))))))

    (define-syntax and-call
      (syntax-rules ()
        ((_ slot dots value (more ...) () call)
         (and-steps slot dots call more ...))
        ((_ slot dots value (more ...) (parameter) call)
         (and-steps slot dots (let ((parameter value)) call) more ...))
        ((_ slot dots value more formals call)
         (syntax-error "a step of chain-and takes one value" call))))

    (define-syntax chain-when
      (syntax-rules ::: ()
        ((chain-when initial (step :::) :::) (when-steps _ ... initial (step :::) :::))
        ((chain-when initial slot (step :::) :::) (when-steps slot ... initial (step :::) :::))))

    (define-syntax when-steps
      (syntax-rules ()
        ((_ slot dots value) value)
        ((_ slot dots value (step) more ...)
         (let ((result value))
           (when-steps slot dots
                       (with-slots slot dots step () () (one-call result))
                       more ...)))
        ((_ slot dots value (guard step) more ...)
         (let ((result value))
           (when-steps slot dots
                       (if (guarded slot dots guard result)
                           (with-slots slot dots step () () (one-call result))
                           result)
                       more ...)))))

    (define-syntax guarded
      (syntax-rules ()
        ((_ slot dots (item ...) value)
         (with-slots slot dots (item ...) () () (one-call value)))
        ((_ slot dots guard value)
         (if-same slot guard value guard))))

    (define-syntax one-call
      (syntax-rules ()
        ((_ value () call) call)
        ((_ value (parameter) call) (let ((parameter value)) call))
        ((_ value formals call)
         (syntax-error "a step of chain-when takes one value" call))))

    (define-syntax chain-lambda
      (syntax-rules ::: ()
        ((chain-lambda (item :::) step :::) (lambda-steps _ ... (item :::) (step :::)))
        ((chain-lambda slot (item :::) step :::) (lambda-steps slot ... (item :::) (step :::)))
        ((chain-lambda slot dots (item :::) step :::)
         (lambda-steps slot dots (item :::) (step :::)))))

    (define-syntax lambda-steps
      (syntax-rules ()
        ((_ slot dots first steps)
         (with-slots slot dots first () () (lambda-call slot dots steps)))))

    (define-syntax lambda-call
      (syntax-rules ()
        ((_ slot dots (step ...) formals call)
         (lambda formals (chain-steps slot dots call step ...)))))

    (define-syntax nest
      (syntax-rules ::: ()
        ((nest final) final)
        ((nest (item :::) more :::) (nest-steps _ () (item :::) more :::))
        ((nest slot more :::) (nest-steps slot () more :::))))

    ;; Innermost first: what is left of the steps when the outer ones are expanded may stand in a
    ;; quotation.
    (define-syntax nest-steps
      (syntax-rules ()
        ((_ slot (inner ...) final) (reverse-steps slot final inner ...))
        ((_ slot (inner ...) step more ...) (nest-steps slot (step inner ...) more ...))))

    (define-syntax nest-reverse
      (syntax-rules ::: ()
        ((nest-reverse initial (item :::) :::) (reverse-steps _ initial (item :::) :::))
        ((nest-reverse initial slot (item :::) :::)
         (reverse-steps slot initial (item :::) :::))))

    (define-syntax reverse-steps
      (syntax-rules ()
        ((_ slot inner) inner)
        ((_ slot inner step more ...)
         (fill-then slot step () inner (more ...)))))

    ;; Puts an expression itself where the slot is.
    (define-syntax fill-then
      (syntax-rules ()
        ((_ slot () (part ...) inner (more ...)) (reverse-steps slot (part ...) more ...))
        ((_ slot (item . rest) (part ...) inner more)
         (if-same slot item
                  (fill-then slot rest (part ... inner) inner more)
                  (fill-then slot rest (part ... item) inner more)))))))
