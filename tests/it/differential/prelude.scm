;;; What each system is given before the expressions: one line of output for each, alike everywhere.
;;; Inexact numbers are shown with eleven digits, since their last ones are the mathematical
;;; library's, and complex ones by their parts.
(define (show-inexact x)
  (cond
   ((nan? x) (display "nan"))
   ((infinite? x) (display (if (> x 0) "inf" "-inf")))
   ((= x 0) (display "i0"))
   (else
    (let ((m (exact (abs x))))
      (let loop ((e 0))
        (cond
         ((>= m (expt 10 (+ e 1))) (loop (+ e 1)))
         ((< m (expt 10 e)) (loop (- e 1)))
         (else
          (display (if (< x 0) "i-" "i"))
          (display (round (* m (expt 10 (- 10 e)))))
          (display "e")
          (display e))))))))

(define (show-number n)
  (cond
   ((and (exact? n) (real? n)) (display n))
   ((real? n) (show-inexact n))
   (else
    (display "complex ")
    (show-number (if (exact? n) (real-part n) (inexact (real-part n))))
    (display " ")
    (show-number (if (exact? n) (imag-part n) (inexact (imag-part n)))))))

(define (show-items open show-item items)
  (display open)
  (let loop ((items items) (first #t))
    (cond
     ((pair? items)
      (if (not first) (display " "))
      (show-item (car items))
      (loop (cdr items) #f))
     ((not (null? items)) (display " . ") (show-item items))))
  (display ")"))

(define (show-text open text)
  (display open)
  (string-for-each
   (lambda (c)
     (let ((n (char->integer c)))
       (if (< 32 n 127) (write-char c) (begin (display "\\") (display n) (display ";")))))
   text)
  (display open))

(define (show obj)
  (cond
   ((number? obj) (show-number obj))
   ((string? obj) (show-text "\"" obj))
   ((symbol? obj) (show-text "" (symbol->string obj)))
   ((char? obj) (show-text "'" (string obj)))
   ((boolean? obj) (display (if obj "#t" "#f")))
   ((or (null? obj) (pair? obj)) (show-items "(" show obj))
   ((vector? obj) (show-items "#(" show (vector->list obj)))
   ((bytevector? obj)
    (display "#u8")
    (let loop ((i 0))
      (when (< i (bytevector-length obj))
        (display " ")
        (display (bytevector-u8-ref obj i))
        (loop (+ i 1)))))
   ((eof-object? obj) (display "eof"))
   ((procedure? obj) (display "procedure"))
   (else (display "other"))))

(define-syntax try
  (syntax-rules ()
    ((_ number expression)
     (let ((values-of
            (call/cc
             (lambda (k)
               (with-exception-handler
                (lambda (condition) (k 'raised))
                (lambda () (call-with-values (lambda () expression) list)))))))
       (display number)
       (if (pair? values-of)
           (for-each (lambda (v) (display " ") (show v)) values-of)
           (display (if (null? values-of) " none" " raised")))
       (newline)))))
