;;; SRFI 189: Maybe and Either, optional sum types.

(define-library (srfi 189)
  (export
   just nothing right left either-swap list->just list->right list->left maybe->either
   either->maybe
   just? nothing? maybe? right? left? either? maybe= either=
   maybe-ref either-ref maybe-ref/default either-ref/default maybe-join either-join
   maybe-bind either-bind maybe-compose either-compose
   maybe-length either-length maybe-filter maybe-remove either-filter either-remove
   maybe-sequence either-sequence
   maybe->list either->list list->maybe list->either maybe->truth either->truth truth->maybe
   truth->either maybe->list-truth either->list-truth list-truth->maybe list-truth->either
   maybe->generation generation->maybe either->generation generation->either
   maybe->values either->values values->maybe values->either maybe->two-values
   two-values->maybe exception->either
   maybe-map either-map maybe-for-each either-for-each maybe-fold either-fold maybe-unfold
   either-unfold
   maybe-if maybe-and maybe-or maybe-let* maybe-let*-values either-and either-or either-let*
   either-let*-values either-guard
   tri-not tri=? tri-and tri-or tri-merge)
  (import (scheme base) (only (srfi 1) every) (srfi 227) (lisle internal))
  (begin

    (define-record-type <just> (make-just objs) just? (objs just-objs))
    (define-record-type <nothing> (make-nothing) nothing?)
    (define-record-type <right> (make-right objs) right? (objs right-objs))
    (define-record-type <left> (make-left objs) left? (objs left-objs))

    (define the-nothing (make-nothing))
    (define (nothing) the-nothing)
    (define (just . objs) (make-just objs))
    (define (right . objs) (make-right objs))
    (define (left . objs) (make-left objs))
    (define (maybe? obj) (or (just? obj) (nothing? obj)))
    (define (either? obj) (or (right? obj) (left? obj)))

    (define (check-maybe who position obj)
      (if (not (maybe? obj)) (%wrong-type who position "Maybe" obj)))
    (define (check-either who position obj)
      (if (not (either? obj)) (%wrong-type who position "Either" obj)))

    (define (objs-of either)
      (if (right? either) (right-objs either) (left-objs either)))

    (define (list->just items)
      (%check-list 'list->just 1 items)
      (make-just items))
    (define (list->right items)
      (%check-list 'list->right 1 items)
      (make-right items))
    (define (list->left items)
      (%check-list 'list->left 1 items)
      (make-left items))

    (define (either-swap either)
      (check-either 'either-swap 1 either)
      (if (right? either)
          (make-left (right-objs either))
          (make-right (left-objs either))))

    (define (maybe->either maybe . objs)
      (check-maybe 'maybe->either 1 maybe)
      (if (just? maybe) (make-right (just-objs maybe)) (make-left objs)))

    (define (either->maybe either)
      (check-either 'either->maybe 1 either)
      (if (right? either) (make-just (right-objs either)) the-nothing))

    ;; Comparison

    (define (same-objs? same? a b)
      (and (= (length a) (length b))
           (every same? a b)))

    (define (chain holds? first more)
      (or (null? more)
          (and (holds? first (car more))
               (chain holds? (car more) (cdr more)))))

    (define (maybe= same? maybe . more)
      (%check-function 'maybe= 1 same?)
      (for-each (lambda (maybe) (check-maybe 'maybe= 2 maybe)) (cons maybe more))
      (chain (lambda (a b)
               (if (just? a)
                   (and (just? b) (same-objs? same? (just-objs a) (just-objs b)))
                   (nothing? b)))
             maybe more))

    (define (either= same? either . more)
      (%check-function 'either= 1 same?)
      (for-each (lambda (either) (check-either 'either= 2 either)) (cons either more))
      (chain (lambda (a b)
               (and (eq? (right? a) (right? b))
                    (same-objs? same? (objs-of a) (objs-of b))))
             either more))

    ;; Access

    (define-optionals* (maybe-ref maybe
                                  (failure (lambda () (error "maybe-ref: there is nothing")))
                                  (success values))
      (check-maybe 'maybe-ref 1 maybe)
      (if (just? maybe) (apply success (just-objs maybe)) (failure)))

    (define-optionals* (either-ref either
                                   (failure (lambda objs (error "either-ref: it is a Left" objs)))
                                   (success values))
      (check-either 'either-ref 1 either)
      (apply (if (right? either) success failure) (objs-of either)))

    (define (maybe-ref/default maybe . defaults)
      (check-maybe 'maybe-ref/default 1 maybe)
      (apply values (if (just? maybe) (just-objs maybe) defaults)))

    (define (either-ref/default either . defaults)
      (check-either 'either-ref/default 1 either)
      (apply values (if (right? either) (right-objs either) defaults)))

    ;; Joining and binding

    (define (only-obj who objs)
      (if (not (and (pair? objs) (null? (cdr objs))))
          (error (string-append (symbol->string who) ": expected exactly one value inside") objs))
      (car objs))

    (define (maybe-join maybe)
      (check-maybe 'maybe-join 1 maybe)
      (if (just? maybe)
          (let ((inner (only-obj 'maybe-join (just-objs maybe))))
            (check-maybe 'maybe-join 1 inner)
            inner)
          maybe))

    (define (either-join either)
      (check-either 'either-join 1 either)
      (if (right? either)
          (let ((inner (only-obj 'either-join (right-objs either))))
            (check-either 'either-join 1 inner)
            inner)
          either))

    (define (maybe-bind maybe f . more)
      (check-maybe 'maybe-bind 1 maybe)
      (cond ((nothing? maybe) maybe)
            ((null? more) (apply f (just-objs maybe)))
            (else (apply maybe-bind (apply f (just-objs maybe)) more))))

    (define (either-bind either f . more)
      (check-either 'either-bind 1 either)
      (cond ((left? either) either)
            ((null? more) (apply f (right-objs either)))
            (else (apply either-bind (apply f (right-objs either)) more))))

    (define (maybe-compose f . more)
      (lambda args (apply maybe-bind (make-just args) f more)))
    (define (either-compose f . more)
      (lambda args (apply either-bind (make-right args) f more)))

    ;; Sequences

    (define (maybe-length maybe)
      (check-maybe 'maybe-length 1 maybe)
      (if (just? maybe) 1 0))
    (define (either-length either)
      (check-either 'either-length 1 either)
      (if (right? either) 1 0))

    (define (maybe-filter keep? maybe)
      (check-maybe 'maybe-filter 2 maybe)
      (if (and (just? maybe) (apply keep? (just-objs maybe))) maybe the-nothing))
    (define (maybe-remove drop? maybe)
      (check-maybe 'maybe-remove 2 maybe)
      (if (and (just? maybe) (not (apply drop? (just-objs maybe)))) maybe the-nothing))
    (define (either-filter keep? either . objs)
      (check-either 'either-filter 2 either)
      (if (and (right? either) (apply keep? (right-objs either))) either (make-left objs)))
    (define (either-remove drop? either . objs)
      (check-either 'either-remove 2 either)
      (if (and (right? either) (not (apply drop? (right-objs either)))) either (make-left objs)))

    ;; A container of Maybes becomes a Maybe of a container: `map-container` is as `map`.
    (define-optionals* (maybe-sequence container map-container (aggregate list))
      (call/cc
       (lambda (return)
         (just (map-container (lambda (maybe)
                                (check-maybe 'maybe-sequence 1 maybe)
                                (if (just? maybe)
                                    (apply aggregate (just-objs maybe))
                                    (return maybe)))
                              container)))))

    (define-optionals* (either-sequence container map-container (aggregate list))
      (call/cc
       (lambda (return)
         (right (map-container (lambda (either)
                                 (check-either 'either-sequence 1 either)
                                 (if (right? either)
                                     (apply aggregate (right-objs either))
                                     (return either)))
                               container)))))

    ;; Protocols

    (define (maybe->list maybe)
      (check-maybe 'maybe->list 1 maybe)
      (if (just? maybe) (just-objs maybe) '()))
    (define (either->list either)
      (check-either 'either->list 1 either)
      (objs-of either))
    (define (list->maybe items) (if (null? items) the-nothing (make-just items)))
    (define (list->either items . objs) (if (null? items) (make-left objs) (make-right items)))

    (define (maybe->truth maybe)
      (check-maybe 'maybe->truth 1 maybe)
      (and (just? maybe) (only-obj 'maybe->truth (just-objs maybe))))
    (define (either->truth either)
      (check-either 'either->truth 1 either)
      (and (right? either) (only-obj 'either->truth (right-objs either))))
    (define (truth->maybe obj) (if obj (just obj) the-nothing))
    (define (truth->either obj . objs) (if obj (right obj) (make-left objs)))

    (define (maybe->list-truth maybe)
      (check-maybe 'maybe->list-truth 1 maybe)
      (and (just? maybe) (just-objs maybe)))
    (define (either->list-truth either)
      (check-either 'either->list-truth 1 either)
      (and (right? either) (right-objs either)))
    (define (list-truth->maybe items) (if items (make-just items) the-nothing))
    (define (list-truth->either items . objs) (if items (make-right items) (make-left objs)))

    (define (maybe->generation maybe)
      (check-maybe 'maybe->generation 1 maybe)
      (if (just? maybe) (only-obj 'maybe->generation (just-objs maybe)) (eof-object)))
    (define (either->generation either)
      (check-either 'either->generation 1 either)
      (if (right? either) (only-obj 'either->generation (right-objs either)) (eof-object)))
    (define (generation->maybe obj) (if (eof-object? obj) the-nothing (just obj)))
    (define (generation->either obj . objs)
      (if (eof-object? obj) (make-left objs) (right obj)))

    (define (maybe->values maybe)
      (apply values (maybe->list maybe)))
    (define (either->values either)
      (check-either 'either->values 1 either)
      (apply values (if (right? either) (right-objs either) '())))
    (define (values->maybe producer)
      (call-with-values producer (lambda objs (list->maybe objs))))
    (define (values->either producer . objs)
      (call-with-values producer (lambda results (apply list->either results objs))))

    (define (maybe->two-values maybe)
      (check-maybe 'maybe->two-values 1 maybe)
      (if (just? maybe)
          (values (only-obj 'maybe->two-values (just-objs maybe)) #t)
          (values #f #f)))
    (define (two-values->maybe producer)
      (call-with-values producer
        (lambda (obj present?) (if present? (just obj) the-nothing))))

    (define (exception->either wanted? thunk)
      (guard (obj ((wanted? obj) (left obj)))
        (call-with-values thunk right)))

    ;; Mapping

    (define (maybe-map f maybe)
      (check-maybe 'maybe-map 2 maybe)
      (if (just? maybe) (call-with-values (lambda () (apply f (just-objs maybe))) just) maybe))
    (define (either-map f either)
      (check-either 'either-map 2 either)
      (if (right? either)
          (call-with-values (lambda () (apply f (right-objs either))) right)
          either))
    (define (maybe-for-each f maybe)
      (check-maybe 'maybe-for-each 2 maybe)
      (if (just? maybe) (apply f (just-objs maybe))))
    (define (either-for-each f either)
      (check-either 'either-for-each 2 either)
      (if (right? either) (apply f (right-objs either))))
    (define (maybe-fold f seed maybe)
      (check-maybe 'maybe-fold 3 maybe)
      (if (just? maybe) (apply f (append (just-objs maybe) (list seed))) seed))
    (define (either-fold f seed either)
      (check-either 'either-fold 3 either)
      (if (right? either) (apply f (append (right-objs either) (list seed))) seed))
    ;; There is room for one step: the seeds after it must stop.
    (define (maybe-unfold stop? f next . seeds)
      (if (apply stop? seeds)
          the-nothing
          (call-with-values (lambda () (apply f seeds)) just)))
    (define (either-unfold stop? f next . seeds)
      (if (apply stop? seeds)
          (make-left seeds)
          (call-with-values (lambda () (apply f seeds)) right)))

    ;; Syntax

    (define-syntax maybe-if
      (syntax-rules ()
        ((_ maybe then otherwise)
         (let ((value maybe))
           (check-maybe 'maybe-if 1 value)
           (if (just? value) then otherwise)))))

    (define (present? who obj)
      (check-maybe who 1 obj)
      (just? obj))
    (define (good? who obj)
      (check-either who 1 obj)
      (right? obj))

    (define-syntax maybe-and
      (syntax-rules ()
        ((_) (just unspecified))
        ((_ last) (let ((value last)) (check-maybe 'maybe-and 1 value) value))
        ((_ first rest ...)
         (let ((value first))
           (if (present? 'maybe-and value) (maybe-and rest ...) value)))))
    (define-syntax maybe-or
      (syntax-rules ()
        ((_) (nothing))
        ((_ last) (let ((value last)) (check-maybe 'maybe-or 1 value) value))
        ((_ first rest ...)
         (let ((value first))
           (if (present? 'maybe-or value) value (maybe-or rest ...))))))
    (define-syntax either-and
      (syntax-rules ()
        ((_) (right unspecified))
        ((_ last) (let ((value last)) (check-either 'either-and 1 value) value))
        ((_ first rest ...)
         (let ((value first))
           (if (good? 'either-and value) (either-and rest ...) value)))))
    (define-syntax either-or
      (syntax-rules ()
        ((_) (left unspecified))
        ((_ last) (let ((value last)) (check-either 'either-or 1 value) value))
        ((_ first rest ...)
         (let ((value first))
           (if (good? 'either-or value) value (either-or rest ...))))))

    (define unspecified (if #f #f))

    (define (wrapped make thunk) (call-with-values thunk make))

    (define-syntax maybe-let*
      (syntax-rules ()
        ((_ () body ...) (wrapped just (lambda () unspecified body ...)))
        ((_ ((variable maybe) clause ...) body ...)
         (let ((value maybe))
           (if (present? 'maybe-let* value)
               (let ((variable (only-obj 'maybe-let* (maybe->list value))))
                 (maybe-let* (clause ...) body ...))
               value)))
        ((_ ((maybe) clause ...) body ...)
         (let ((value maybe))
           (if (present? 'maybe-let* value) (maybe-let* (clause ...) body ...) value)))
        ((_ (maybe clause ...) body ...)
         (maybe-let* ((maybe) clause ...) body ...))))

    (define-syntax maybe-let*-values
      (syntax-rules ()
        ((_ () body ...) (wrapped just (lambda () unspecified body ...)))
        ((_ ((formals maybe) clause ...) body ...)
         (let ((value maybe))
           (if (present? 'maybe-let*-values value)
               (apply (lambda formals (maybe-let*-values (clause ...) body ...))
                      (maybe->list value))
               value)))
        ((_ ((maybe) clause ...) body ...)
         (let ((value maybe))
           (if (present? 'maybe-let*-values value)
               (maybe-let*-values (clause ...) body ...)
               value)))
        ((_ (maybe clause ...) body ...)
         (maybe-let*-values ((maybe) clause ...) body ...))))

    (define-syntax either-let*
      (syntax-rules ()
        ((_ () body ...) (wrapped right (lambda () unspecified body ...)))
        ((_ ((variable either) clause ...) body ...)
         (let ((value either))
           (if (good? 'either-let* value)
               (let ((variable (only-obj 'either-let* (either->list value))))
                 (either-let* (clause ...) body ...))
               value)))
        ((_ ((either) clause ...) body ...)
         (let ((value either))
           (if (good? 'either-let* value) (either-let* (clause ...) body ...) value)))
        ((_ (either clause ...) body ...)
         (either-let* ((either) clause ...) body ...))))

    (define-syntax either-let*-values
      (syntax-rules ()
        ((_ () body ...) (wrapped right (lambda () unspecified body ...)))
        ((_ ((formals either) clause ...) body ...)
         (let ((value either))
           (if (good? 'either-let*-values value)
               (apply (lambda formals (either-let*-values (clause ...) body ...))
                      (either->list value))
               value)))
        ((_ ((either) clause ...) body ...)
         (let ((value either))
           (if (good? 'either-let*-values value)
               (either-let*-values (clause ...) body ...)
               value)))
        ((_ (either clause ...) body ...)
         (either-let*-values ((either) clause ...) body ...))))

    (define-syntax either-guard
      (syntax-rules ()
        ((_ wanted? body1 body2 ...)
         (exception->either wanted? (lambda () body1 body2 ...)))))

    ;; Three-valued logic: Nothing is "unknown".

    (define (truth who maybe) (maybe->truth maybe))

    (define (tri-not maybe)
      (maybe-bind maybe (lambda (obj) (just (not obj)))))

    (define (tri=? maybe . more)
      (let loop ((first maybe) (rest more))
        (cond ((nothing? first) first)
              ((null? rest) (just #t))
              ((nothing? (car rest)) (car rest))
              ((eq? (and (truth 'tri=? first) #t) (and (truth 'tri=? (car rest)) #t))
               (loop (car rest) (cdr rest)))
              (else (just #f)))))

    ;; The first that is not true.
    (define (tri-and . maybes)
      (let loop ((rest maybes))
        (cond ((null? rest) (just #t))
              ((and (just? (car rest)) (truth 'tri-and (car rest))) (loop (cdr rest)))
              (else (car rest)))))

    ;; The first that is not false.
    (define (tri-or . maybes)
      (let loop ((rest maybes))
        (cond ((null? rest) (just #f))
              ((or (nothing? (car rest)) (truth 'tri-or (car rest))) (car rest))
              (else (loop (cdr rest))))))

    ;; The first that is known.
    (define (tri-merge . maybes)
      (let loop ((rest maybes))
        (cond ((null? rest) the-nothing)
              ((nothing? (car rest)) (loop (cdr rest)))
              (else (car rest)))))))
