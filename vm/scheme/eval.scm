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
     (let ((thunks (%compile expression environment)))
       (if (pair? thunks) (%run-thunks thunks))))))

(define (environment . import-sets)
  (let* ((made (apply %environment import-sets))
         (thunks (cdr made)))
    (if (pair? thunks) (%run-thunks thunks))
    (car made)))

(define load
  (case-lambda
    ((file) (load file (interaction-environment)))
    ((file environment)
     (let loop ((forms (%read-program file)))
       (if (pair? forms)
           (begin
             (eval (car forms) environment)
             (loop (cdr forms))))))))

(define (scheme-report-environment version)
  (environment '(scheme r5rs)))

(define (null-environment version)
  (environment '(scheme r5rs)))

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
