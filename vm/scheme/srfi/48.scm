;;; SRFI 48: intermediate format strings.

(define-library (srfi 48)
  (export format)
  (import (scheme base) (scheme char) (scheme complex) (scheme inexact) (scheme write)
          (only (srfi 13) string-index) (lisle internal))
  (begin

    (define help
      "(format [port] text argument ...)
~a display   ~s write   ~w write with sharing   ~d decimal   ~x hexadecimal   ~o octal
~b binary    ~c character   ~y pretty-print   ~? ~k format with the next two arguments
~[w[,d]]f number in width w with d decimals   ~~ tilde   ~t tab   ~% newline
~& newline unless at the start of a line   ~_ space   ~h this text
")

    ;; The first argument may be a port, #t for the current one, or #f for a string.
    (define (format first . arguments)
      (cond ((string? first) (format-string first arguments))
            ((null? arguments) (%wrong-type 'format 1 "string" first))
            ((not first) (format-string (car arguments) (cdr arguments)))
            ((eq? first #t) (format-to (current-output-port) (car arguments) (cdr arguments)))
            ((output-port? first) (format-to first (car arguments) (cdr arguments)))
            (else (%wrong-type 'format 1 "port, boolean or string" first))))

    (define (format-string text arguments)
      (let ((port (open-output-string)))
        (format-to port text arguments)
        (get-output-string port)))

    (define (format-to port text arguments)
      (%check-string 'format 1 text)
      (let ((rest (run port text arguments)))
        (if (pair? rest) (error "format: too many arguments" text rest))))

    ;; Whether the last character written was a newline is known of this call only; at its beginning
    ;; it was none, as in the document's example.
    (define (run port text arguments)
      (let ((size (string-length text)))
        (let loop ((index 0) (arguments arguments) (fresh? #f))
          (if (= index size)
              arguments
              (let ((char (string-ref text index)))
                (if (char=? char #\~)
                    (directive port text (+ index 1) arguments fresh? loop)
                    (begin
                      (write-char char port)
                      (loop (+ index 1) arguments (char=? char #\newline)))))))))

    (define (need arguments text)
      (if (null? arguments) (error "format: too few arguments" text))
      (car arguments))

    (define (directive port text index arguments fresh? continue)
      (if (= index (string-length text))
          (error "format: incomplete escape sequence" text))
      (let ((char (char-downcase (string-ref text index)))
            (next (+ index 1)))
        (define (show write-it)
          (let ((shown (open-output-string)))
            (write-it (need arguments text) shown)
            (put-text (get-output-string shown) (cdr arguments))))
        (define (put-text shown arguments)
          (write-string shown port)
          (let ((size (string-length shown)))
            (continue next
                      arguments
                      (if (= size 0) fresh? (char=? (string-ref shown (- size 1)) #\newline)))))
        (define (in-radix radix)
          (show (lambda (obj port)
                  (if (number? obj)
                      (write-string (number->string obj radix) port)
                      (error "format: not a number" text obj)))))
        (define (put char fresh?)
          (write-char char port)
          (continue next arguments fresh?))
        (case char
          ((#\a) (show display))
          ((#\s) (show write))
          ((#\w) (show write-shared))
          ((#\y) (show write))
          ((#\d) (in-radix 10))
          ((#\x) (in-radix 16))
          ((#\o) (in-radix 8))
          ((#\b) (in-radix 2))
          ((#\c)
           (show (lambda (obj port)
                   (if (char? obj)
                       (write-char obj port)
                       (error "format: not a character" text obj)))))
          ((#\~) (put #\~ #f))
          ((#\t) (put #\tab #f))
          ((#\_) (put #\space #f))
          ((#\%) (put #\newline #t))
          ((#\&)
           (if (not fresh?) (newline port))
           (continue next arguments #t))
          ((#\h)
           (write-string help port)
           (continue next arguments #t))
          ((#\? #\k)
           (let ((inner (need arguments text))
                 (inner-arguments (need (cdr arguments) text)))
             (put-text (format-string inner inner-arguments) (cddr arguments))))
          (else (fixed port text index arguments continue)))))

    ;; ~F, ~wF and ~w,dF.
    (define (fixed port text index arguments continue)
      (define (digits index)
        (let loop ((index index) (n #f))
          (if (and (< index (string-length text)) (char<=? #\0 (string-ref text index) #\9))
              (loop (+ index 1) (+ (* 10 (or n 0)) (digit-value (string-ref text index))))
              (values n index))))
      (define (char-at index)
        (if (< index (string-length text))
            (char-downcase (string-ref text index))
            #\null))
      (let*-values (((width index) (digits index))
                    ((decimals index)
                     (if (and width (char=? (char-at index) #\,))
                         (digits (+ index 1))
                         (values #f index))))
        (if (not (char=? (char-at index) #\f))
            (error "format: unknown escape sequence" text (char-at index)))
        (let* ((obj (need arguments text))
               (shown (cond ((string? obj) obj)
                            ((not (number? obj)) (error "format: not a number" text obj))
                            (decimals (with-decimals obj decimals))
                            (else (number->string obj))))
               (missing (- (or width 0) (string-length shown))))
          (if (> missing 0) (write-string (make-string missing #\space) port))
          (write-string shown port)
          (continue (+ index 1) (cdr arguments) #f))))

    ;; The parts of complex numbers each.
    (define (with-decimals n decimals)
      (cond ((not (real? n))
             (let ((imaginary (with-decimals (imag-part n) decimals)))
               (string-append (with-decimals (real-part n) decimals)
                              (if (memv (string-ref imaginary 0) '(#\+ #\-)) "" "+")
                              imaginary
                              "i")))
            ((not (finite? n)) (number->string n))
            ((exact? n) (rounded n decimals))
            (else (scientific n (number->string n) decimals))))

    ;; Inexact numbers that are written with an exponent keep it; those from 1e11 on get one, as in
    ;; the document's examples.
    (define (scientific n text decimals)
      (let ((e (string-index text #\e)))
        (cond (e
               (string-append (rounded (string->number (substring text 0 e)) decimals)
                              (substring text e (string-length text))))
              ((< (abs n) 1e11) (rounded n decimals))
              (else
               (let ((power (- (string-length (number->string (exact (floor (abs n))))) 1)))
                 (string-append (rounded (/ (exact n) (expt 10 power)) decimals)
                                "e"
                                (number->string power)))))))

    ;; Rounded exactly, half to even.
    (define (rounded n decimals)
      (let* ((scaled (round (* (abs (exact n)) (expt 10 decimals))))
             (digits (number->string scaled))
             (zeros (max 0 (- (+ decimals 1) (string-length digits))))
             (digits (string-append (make-string zeros #\0) digits))
             (point (- (string-length digits) decimals)))
        (string-append (if (negative? n) "-" "")
                       (substring digits 0 point)
                       "."
                       (substring digits point (string-length digits)))))))
