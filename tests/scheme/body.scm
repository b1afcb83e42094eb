;; included: for those who run other programs again and again: a program as the body of one procedure,
;; so that programs do not see each other's definitions, and each run has its own.

(define (folder-of path)
  (let loop ((i (- (string-length path) 1)))
    (cond ((< i 0) "")
          ((char=? (string-ref path i) #\/) (substring path 0 (+ i 1)))
          (else (loop (- i 1))))))

(define (form-of? name form)
  (and (pair? form) (eq? (car form) name)))

;;; The forms of a program, imports left out and inclusions made. An expression becomes a definition,
;;; since in a body no definition may follow an expression.
(define (forms-of path)
  (call-with-input-file path
    (lambda (port)
      (let loop ((forms '()))
        (let ((form (read port)))
          (cond ((eof-object? form) (reverse forms))
                ((form-of? 'import form) (loop forms))
                ((form-of? 'include form)
                 (let ((included (forms-of (string-append (folder-of path) (cadr form)))))
                   (loop (append (reverse included) forms))))
                ((or (form-of? 'begin form)
                     (form-of? 'define form)
                     (form-of? 'define-values form)
                     (form-of? 'define-syntax form)
                     (form-of? 'define-record-type form))
                 (loop (cons form forms)))
                (else (loop (cons `(define ,(generate-uninterned-symbol) ,form) forms)))))))))

;;; A procedure that runs the program: of one that returns its command line, and one in place of `exit`.
(define (compiled path)
  (eval `(lambda (command-line exit) ,@(forms-of path) #t) (interaction-environment)))
