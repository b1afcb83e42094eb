;;; resident.scm -- runs programs over and over in one virtual machine, for `lisle-benches soak`.
;;;
;;; Reads lists (PATH ARGUMENT ...) from standard input. A program is compiled when it is first
;;; named, as the body of one procedure, so that programs do not see each other's definitions; it
;;; runs with these arguments as its command line, and what it prints is caught. Then the heap is
;;; verified. The answer is a line with the outcome and the number of bytes printed, then the bytes.

(import (lisle base) (lisle probe))

(define programs (make-equal-hash-table))

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

(define (compiled path)
  (eval `(lambda (command-line exit) ,@(forms-of path) #t) (interaction-environment)))

(define (program-of path)
  (or (hash-table-ref/default programs path #f)
      (let ((program (compiled path)))
        (hash-table-set! programs path program)
        program)))

;;; Answers the outcome; what was printed is in `port`.
(define (run path arguments port)
  (guard (e ((error-object? e) (cons (error-object-message e) (error-object-irritants e)))
            (#t (list 'raised e)))
    (parameterize ((current-output-port port))
      ((program-of path)
       (lambda () (cons path arguments))
       (lambda status (error "it wanted to exit" status))))
    'ended))

(let loop ((request (read)))
  (if (not (eof-object? request))
      (let* ((port (open-output-string))
             (outcome (run (car request) (cdr request) port))
             (text (get-output-string port)))
        (probe-verify)
        (write (bytevector-length (string->utf8 text)))
        (write-char #\space)
        (write outcome)
        (newline)
        (write-string text)
        (flush-output-port)
        (loop (read)))))
