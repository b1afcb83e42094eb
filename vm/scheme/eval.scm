;;; eval, load and environments (R7RS 6.12).

(define (%run-thunks thunks)
  (if (null? (cdr thunks))
      ((car thunks))
      (begin
        ((car thunks))
        (%run-thunks (cdr thunks)))))

(define eval
  (case-lambda
    ((expression) (eval expression (interaction-environment)))
    ((expression environment)
     (if (and (pair? expression) (eq? (car expression) 'import))
         (%with-libraries (lambda () (%eval expression environment)))
         (%eval expression environment)))))

(define (%eval expression environment)
  (let ((thunks (%compile expression environment)))
    (if (pair? thunks) (%run-thunks thunks))))

(define (environment . import-sets)
  (%with-libraries
   (lambda ()
     (let* ((made (apply %environment import-sets))
            (thunks (cdr made)))
       (if (pair? thunks) (%run-thunks thunks))
       (car made)))))

;; A thread that imports libraries holds this while it runs them, so that another one that imports
;; the same waits until they have their values. A library's own body may import more. Code of the
;; host takes it by `%enter-libraries`: the mutex, or `#f` when this thread has it already.
(define %libraries (make-mutex 'libraries))

(define (%enter-libraries)
  (if (eq? (mutex-state %libraries) (current-thread))
      #f
      (begin
        (%lock-libraries)
        %libraries)))

(define (%with-libraries work)
  (if (eq? (mutex-state %libraries) (current-thread))
      (work)
      (dynamic-wind
       %lock-libraries
       (lambda ()
         (with-exception-handler
          ;; Perhaps nothing handles it and the thread goes on in its host.
          (lambda (obj)
            (%unlock-libraries)
            (raise-continuable obj))
          work))
       %unlock-libraries)))

;; A thread that was terminated meanwhile leaves the mutex abandoned.
(define (%lock-libraries)
  (%call/ec
   (lambda (return)
     (with-exception-handler
      (lambda (obj)
        (if (abandoned-mutex-exception? obj)
            (return #t)
            (raise-continuable obj)))
      (lambda () (mutex-lock! %libraries))))))

(define (%unlock-libraries)
  (if (eq? (mutex-state %libraries) (current-thread))
      (mutex-unlock! %libraries)))

(define load
  (case-lambda
    ((file) (load file (interaction-environment)))
    ((file environment)
     (let ((forms (%read-program file)))
       (for-each (lambda (thunk) (thunk)) (%foresee forms environment))
       (for-each (lambda (form)
                   (if (car form)
                       (%with-libraries (lambda () (%eval (cdr form) environment)))
                       (%eval (cdr form) environment)))
                 forms)))))

(define (scheme-report-environment version)
  (environment '(scheme r5rs)))

(define (null-environment version)
  (environment '(only (scheme r5rs) and begin case cond define define-syntax delay do if lambda let
                      let* let-syntax letrec letrec-syntax or quasiquote quote set!
                      syntax-rules)))

;; Ends the process at once; `exit` runs the after thunks that are outstanding first.
(define emergency-exit
  (case-lambda
    (() (emergency-exit #t))
    ((code)
     (let ((status (%exit-status code)))
       (%exit-process status)
       (%exit-run status)))))

(define (%exit code)
  (%exit-run (%exit-status code)))

(define (%exit-status code)
  (cond ((eq? code #t) 0)
        ((eq? code #f) 1)
        ((and (exact-integer? code) (<= 0 code 255)) code)
        ((exact-integer? code) (modulo code 256))
        (else 70)))
